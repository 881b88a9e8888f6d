"""The profiles that are shipped: complete, true to what they cite, and documented."""

import io
import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding
from epcis_core.rules.profile_check import ProfileCheck
from epcis_core.rules.profiles import Moment, Profile, Requirement, profiles, profiles_for
from ingest.registry.lines import list_of

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "profiles.md"
CHAINS = sorted(folder for folder in (ROOT / "samples").iterdir() if folder.is_dir())


def test_the_profiles_are_these() -> None:
    assert list(profiles()) == [
        "eu-178-2002",
        "eu-931-2011",
        "fsma-204",
        "vn-circular-02-2024",
        "vn-decision-25-bnnmt",
        "vn-decree-37-2026",
        "vn-decree-37-2026-consumer",
        "vn-fish",
        "vn-processed-food",
        "vn-tcvn-12827",
        "vn-tcvn-13166",
    ]


@pytest.mark.parametrize(
    ("sector", "day", "expected"),
    [
        ("", "2026-11-27", ["vn-decree-37-2026"]),
        ("", "2026-01-22", []),
        ("meat", "2026-11-27", ["vn-decree-37-2026", "vn-tcvn-13166"]),
        ("fruit_and_vegetables", "2026-01-23", ["vn-decree-37-2026", "vn-tcvn-12827"]),
        ("fish", "2020-01-01", ["vn-fish"]),
        ("dried", "2026-11-27", ["vn-decree-37-2026", "vn-processed-food"]),
        ("inputs", "2026-11-27", ["vn-decree-37-2026"]),
    ],
)
def test_a_product_is_judged_by_what_holds_for_its_sector_on_the_day(
    sector: str, day: str, expected: list[str]
) -> None:
    assert [one.name for one in profiles_for(sector, date.fromisoformat(day))] == expected


def test_every_sector_of_a_profile_is_one_of_the_registry() -> None:
    (sector,) = (one for one in list_of("products").columns if one.key == "sector")
    known = {one.value for one in sector.choices}
    assert {one for law in profiles().values() for one in law.sectors} <= known


@pytest.mark.parametrize("law", profiles().values(), ids=list(profiles()))
def test_a_profile_is_complete_in_both_languages(law: Profile) -> None:
    texts = [law.note, *law.requirements, *law.left_out]
    assert all(text.en.endswith(".") and text.vi.endswith(".") for text in texts)
    for text in [law.title, *texts, *law.moments.values()]:
        assert text.en != text.vi


def test_what_a_consumer_sees_is_asked_for_as_in_the_whole_decree() -> None:
    whole = {one.id: one for one in profiles()["vn-decree-37-2026"].requirements}
    part = profiles()["vn-decree-37-2026-consumer"].requirements
    assert {one.id for one in part} == {i for i, one in whole.items() if "23(7)" in one.reference}
    same = {"reference", "reference_vi", "when"}
    for one in part:
        assert one.model_dump(exclude=same) == whole[one.id].model_dump(exclude=same)


def test_the_decrees_profile_asks_for_the_public_data_of_article_23_7() -> None:
    public = {
        one.id for one in profiles()["vn-decree-37-2026"].requirements if "23(7)" in one.reference
    }
    assert public == {
        "product_name",  # a
        "product_image",  # b
        "producer_name",  # c
        "producer_address",  # d
        "origin",  # đ
        "lot_or_serial",  # g
        "brand",  # g
        "expiry",  # h
    }


def lacking(law: Profile, chain: Path) -> dict[str, int]:
    """How often the documents of a sample chain lack each requirement of a profile."""
    counts: Counter[str] = Counter()
    for path in sorted(chain.glob("*.jsonld")):
        check = ProfileCheck(law)
        reader = open_document(io.BytesIO(path.read_bytes()))
        assert not isinstance(reader, Finding)
        found: list[Finding] = []
        for read in reader.events():
            assert read.event is not None
            found += check.event(read.event, read.namespaces, read.locate)
        assert reader.envelope.head is not None
        found += check.master_data(reader.envelope.head.vocabularies)
        counts.update(str(one.values.get("requirement", one.code)) for one in found)
    return dict(sorted(counts.items()))


def test_what_the_samples_lack_by_the_decree() -> None:
    """No sample has an image; later documents of a sender do not repeat its master data."""
    law = profiles()["vn-decree-37-2026"]
    assert {chain.name: lacking(law, chain) for chain in CHAINS} == {
        "fish_sauce": {
            "brand": 9,
            "expiry": 11,
            "origin": 5,
            "producer_address": 3,
            "producer_name": 3,
            "product_image": 9,
            "product_name": 6,
            "standards": 11,
        },
        "fresh_grapes": {
            "brand": 12,
            "expiry": 9,
            "lot_or_serial": 1,
            "origin": 4,
            "place_code": 4,
            "producer_address": 1,
            "producer_name": 1,
            "product_image": 12,
            "product_name": 4,
            "standards": 7,
        },
        "jujube_dried": {
            "brand": 8,
            "expiry": 11,
            "lot_or_serial": 1,
            "origin": 10,
            "product_image": 8,
            "standards": 12,
        },
        "sheep_meat": {
            "brand": 11,
            "expiry": 27,
            "origin": 19,
            "place_code": 1,
            "producer_address": 1,
            "producer_name": 1,
            "product_image": 11,
            "product_name": 3,
            "standards": 22,
        },
    }


def test_what_the_samples_lack_by_fsma() -> None:
    law = profiles()["fsma-204"]
    assert {chain.name: lacking(law, chain) for chain in CHAINS} == {
        "fish_sauce": {
            "input_description": 7,
            "origin_document": 6,
            "origin_harvest_date": 4,
            "output_description": 6,
            "receive_description": 6,
            "receive_document": 1,
            "receive_from": 1,
            "ship_description": 1,
            "transformation_document": 5,
        },
        "fresh_grapes": {
            "input_description": 4,
            "origin_document": 5,
            "output_description": 4,
            "ship_to": 1,
            "transformation_document": 2,
        },
        "jujube_dried": {
            "input_description": 2,
            "input_lot": 1,
            "origin_document": 2,
            "receive_description": 3,
            "transformation_document": 6,
        },
        "sheep_meat": {
            "input_description": 3,
            "origin_document": 1,
            "origin_harvest_date": 1,
            "output_description": 3,
            "receive_document": 1,
            "transformation_document": 2,
        },
    }


# --- the page of the documentation ----------------------------------------------------------------

INTRODUCTION = """# Profiles

A profile says what a law wants to be said of a product, beyond what EPCIS asks. It judges a
document before it is sent, and the records of a lot once they are there.

```sh
epcis check harvest.jsonld --profile vn-decree-37-2026
epcis completeness "(01)08936099141015(10)DN260311" --profile fsma-204
epcis lot-record "(01)08936099141015(10)DN260311" --json
```

A profile is one file of `schemas/profiles/`, and its name is the file's. This page is made from
these files; do not edit it here, but run `UPDATE_DOCS=1 pytest
tests/core/rules/test_profile_files.py`.

| profile | what it is | holds from | chosen without being named for |
|---|---|---|---|
{table}

## How a document is judged

With the option `--profile NAME`, `epcis check` adds what a document lacks by it. Such findings are
warnings unless the profile says otherwise, and weigh the same with `--lenient`; only an error makes
a document invalid.

* One document is judged by itself: its events, and the master data in its header. What was sent
  before in another document does not count, nor what the registry knows.
* A requirement holds at its *moments*, which are kinds of events. It is *about* the event; or about
  each trade item it names, to which belongs what is no GS1 key, but no pallet, crate or document;
  or about the party that did it: the source of what is sent, the destination of what is received,
  else the owner of the place by master data, else who has the place's own GLN.
* Any one of the things that satisfy a requirement is enough. An attribute counts in every spelling;
  one of the lot's or item's own master data (ILMD) counts for what the event begins.
* An amount of nothing, an expiry before the production, and a harvest or production later than its
  own record are told too, at their place: what of a lot is `implausible`, and shows in one event.
* Error declarations, and events whose type is of another vocabulary, are not judged.

## How the records of a lot are judged

Completeness stands on the page of a lot's trace (of up to 300 events), on that of a product for its
five latest lots, in the list of products (of the latest lot of the first 24), at
`/completeness?id=…&profile=…` (as a page, or as JSON with `.json` or
`Accept: application/json`), and in `epcis completeness`. It is judged by what the asker may see of
the lot's [trace](gaps.md), of master data and of the registry: a business has its own lists, and of
others the name alone. Of more than 3,000 events the first are judged, which is told. Without a
profile the one for every product judges.

* The records are those of the lot, of what it was made of until that went in, and of its items. A
  moment with the scope `lot` means those of the lot alone. Goods in a pallet or crate are judged at
  its events too.
* What is said of goods or of a party holds for good and is asked once for each; what is said of an
  event is asked at each. A moment with `must` has to be there: for each object that was made of
  nothing known, or for the lot itself.
* Each requirement is `met`, `missing`, or `implausible`, by the worst that was found. What is not
  at stake, such as the receipt of goods that were never handed over, is not asked.
* The score is the share of what is met among all that counts: what only some products have (weight
  `info`) does not. It is rounded down, so that 100 % is all.
* Each thing that is missing names who has to supply it: who did it, who handed the goods over, or
  who made the product.

Presence is not enough. A finding of these makes a requirement `implausible`:

| code | what is doubtful |
|---|---|
| `implausible_time` | an event that has not come yet |
| `implausible_order` | a receipt before its shipment, or goods made before their inputs went in |
| `implausible_place` | a place without a name, an address or coordinates |
| `implausible_quantity` | an amount of nothing, or less |
| `implausible_certificate` | no certificate of the registry held on the day of production |
| `implausible_expiry` | an expiry before the production, or what is no date |
| `implausible_date` | a harvest or production later than the record that tells of it |
| `implausible_gtin` | a GTIN of somebody who is nowhere in the records; told to those who see all |

## The lot record

`/lot-record?id=…` and `epcis lot-record` give the minimum data of Article 23(5) of Decree 37/2026,
put together from the same records: each value with its `source`, which is an event, or master data
or the registry with a `version` that changes when anything there does. The tracking events stand in
`stages`. Its `hash` is SHA-256 over its JSON with members sorted by name, without blanks and
without the hash itself; it changes when the record does, and tells whether a lot has to be sent
again.

## A new profile

Copy a file of `schemas/profiles/` to a new name, and change what it says; an unknown member or an
unknown moment is refused when it is read. A new version of a law is a new file, with the day from
which it holds (`valid_from`); the old one gets a `valid_until`. Sentences stand in English and
Vietnamese. Where the clause could not be read in a source that can be relied on, `confirmed =
false` says so wherever it is cited.

| fact (`has`) | what is meant | of |
|---|---|---|
| `gtin` | a GTIN | object |
| `lot_or_serial` | a lot or serial number in the identifier, or in the ILMD `lotNumber` | object |
| `quantity` | an amount; an instance is one | object |
| `place` | a read point or business location | event |
| `place_code` | the same, with a GLN | event |
| `source`, `destination` | an entry of the list | event |
| `document` | an entry of `bizTransactionList` | event |
| `certification` | `certificationInfo` | event |
| `time` | the event's time, which every event has | event |

| entry (`registry`) | what is meant | of |
|---|---|---|
| `name` | the name in the lists, or of the organisation | object, party, event |
| `image`, `brand`, `indication` | of the product | object |
| `certificate` | one that is named for the product, else one of who made it | object |
| `address` | of the organisation, or of the place | party, event |
| `growing_area`, `coordinates` | of the place | event |
"""


def overview() -> str:
    (column,) = (one for one in list_of("products").columns if one.key == "sector")
    names = {one.value: one.name.en.lower() for one in column.choices}
    rows = []
    for law in profiles().values():
        chosen = "every product" if law.is_usual else ", ".join(names[s] for s in law.sectors)
        link = f"[`{law.name}`](#{law.name})"
        rows.append(f"| {link} | {law.title.en} | {law.valid_from} | {chosen or '—'} |")
    return "\n".join(rows)


def page() -> str:
    lines = [INTRODUCTION.replace("{table}", overview())]
    for law in profiles().values():
        lines += [
            f"## {law.name}",
            "",
            f"{law.title.en} · {law.title.vi}",
            "",
            f"{law.reference}. Version {law.version} of the file; holds from {law.valid_from}.",
            "",
            law.note.en,
            "",
            law.note.vi,
            "",
        ]
        lines += ["| moment | which events |", "|---|---|"]
        lines += [
            f"| {name}{bounds(one)} | {one.en}<br>{one.vi} |" for name, one in law.moments.items()
        ]
        lines += [
            "",
            "| requirement | when | satisfied by | supplied by | weight | clause |",
            "|---|---|---|---|---|---|",
        ]
        lines += [row(one) for one in law.requirements]
        if law.left_out:
            lines += ["", "Not judged:", ""]
            lines += [f"* {one.en}<br>{one.vi}" for one in law.left_out]
        lines.append("")
    return "\n".join(lines)


SUPPLIERS = {
    "actor": "who did it",
    "giver": "who handed it over",
    "maker": "who made the product",
}


def bounds(one: Moment) -> str:
    said = [word for word, holds in (("lot", one.scope == "lot"), ("must", one.must)) if holds]
    return f" ({', '.join(said)})" if said else ""


def row(one: Requirement) -> str:
    ways = [f"`{fact}`" for fact in one.has]
    ways += [f"ILMD `{name}`" for name in one.ilmd]
    holder = {"object": "product", "party": "party"}.get(one.about, "")
    ways += [f"{holder} `{name}`" for name in one.master_data]
    ways += [f"registry `{name}`" for name in one.registry]
    return (
        f"| `{one.id}`<br>{one.en}<br>{one.vi} | {', '.join(one.when)} | {', '.join(ways)} "
        f"| {SUPPLIERS[one.supplier]} | {one.severity} | {one.clause} |"
    )


def test_the_page_of_profiles_is_up_to_date() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
