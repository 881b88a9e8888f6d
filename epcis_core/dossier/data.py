"""Where a datum of a lot's records stands: in an event, in master data, or in the registry."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from epcis_core.dossier.lot_chain import Goods, Happening
from epcis_core.dossier.material import Material, Said
from epcis_core.rules.profiles import Requirement
from epcis_core.rules.seen_event import Subject, Told, full_name

PARTY: Final = "https://id.gs1.org/417/"
PLACE: Final = "https://id.gs1.org/414/"


@dataclass(frozen=True, slots=True)
class Datum:
    """Something that is known, and from where.

    Attributes:
        way: the fact, attribute or entry that the profile asks for.
        value: as text.
        event: id of the event that says so; None for master data and the registry.
        pointer: from that event's root; empty where the event means it without a member of its own.
        element: key of the product, party or place that master data or the registry speak of.
        record: of the registry; empty for master data.
        version: of what says so, where it is no event.
    """

    way: str
    value: str
    event: str | None = None
    pointer: str = ""
    element: str | None = None
    record: str = ""
    version: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what it says and its source, as members."""
        source: dict[str, Any] = {"event": self.event, "pointer": self.pointer}
        if self.event is None:
            source = {"record": self.record} if self.record else {"element": self.element}
            source["version"] = self.version
        return {"way": self.way, "value": self.value, **source}


def keys_of_party(party: str) -> list[str]:
    """Return the keys under which master data may speak of a party: its own, its place's."""
    number = party.removeprefix(PARTY)
    return [party] if number == party else [party, PLACE + number]


def keys_of_place(place: str) -> list[str]:
    """Return the keys under which master data may speak of a place: its own, its site's."""
    site = place.partition("/254/")[0]
    return list(dict.fromkeys([place, site]))


def data_for(
    material: Material,
    requirement: Requirement,
    happening: Happening,
    subject: Subject,
    goods: Goods | None,
) -> Iterator[Datum]:
    """Yield all that satisfies a requirement at one event.

    Args:
        material: what is known of the lot.
        requirement: what is asked for.
        happening: the event.
        subject: who or what must have it.
        goods: the same where it is a trade item.
    """
    for told in happening.recorded.seen.told(requirement, subject):
        yield _of_event(told, happening, goods)
    keys = [] if subject.key is None else [subject.key]
    if requirement.about == "party":
        keys = keys_of_party(keys[0]) if keys else []
    for key in keys:
        yield from _of_master_data(material, requirement, key)
    if requirement.about == "event":
        keys = [] if happening.place is None else keys_of_place(happening.place)
    for key in keys:
        entries = material.registry.get(key, {})
        for entry in requirement.registry:
            if (said := entries.get(entry)) is not None:
                yield _of_registry(entry, key, said)
    if "certificate" in requirement.registry:
        yield from _certificates(material, [*keys, *_maker(happening)])


def _maker(happening: Happening) -> list[str]:
    return [] if happening.party is None else [happening.party]


def _of_event(told: Told, happening: Happening, goods: Goods | None) -> Datum:
    event = happening.event
    if told.way == "quantity" and not told.pointer and goods is not None and goods.packed:
        event = goods.packed
    return Datum(told.way, told.value, event, told.pointer)


def _of_master_data(material: Material, requirement: Requirement, key: str) -> Iterator[Datum]:
    said = material.master_data.get(key, {})
    for name in requirement.master_data:
        if (one := said.get(full_name(name))) is not None and one.value:
            yield Datum(name, one.value, element=key, version=one.version)


def _of_registry(way: str, key: str, said: Said) -> Datum:
    return Datum(way, said.value, element=key, record=said.record, version=said.version)


def _certificates(material: Material, keys: list[str]) -> Iterator[Datum]:
    """Yield the certificates of the product; those of its maker where none is named for it."""
    for key in keys:
        held = material.certificates.get(key, ())
        yield from (_of_registry("certificate", key, one.said) for one in held)
        if held:
            return
