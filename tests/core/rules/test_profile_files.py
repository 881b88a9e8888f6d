"""The profiles that are shipped: complete, true to what they cite, and documented."""

import io
import os
from collections import Counter
from pathlib import Path

import pytest

from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding
from epcis_core.rules.profile_check import ProfileCheck
from epcis_core.rules.profiles import Profile, Requirement, profiles

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "profiles.md"
CHAINS = sorted(folder for folder in (ROOT / "samples").iterdir() if folder.is_dir())


def test_the_profiles_are_these() -> None:
    assert list(profiles()) == ["fsma-204", "vn-decree-37-2026"]


@pytest.mark.parametrize("law", profiles().values(), ids=list(profiles()))
def test_a_profile_is_complete_in_both_languages(law: Profile) -> None:
    texts = [law.note, *law.requirements, *law.left_out]
    assert all(text.en.endswith(".") and text.vi.endswith(".") for text in texts)
    for text in [law.title, *texts, *law.moments.values()]:
        assert text.en != text.vi


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
        counts.update(str(one.values["requirement"]) for one in found)
    return dict(sorted(counts.items()))


def test_what_the_samples_lack_by_the_decree() -> None:
    """No sample has an image; later documents of a sender do not repeat its master data."""
    law = profiles()["vn-decree-37-2026"]
    assert {chain.name: lacking(law, chain) for chain in CHAINS} == {
        "fish_sauce": {
            "expiry": 11,
            "origin": 5,
            "producer_address": 3,
            "producer_name": 3,
            "product_image": 9,
            "product_name": 6,
            "standards": 11,
        },
        "fresh_grapes": {
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
            "expiry": 11,
            "lot_or_serial": 1,
            "origin": 10,
            "product_image": 8,
            "standards": 12,
        },
        "sheep_meat": {
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

A profile says what a law wants to be said of a product, beyond what EPCIS asks. With the option
`--profile NAME`, `epcis check` adds what a document lacks by it. Such findings are warnings unless
the profile says otherwise, and weigh the same with `--lenient`; only an error makes a document
invalid.

```sh
epcis check harvest.jsonld --profile vn-decree-37-2026
```

A profile is one file of `schemas/profiles/`, and its name is the file's. This page is made from
these files; do not edit it here, but run
`UPDATE_DOCS=1 pytest tests/core/rules/test_profile_files.py`.

## How a document is judged

* One document is judged by itself: its events, and the master data in its header. What was sent
  before in another document does not count.
* A requirement holds at its *moments*, which are kinds of events. It is *about* the event; or about
  each trade item it names, to which belongs what is no GS1 key, but no pallet, crate or document;
  or about the party that did it: the source of what is sent, the destination of what is received,
  else the owner of the place by master data, else who has the place's own GLN.
* Any one of the things that satisfy a requirement is enough. An attribute counts in every spelling;
  one of the lot's or item's own master data (ILMD) counts for what the event begins.
* Error declarations, and events whose type is of another vocabulary, are not judged.

## A new profile

Copy a file of `schemas/profiles/` to a new name, and change what it says; an unknown member or an
unknown moment is refused when it is read. A new version of a law is a new file. Sentences stand in
English and Vietnamese. Where the clause could not be read in a source that can be relied on,
`confirmed = false` says so in every finding.

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
"""


def page() -> str:
    lines = [INTRODUCTION]
    for law in profiles().values():
        lines += [
            f"## {law.name}",
            "",
            f"{law.title.en} · {law.title.vi}",
            "",
            f"{law.reference}. Version {law.version} of the file.",
            "",
            law.note.en,
            "",
            law.note.vi,
            "",
        ]
        lines += ["| moment | which events |", "|---|---|"]
        lines += [f"| {name} | {one.en}<br>{one.vi} |" for name, one in law.moments.items()]
        lines += [
            "",
            "| requirement | when | satisfied by | weight | clause |",
            "|---|---|---|---|---|",
        ]
        lines += [row(one) for one in law.requirements]
        lines += ["", "Not judged:", ""]
        lines += [f"* {one.en}<br>{one.vi}" for one in law.left_out]
        lines.append("")
    return "\n".join(lines)


def row(one: Requirement) -> str:
    ways = [f"`{fact}`" for fact in one.has]
    ways += [f"ILMD `{name}`" for name in one.ilmd]
    holder = {"object": "product", "party": "party"}.get(one.about, "")
    ways += [f"{holder} `{name}`" for name in one.master_data]
    return (
        f"| `{one.id}`<br>{one.en}<br>{one.vi} | {', '.join(one.when)} | {', '.join(ways)} "
        f"| {one.severity} | {one.clause} |"
    )


def test_the_page_of_profiles_is_up_to_date() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
