"""Agreement with what others made: biip, GS1's syntax dictionary and GS1's examples."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gln import Gln
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin
from biip.sscc import Sscc
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import Level, canonical, check_digit, hash_form, parse_identifier
from epcis_core.identifiers.schemes import (
    AI_DIGITS,
    FIXED_LENGTHS,
    KEYS,
    KEYS_WITHOUT_SCHEME,
    QUALIFIERS,
)

DIGITS = st.text("0123456789", min_size=1, max_size=20)


def completed(payload: str) -> str:
    return payload + check_digit(payload)


@given(DIGITS)
def test_check_digits_are_biips(payload: str) -> None:
    assert check_digit(payload) == str(gs1_standard_check_digit(payload))


def biip_reads(kind: type[Gtin | Sscc | Gln], text: str) -> bool:
    try:
        kind.parse(text)
    except ParseError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "ai", "lengths"),
    [(Gtin, "01", (8, 12, 13, 14)), (Sscc, "00", (18,)), (Gln, "414", (13,)), (Gln, "417", (13,))],
    ids=["GTIN", "SSCC", "GLN of a place", "GLN of a party"],
)
@given(data=st.data())
def test_biip_takes_and_refuses_the_same_keys(
    kind: type[Gtin | Sscc | Gln], ai: str, lengths: tuple[int, ...], data: st.DataObject
) -> None:
    length = data.draw(st.sampled_from(lengths))
    payload = data.draw(st.text("0123456789", min_size=length - 1, max_size=length - 1))
    for last in "0123456789":
        try:
            read = parse_identifier(f"https://id.gs1.org/{ai}/{payload}{last}")
        except IdentifierError as error:
            assert error.code == "wrong_check_digit"  # noqa: PT017 both ends are compared
            assert not biip_reads(kind, payload + last)
        else:
            assert biip_reads(kind, payload + last)
            assert read.ais[0][1].endswith(payload + last)


@given(
    payload=st.text("0123456789", min_size=13, max_size=13),
    lot=st.text("AZaz09-/.(", min_size=1, max_size=20),
    serial=st.text("AZaz09-/.+", min_size=1, max_size=20),
)
def test_biip_finds_the_same_elements_in_a_scan(payload: str, lot: str, serial: str) -> None:
    scan = f"01{completed(payload)}1727123110{lot}\x1d21{serial}"
    theirs = GS1Message.parse(scan)
    ours = parse_identifier(f"]C1{scan}")
    for ai, value in ours.ais:
        found = theirs.element_strings.get(ai=ai)
        assert found is not None
        assert found.value == value
    assert (ours.lot, ours.serial) == (lot, serial)


@given(
    payload=st.text("0123456789", min_size=12, max_size=12),
    serial=st.text("AZaz09-/.", max_size=16),
)
def test_biip_reads_the_same_returnable_asset(payload: str, serial: str) -> None:
    scan = f"80030{completed(payload)}{serial}"
    theirs = GS1Message.parse(scan).element_strings.get(ai="8003")
    ours = parse_identifier(f"]C1{scan}")
    assert theirs is not None
    assert theirs.value == ours.ais[0][1]
    assert ours.level is (Level.INSTANCE if serial else Level.CLASS)


# What follows reads GS1's own files, which are no part of this project.


def test_hash_forms_are_those_of_the_published_vectors(gs1_dir: Path) -> None:
    vectors = gs1_dir / "event-hash-vectors/examples"
    document = json.loads((vectors / "epclist_normalisation.jsonld").read_text(encoding="utf-8"))
    expected = (vectors / "epclist_normalisation.prehashes").read_text(encoding="utf-8")
    (event,) = document["epcisBody"]["eventList"]
    forms = sorted(hash_form(epc) for epc in event["epcList"])
    assert len(forms) == 23
    epc_list = "".join(f"epc={form}" for form in forms)
    assert f"epcList{epc_list}action=OBSERVE" in expected
    assert expected.rstrip().endswith(f"readPointid={hash_form(event['readPoint']['id'])}")


def test_canonical_and_hash_form_differ_in_escapes_only(gs1_dir: Path) -> None:
    vectors = gs1_dir / "event-hash-vectors/examples"
    document = json.loads((vectors / "epclist_normalisation.jsonld").read_text(encoding="utf-8"))
    for epc in document["epcisBody"]["eventList"][0]["epcList"]:
        assert canonical(hash_form(epc)) == canonical(epc)


def test_every_key_in_gs1s_examples_is_read(gs1_dir: Path) -> None:
    epc_uri = re.compile(r'"(urn:epc:(?:id|class|idpat):[^"\s]+)"|>(urn:epc:(?:id|class):[^<\s]+)<')
    seen: set[str] = set()
    for path in sorted((gs1_dir / "gs1-epcis").rglob("*")):
        if path.suffix in {".jsonld", ".xml"}:
            found = epc_uri.findall(path.read_text(encoding="utf-8"))
            seen.update(first or second for first, second in found)
    assert len(seen) > 100
    for uri in seen:
        identifier = parse_identifier(uri)
        company = uri.split(":")[4].partition(".")[0]
        assert identifier.epc_uri(len(company)) == uri


def dictionary(gs1_dir: Path) -> Iterator[tuple[str, bool, list[str], str]]:
    """Rows of the syntax dictionary: AI, whether its length is fixed, components, attributes."""
    text = (gs1_dir / "gs1-syntax-dictionary/gs1-syntax-dictionary.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        row = re.match(r"([0-9]{2,4})(?:-([0-9]{2,4}))? +([*?]*) +([^=#]+?)(?: {2,}|$)(.*)", line)
        if row:
            first, last, flags, specification, attributes = row.groups()
            for ai in range(int(first), int(last or first) + 1):
                components = [part for part in specification.split() if part[0] in "NXYZ["]
                yield f"{ai:0{len(first)}d}", "*" in flags, components, attributes.partition("#")[0]


def test_barcode_data_are_cut_as_the_dictionary_says(gs1_dir: Path) -> None:
    rows = list(dictionary(gs1_dir))
    assert len(rows) > 400
    for ai, fixed, components, _ in rows:
        assert AI_DIGITS[ai[:2]] == len(ai), ai
        length = sum(int(part.partition(",")[0][1:]) for part in components) if fixed else None
        assert FIXED_LENGTHS.get(ai[:2]) == (length and length + len(ai)), ai


def test_formats_and_check_digits_are_the_dictionarys(gs1_dir: Path) -> None:
    rows = {ai: components for ai, _, components, _ in dictionary(gs1_dir)}
    for ai, part in {**KEYS, **QUALIFIERS}.items():
        components = [
            component.partition(",")[0].replace("[", "").replace("]", "") for component in rows[ai]
        ]
        # 7040 and 8003 split a run of one kind into several components.
        assert merged(components) == merged(part.format.replace("[", "").replace("]", "").split())
    for ai, key in KEYS.items():
        linters = ",".join(rows[ai])
        assert ("csum" in linters) == (key.check_at is not None), ai
        assert ("gcppos2" in linters) == (key.in_front == "digit"), ai
        assert ("zero" in linters) == (key.in_front == "zero"), ai


def merged(components: list[str]) -> list[str]:
    """Join neighbouring fixed-length components of one kind: N1 N13 is N14."""
    joined: list[str] = []
    for part in components:
        if joined and ".." not in joined[-1] + part and joined[-1][0] == part[0]:
            joined[-1] = f"{part[0]}{int(joined[-1][1:]) + int(part[1:])}"
        else:
            joined.append(part)
    return joined


def test_digital_link_paths_are_the_dictionarys(gs1_dir: Path) -> None:
    keys = {}
    for ai, _, _, attributes in dictionary(gs1_dir):
        found = re.search(r"dlpkey(?:=(\S+))?", attributes)
        if found:
            keys[ai] = [alternative.split(",") for alternative in (found[1] or "").split("|")]
    assert set(keys) == set(KEYS) | KEYS_WITHOUT_SCHEME
    for ai, key in KEYS.items():
        named = {name for alternative in keys[ai] for name in alternative if name}
        assert set(key.qualifiers) == named
        for alternative in keys[ai]:
            in_our_order = [name for name in key.qualifiers if name in alternative]
            assert in_our_order == [name for name in alternative if name]
