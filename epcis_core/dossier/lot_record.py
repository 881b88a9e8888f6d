"""The lot record: the least that a law wants to be known of a lot, and where each of it stands.

It holds what completeness finds by Decree 37/2026, in the order of its Article 23(5), and changes
exactly when something of that does: so its hash tells whether a lot has to be sent again.
"""

import hashlib
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict

from epcis_core.dossier.completeness import Completeness, completeness
from epcis_core.dossier.data import Datum, keys_of_party, keys_of_place
from epcis_core.dossier.lot_chain import Happening, LotChain
from epcis_core.dossier.material import Material
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import parse_identifier
from epcis_core.rules.profiles import profiles
from epcis_core.rules.seen_event import full_name

LAW: Final = "vn-decree-37-2026"
"""The profile whose data a lot record holds."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Source(_Part):
    """Where something stands: in an event, in master data, or in the registry.

    Attributes:
        event: id of the event that says so.
        element: else the key that master data speak of.
        record: or the record of the registry.
        version: of the master data or the record; it changes when anything in it does.
    """

    event: str | None = None
    element: str | None = None
    record: str | None = None
    version: str | None = None


class Entry(_Part):
    """One value of a lot record, with its source."""

    value: str
    source: Source


class Producer(_Part):
    """Who made the lot, or answers for it.

    Attributes:
        id: canonical; None where the records do not say.
    """

    id: str | None = None
    name: Entry | None = None
    address: Entry | None = None


class Stage(_Part):
    """One tracking event of the lot, or of what it was made of.

    Attributes:
        event: its id.
        time: UTC text.
        what: the business step, a word of the CBV or a URI; else the type of the event.
        place: canonical, with its code; None where it is not known.
        party: canonical, likewise.
        objects: the goods that it is about, canonical.
        disputed: the records make it likely, but do not prove it.
    """

    event: str
    time: str
    what: str
    place: str | None = None
    place_name: Entry | None = None
    party: str | None = None
    party_name: Entry | None = None
    objects: tuple[str, ...]
    disputed: bool = False


class LotRecord(_Part):
    """The minimum data of a lot.

    Attributes:
        id: canonical.
        profile: name and version of the file whose data it holds, as `name/2`.
        image: an address, or the digest of the registry's image.
        origin: country, or geographical indication.
        produced: the day, as somebody said it; see `stages` for when it was recorded.
        truncated: there are more records than were looked at.
    """

    id: str
    profile: str
    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    name: Entry | None = None
    image: Entry | None = None
    producer: Producer = Producer()
    origin: Entry | None = None
    brand: Entry | None = None
    produced: Entry | None = None
    expiry: Entry | None = None
    standards: tuple[Entry, ...] = ()
    stages: tuple[Stage, ...] = ()
    truncated: bool = False

    def canonical_json(self) -> bytes:
        """Return it as JSON in UTF-8: members by name, no blanks, what is not known as null."""
        return orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON, as `sha256:` and 64 hexadecimal digits."""
        return f"sha256:{hashlib.sha256(self.canonical_json()).hexdigest()}"

    def as_json(self) -> dict[str, Any]:
        """Return it in the shape of the JSON contract, with its hash."""
        return {**self.model_dump(mode="json"), "hash": self.hash}


def lot_record(material: Material, now: int) -> LotRecord:
    """Put the record of a lot together.

    Args:
        material: what is known of it.
        now: microseconds since 1970 UTC; only what is implausible depends on it, and no value.
    """
    law, chain = profiles()[LAW], LotChain(material)
    found = _Found(completeness(material, law, now))
    subject = material.trace.subject
    try:
        key = parse_identifier(subject)
    except IdentifierError:
        key = None
    return LotRecord(
        id=subject,
        profile=f"{law.name}/{law.version}",
        gtin=key.gtin if key else None,
        lot=key.lot if key else None,
        serial=key.serial if key else None,
        name=found.first("product_name"),
        image=found.first("product_image"),
        producer=Producer(
            id=found.subject("producer_name"),
            name=found.first("producer_name"),
            address=found.joined("producer_address"),
        ),
        origin=found.first("origin"),
        brand=found.first("brand"),
        produced=_produced(chain),
        expiry=found.first("expiry"),
        standards=found.all("standards"),
        stages=tuple(_stage(material, one) for one in chain.happenings),
        truncated=chain.is_truncated,
    )


class _Found:
    """What was found, by requirement."""

    def __init__(self, judged: Completeness) -> None:
        self._asked = {one.requirement.id: one.asked for one in judged.requirements}

    def data(self, requirement: str) -> list[Datum]:
        return [one for asked in self._asked.get(requirement, ()) for one in asked.data]

    def all(self, requirement: str) -> tuple[Entry, ...]:
        return tuple(dict.fromkeys(map(_entry, self.data(requirement))))

    def first(self, requirement: str) -> Entry | None:
        return next(iter(self.all(requirement)), None)

    def joined(self, requirement: str) -> Entry | None:
        """Return what several attributes of one element say together, such as street and city."""
        found = self.all(requirement)
        same = [one.value for one in found if one.source == found[0].source]
        return Entry(value=", ".join(same), source=found[0].source) if found else None

    def subject(self, requirement: str) -> str | None:
        return next((one.subject for one in self._asked.get(requirement, ()) if one.subject), None)


def _produced(chain: LotChain) -> Entry | None:
    for one in chain.happenings:
        if chain.own & one.objects.keys():
            value = one.recorded.seen.attribute("cbvmda:productionDate")
            if value is not None:
                return Entry(value=value, source=Source(event=one.event))
    return None


def _stage(material: Material, one: Happening) -> Stage:
    places = [] if one.place is None else keys_of_place(one.place)
    parties = [] if one.party is None else keys_of_party(one.party)
    return Stage(
        event=one.event,
        time=one.time,
        what=one.biz_step or one.recorded.seen.type,
        place=one.place,
        place_name=_name(material, places),
        party=one.party,
        party_name=_name(material, parties),
        objects=tuple(sorted(one.objects)),
        disputed=one.disputed,
    )


def _name(material: Material, keys: list[str]) -> Entry | None:
    for key in keys:
        said = material.master_data.get(key, {}).get(full_name("cbvmda:name"))
        said = said or material.registry.get(key, {}).get("name")
        if said is not None:
            source = Source(element=key, record=said.record or None, version=said.version)
            return Entry(value=said.value, source=source)
    return None


def _entry(one: Datum) -> Entry:
    return Entry(
        value=one.value,
        source=Source(
            event=one.event,
            element=one.element,
            record=one.record or None,
            version=one.version or None,
        ),
    )
