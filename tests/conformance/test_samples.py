"""The samples are valid, add up, and are what their READMEs say.

Written without the project's own codecs: the oracles are GS1's JSON Schema, biip, and a second,
small conversion from EPC URN to Digital Link.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from biip.checksums import gs1_standard_check_digit
from biip.gln import Gln
from biip.gs1_prefixes import GS1CompanyPrefix
from biip.gtin import Gtin
from biip.sscc import Sscc

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = sorted(SAMPLES.glob("*/*.jsonld"))
CHAINS = sorted({file.parent for file in FILES})
each_file = pytest.mark.parametrize(
    "file", FILES, ids=[f"{file.parent.name}/{file.stem}" for file in FILES]
)
each_chain = pytest.mark.parametrize("chain", CHAINS, ids=[chain.name for chain in CHAINS])

DIGITAL_LINK = re.compile(
    r"https://(?:id\.gs1\.org|tem\.example\.vn)(/(00|01|253|414|417|8003|8004)/.+)"
)
EPC_URN = re.compile(r"urn:epc:(?:id|class|idpat):(\w+):(.+)")
INSTANCE_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
CLASS_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
LAST_DAY = datetime.fromisoformat("2026-11-20T00:00:00+07:00")


def load(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    return document


def events_of(*files: Path) -> list[dict[str, Any]]:
    return [event for file in files for event in load(file)["epcisBody"]["eventList"]]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from strings(child)


def with_check_digit(payload: str) -> str:
    return f"{payload}{gs1_standard_check_digit(payload)}"


def canonical(text: str) -> str:
    """The Digital Link on id.gs1.org of any identifier the samples use; others stay as they are."""
    link = DIGITAL_LINK.fullmatch(text)
    if link:
        return "https://id.gs1.org" + re.sub(r"/10/[^/]+(?=/21/)", "", link[1])
    urn = EPC_URN.fullmatch(text)
    if not urn or urn[1] == "bic":
        return text
    prefix, reference, *rest = urn[2].split(".", 2)
    if urn[1] in ("sgtin", "lgtin"):
        key = "/01/" + with_check_digit(reference[0] + prefix + reference[1:])
        qualifier = {"sgtin": "21", "lgtin": "10"}[urn[1]]
        key += "" if rest == ["*"] else f"/{qualifier}/{rest[0]}"
    elif urn[1] == "sscc":
        key = "/00/" + with_check_digit(reference[0] + prefix + reference[1:])
    elif urn[1] == "giai":
        key = f"/8004/{prefix}{reference}"
    else:
        ai = {"sgln": "414", "pgln": "417", "grai": "8003/0", "gdti": "253"}[urn[1]]
        key = f"/{ai}{'' if ai[-2:] == '/0' else '/'}" + with_check_digit(prefix + reference)
        if urn[1] == "sgln":
            key += "" if rest == ["0"] else f"/254/{rest[0]}"
        else:
            key += "".join(rest)
    return "https://id.gs1.org" + key


def keys_of(chain: Path) -> set[str]:
    """Everything the chain's events and master data name, and the lots that serials belong to."""
    found = set()
    for file in chain.glob("*.jsonld"):
        for text in strings(load(file)):
            found |= {canonical(text), canonical(text.partition("/21/")[0])}
    for event in events_of(*chain.glob("*.jsonld")):
        lot = event.get("ilmd", {}).get("cbvmda:lotNumber")
        made = event.get("outputEPCList", []) + event.get("epcList", []) if lot else []
        found |= {canonical(key).partition("/21/")[0] + f"/10/{lot}" for key in made}
    return found


def standing(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that no error declaration took back."""
    wrong = {event["eventID"] for event in events if "errorDeclaration" in event}
    return [event for event in events if event.get("eventID") not in wrong]


def test_there_are_at_least_140_events_of_all_five_types() -> None:
    types = Counter(event["type"] for event in events_of(*FILES))
    assert types.total() >= 140
    assert set(types) == {
        "ObjectEvent",
        "AggregationEvent",
        "AssociationEvent",
        "TransactionEvent",
        "TransformationEvent",
    }


@each_file
def test_official_json_schema_accepts_it_with_formats_asserted(file: Path, gs1_dir: Path) -> None:
    schema = json.loads((gs1_dir / "gs1-epcis" / "EPCIS-JSON-Schema.json").read_text("utf-8"))
    validator = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    document = json.loads(file.read_text(encoding="utf-8"))
    assert [error.message for error in validator.iter_errors(document)] == []


@each_file
def test_text_is_pretty_printed_utf8_without_escapes(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


@each_file
def test_every_gs1_key_has_a_right_check_digit(file: Path) -> None:
    checked = 0
    for text in strings(load(file)):
        link = DIGITAL_LINK.fullmatch(canonical(text))
        if link:
            key = link[1].split("/")[2]
            match link[2]:
                case "00":
                    Sscc.parse(key)
                case "01":
                    assert Gtin.parse(key).as_gtin_14() == key
                case "414" | "417":
                    Gln.parse(key)
                case "8003" | "253":
                    key = key[1:] if link[2] == "8003" else key
                    assert with_check_digit(key[:12]) == key[:13], text
                case _:
                    assert key.isalnum(), text
            checked += 1
        elif text.startswith("urn:epcglobal:cbv:bt:"):
            Gln.parse(text.split(":")[4])
            checked += 1
    assert checked > len(load(file)["epcisBody"]["eventList"])


@each_file
def test_every_urn_splits_where_the_prefix_table_says(file: Path) -> None:
    width = {"sgtin": 13, "lgtin": 13, "sscc": 17, "sgln": 12, "pgln": 12, "grai": 12, "gdti": 12}
    for text in strings(load(file)):
        urn = EPC_URN.fullmatch(text)
        if urn and urn[1] != "bic":
            prefix, reference = urn[2].split(".")[:2]
            known = GS1CompanyPrefix.extract(prefix.ljust(13, "0"))
            assert known is not None, text
            assert len(known.value) == len(prefix), text
            assert len(prefix + reference) == width.get(urn[1], len(prefix + reference)), text


@each_file
def test_rules_that_only_the_text_has_are_kept(file: Path) -> None:
    created = datetime.fromisoformat(load(file)["creationDate"])
    for event in events_of(file):
        time = datetime.fromisoformat(event["eventTime"])
        assert time <= created < LAST_DAY
        if event["type"] == "AggregationEvent" and event["action"] != "OBSERVE":
            assert event["parentID"]
        for element in event.get("sensorElementList", []):
            metadata = element.get("sensorMetadata", {})
            for name in ("time", "startTime", "endTime"):
                assert datetime.fromisoformat(metadata.get(name, event["eventTime"])) <= time
            for report in element["sensorReport"]:
                assert not metadata.keys() & report.keys()


@each_file
def test_instances_and_classes_stand_in_their_own_lists(file: Path) -> None:
    instance = re.compile(r"https://id\.gs1\.org/(00|8003|8004|01/\d{14}/21)/|urn:epc:id")
    lot = re.compile(r"https://id\.gs1\.org/01/\d{14}(/10/[^/]+)?")
    for event in events_of(file):
        single = [key for name in INSTANCE_LISTS for key in event.get(name, [])]
        single += [event["parentID"]] if "parentID" in event else []
        assert [key for key in single if not instance.match(canonical(key))] == []
        classes = [item["epcClass"] for name in CLASS_LISTS for item in event.get(name, [])]
        assert [key for key in classes if not lot.fullmatch(canonical(key))] == []


@each_chain
def test_an_event_id_is_repeated_only_to_declare_an_error(chain: Path) -> None:
    events = events_of(*sorted(chain.glob("*.jsonld")))
    plain = [event for event in events if "errorDeclaration" not in event]
    ids = {event["eventID"]: event for event in plain if "eventID" in event}
    assert len(ids) == sum("eventID" in event for event in plain)
    for event in events:
        declaration = event.get("errorDeclaration")
        if declaration:
            assert set(declaration["correctiveEventIDs"]) <= ids.keys()
            rest = {name: value for name, value in event.items() if name != "errorDeclaration"}
            assert rest == ids[event["eventID"]]
    unnamed = [json.dumps(event, default=str) for event in plain if "eventID" not in event]
    assert len(unnamed) == len(set(unnamed))


@each_chain
def test_no_lot_is_used_up_beyond_what_was_made(chain: Path) -> None:
    made: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    gone: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for event in standing(events_of(*chain.glob("*.jsonld"))):
        flows = [(made, "outputQuantityList"), (gone, "inputQuantityList")]
        if event["type"] == "ObjectEvent" and event["action"] != "OBSERVE":
            flows.append((made if event["action"] == "ADD" else gone, "quantityList"))
        for flow, name in flows:
            for item in event.get(name, []):
                key = canonical(item["epcClass"]), item.get("uom", "pieces")
                flow[key] += Decimal(item["quantity"])
    over = {key[0].rsplit("/", 1)[1] for key, amount in gone.items() if amount > made[key]}
    assert over == {
        "fish_sauce": {"M0925"},  # salt that nobody made
        "fresh_grapes": set(),
        "jujube_dried": {"08937099040018"},  # sugar without a lot
        "sheep_meat": {"CM261008-SU0NKHO", "CM260930-VAI"},  # what the butcher never received
    }.get(chain.name)


@each_chain
def test_readme_names_only_what_occurs(chain: Path) -> None:
    readme = (chain / "README.md").read_text(encoding="utf-8")
    known = keys_of(chain)
    named = set(re.findall(r"`(https://id\.gs1\.org/[^`]+|urn:epc:[^`]+)`", readme))
    named = {key for key in named if "…" not in key}
    assert {key for key in named if canonical(key) not in known} == set()
    short = set(re.findall(r"`((?=[^`]*\d)[A-Z][A-Z0-9-]{5,})`", readme))
    ends = {key.rsplit("/", 1)[1] for key in known if "/" in key}
    assert short - ends == set()
    glns = {key.split("/")[4] for key in known if re.match(r"https://id\.gs1\.org/41[47]/", key)}
    assert set(re.findall(r"\| (\d{13}) \|", readme)) <= glns


@each_chain
def test_readme_says_that_all_is_invented_where_to_start_and_how_much_there_is(chain: Path) -> None:
    readme = (chain / "README.md").read_text(encoding="utf-8")
    files = sorted(chain.glob("*.jsonld"))
    assert re.search(r"\*\*All firms, .*prefixes and phone numbers are invented\.\*\*", readme)
    start = re.findall(r"`(https://id\.gs1\.org/01/\d{14}/10/\S+)` \(\*\*start here\*\*", readme)
    assert len(start) == 1
    assert f"{len(events_of(*files))} events in {len(files)} uploads" in " ".join(readme.split())
    index = (SAMPLES / "README.md").read_text(encoding="utf-8")
    row = next(line for line in index.splitlines() if line.startswith(f"| [{chain.name}]"))
    assert row.endswith(f"| {len(events_of(*files))} | `{start[0]}` |")


@each_chain
def test_every_party_of_a_handover_has_a_name_and_a_phone_in_the_master_data(chain: Path) -> None:
    parties: dict[str, set[str]] = {}
    for file in chain.glob("*.jsonld"):
        header = load(file).get("epcisHeader", {}).get("epcisMasterData", {})
        for vocabulary in header.get("vocabularyList", []):
            for element in vocabulary["vocabularyElementList"]:
                attributes = {item["id"].replace("#", ":") for item in element["attributes"]}
                parties.setdefault(canonical(element["id"]), set()).update(attributes)
    wanted = {"urn:epcglobal:cbv:mda:name", "https://ns.example.vn/traceability/phone"}
    named = {
        canonical(item[end])
        for event in events_of(*chain.glob("*.jsonld"))
        for end in ("source", "destination")
        for item in event.get(f"{end}List", [])
        if item["type"] != "location"
    }
    assert len(named) >= 3
    assert {party for party in named if not wanted <= parties.get(party, set())} == set()
