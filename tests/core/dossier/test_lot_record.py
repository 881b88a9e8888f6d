"""The lot record: the minimum data of a lot, each with its source, under a hash that is stable."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from epcis_core.dossier.lot_record import Entry, LotRecord, Source, lot_record
from epcis_core.dossier.material import Material, Said
from epcis_core.rules.profiles import Entry as RegistryEntry
from tests.core.dossier.chains import LOTS, SAMPLES, material

NOW = 1_800_000_000_000_000
GRAPES = LOTS["fresh_grapes"]
PRODUCT = "https://id.gs1.org/01/08936099141015"
PACKHOUSE = "https://id.gs1.org/417/8936099140001"
PACKED = "urn:uuid:403b4a56-c85a-59c9-a63c-5bc02d76f62a"


def events_of(chain: str) -> dict[str, str]:
    """The text of each event of a chain's files by its id, as far as it has one."""
    found = {}
    for path in (SAMPLES / chain).glob("*.jsonld"):
        for event in json.loads(path.read_text(encoding="utf-8"))["epcisBody"]["eventList"]:
            found[event.get("eventID", "")] = json.dumps(event, ensure_ascii=False)
    return found


def test_every_field_names_the_record_that_says_so() -> None:
    record = lot_record(material("fresh_grapes"), NOW)
    told = Source(event=PACKED)
    by_master_data = Source(element=PRODUCT, version="1")
    assert (record.id, record.gtin, record.lot, record.serial) == (
        GRAPES,
        "08936099141015",
        "DN260311",
        None,
    )
    assert record.name == Entry(value="Nho đỏ Ninh Thuận thùng 5 kg", source=by_master_data)
    assert record.producer.id == PACKHOUSE
    assert record.producer.name is not None
    assert record.producer.name.value == "Hợp tác xã nho Đồi Nắng"
    assert record.producer.address is not None
    assert record.producer.address.value == "Đường liên thôn Phước Thuận, Xã Ninh Phước"
    assert record.origin == Entry(value="VN", source=told)
    assert record.produced == Entry(value="2026-03-11", source=told)
    assert record.expiry == Entry(value="2026-03-25", source=told)
    assert record.standards == (
        Entry(value="https://ns.example.vn/certificates/HACCP-DN-2026", source=told),
    )
    assert (record.image, record.brand) == (None, None)
    said = events_of("fresh_grapes")[PACKED]
    for value in ("VN", "2026-03-11", "2026-03-25", "HACCP-DN-2026"):
        assert value in said


def test_the_stages_are_those_of_the_lot_and_of_what_it_was_made_of_in_order() -> None:
    record = lot_record(material("fresh_grapes"), NOW)
    assert [one.time for one in record.stages] == sorted(one.time for one in record.stages)
    first, last = record.stages[0], record.stages[-1]
    assert (first.what, first.place, first.time) == (
        "commissioning",
        "https://id.gs1.org/414/8931004017102/254/LO-1",
        "2026-03-09T22:30:00Z",
    )
    assert first.place_name is not None
    assert first.place_name.value == "Lô nho số 1"
    assert first.party_name is not None
    assert first.party_name.value == "Trang trại nho Gió Cát"
    assert last.what == "destroying"
    # The second grower is nowhere in it, as the README of the chain says.
    named = {one.party for one in record.stages} | {o for one in record.stages for o in one.objects}
    assert not any(one is not None and "8931004152" in one for one in named)


@pytest.mark.parametrize("chain", LOTS)
def test_the_hash_is_of_the_json_and_the_clock_does_not_change_it(chain: str) -> None:
    record = lot_record(material(chain), NOW)
    told = record.as_json()
    whole = {name: value for name, value in told.items() if name != "hash"}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert record.canonical_json() == text.encode()
    assert told["hash"] == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    assert lot_record(material(chain), NOW - 10**15).hash == record.hash
    assert LotRecord.model_validate(whole) == record


def with_registry(version: str, name: str) -> Material:
    image = Said("sha256:00", version, "product 08936099141015")
    entries: Mapping[RegistryEntry, Said] = {
        "image": image,
        "brand": Said(name, version, image.record),
    }
    return replace(material("fresh_grapes"), registry={PRODUCT: entries})


def test_what_the_registry_knows_is_in_it_with_its_version() -> None:
    record = lot_record(with_registry("v1", "Đồi Nắng"), NOW)
    source = Source(element=PRODUCT, record="product 08936099141015", version="v1")
    assert record.brand == Entry(value="Đồi Nắng", source=source)
    assert record.image == Entry(value="sha256:00", source=source)


def test_the_hash_changes_when_anything_in_the_record_does() -> None:
    plain = lot_record(material("fresh_grapes"), NOW).hash
    hashes = [
        lot_record(with_registry("v1", "Đồi Nắng"), NOW).hash,
        lot_record(with_registry("v2", "Đồi Nắng"), NOW).hash,
        lot_record(with_registry("v2", "Nắng"), NOW).hash,
    ]
    assert len({plain, *hashes}) == 4


def test_an_item_has_the_record_of_its_lot() -> None:
    serial = "https://id.gs1.org/01/08935097702013/21/JP0001"
    record = lot_record(material("fish_sauce", lot=serial), NOW)
    assert (record.id, record.lot, record.serial) == (serial, None, "JP0001")
    assert record.expiry is not None
    assert record.expiry.value == "2028-10-04"
    assert record.producer.id == "https://id.gs1.org/417/8935097700002"
