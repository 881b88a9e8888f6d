"""Supply chains of a given size, to be strewn among unrelated events and traced.

A chain is a tree of lots. Where it is to be traced upstream three lots become one, over and over;
where downstream, one lot becomes three. Between two steps each lot travels on a pallet: it is
packed, shipped, received and unpacked. Now and then something is done with a lot at a time that
has nothing to do with the chain, so that a walk that does not heed time returns too much.
Firms, people and numbers are invented.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Final, Literal

from bench.large_documents import Members, events

Way = Literal["upstream", "downstream"]

WAYS: Final[tuple[Way, ...]] = ("upstream", "downstream")

SIZES: Final = (20, 200, 5_000)
"""About how many events a chain has."""

SEED: Final = 2
"""Of the unrelated events; documents that are captured have another."""

LOT: Final = "https://id.gs1.org/01/09506000134376/10/"
"""What the lots of chains begin with, and no other."""

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_BRANCHES: Final = 3
_MANY: Final = 1_000_000
_PLACES: Final = tuple(f"urn:epc:id:sgln:9506000.{number:05}.0" for number in range(9))
_PARTIES: Final = tuple(f"urn:epc:id:pgln:9506000.{number:05}" for number in range(9))


@dataclass(frozen=True)
class Chain:
    """One chain.

    Attributes:
        way: in which it is to be traced.
        size: about how many events it has.
        number: which of those alike, from 0.
    """

    way: Way
    size: int
    number: int

    @property
    def subject(self) -> str:
        """The lot to trace, canonical."""
        return self._lot(0)

    def events(self) -> Iterator[Members]:
        """Yield its events in the order in which they happen, a minute apart."""
        lots = self._lots()
        minutes = count()
        order = range(lots) if self.way == "downstream" else range(lots - 1, -1, -1)
        for lot in order:
            for members in self._told(lot, lots):
                minute = next(minutes)
                moment = _START + timedelta(days=self.number % 100, minutes=minute)
                own = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.subject}/{minute}")
                yield {
                    "eventID": f"urn:uuid:{own}",
                    "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "eventTimeZoneOffset": "+07:00",
                    **members,
                }

    def _lots(self) -> int:
        """Return how many lots the tree has; each but the first makes some five events."""
        return -(-(self.size + 4) // 5)

    def _told(self, lot: int, lots: int) -> Iterator[Members]:
        """Yield what happens to a lot from its making, or to those that it becomes."""
        children = [one for one in self._children(lot) if one < lots]
        parents = [one for one in children if self._children(one)[0] < lots]
        if self.way == "upstream":
            yield self._made(lot, children, [lot]) if children else self._begun(lot)
            for one in parents:  # more of what has been used up already
                yield self._made(one, [f"{one}-late"], [one])
            if lot:
                yield from self._travel(lot)
            return
        if lot:
            yield from self._travel(lot)
        else:
            yield self._begun(lot)
        for one in parents:  # some that came from elsewhere, and went before any came from here
            yield self._made(one, [f"{one}-early"], [one])
            yield self._made(one, [one], [f"{one}-gone"])
        if children:
            yield self._made(lot, [lot], children)

    def _children(self, lot: int) -> range:
        return range(_BRANCHES * lot + 1, _BRANCHES * (lot + 1) + 1)

    def _lot(self, lot: int | str) -> str:
        return f"{LOT}{self.way[0].upper()}{self.size}-{self.number}-{lot}"

    def _amount(self, lot: int | str) -> Members:
        return {"epcClass": self._lot(lot), "quantity": 100, "uom": "KGM"}

    def _begun(self, lot: int) -> Members:
        return {
            "type": "ObjectEvent",
            "action": "ADD",
            "bizStep": "commissioning",
            "quantityList": [self._amount(lot)],
            "readPoint": {"id": _PLACES[_place(lot)]},
        }

    def _made(self, at: int, inputs: Sequence[int | str], outputs: Sequence[int | str]) -> Members:
        """Return that lots became lots, where one of them is at home."""
        return {
            "type": "TransformationEvent",
            "inputQuantityList": [self._amount(lot) for lot in inputs],
            "outputQuantityList": [self._amount(lot) for lot in outputs],
            "bizStep": "commissioning",
            "readPoint": {"id": _PLACES[_place(at)]},
        }

    def _travel(self, lot: int) -> Iterator[Members]:
        """Yield how a lot is packed, shipped, received and unpacked."""
        ends = _place(lot), _place(_parent(lot))
        here, there = ends if self.way == "upstream" else ends[::-1]
        load = {"parentID": self._pallet(lot), "childQuantityList": [self._amount(lot)]}
        parties = {
            "sourceList": [{"type": "owning_party", "source": _PARTIES[here]}],
            "destinationList": [{"type": "owning_party", "destination": _PARTIES[there]}],
        }
        steps: tuple[tuple[str, str, str, Members], ...] = (
            ("AggregationEvent", "ADD", "packing", load),
            ("ObjectEvent", "OBSERVE", "shipping", {"epcList": [self._pallet(lot)], **parties}),
            ("ObjectEvent", "OBSERVE", "receiving", {"epcList": [self._pallet(lot)], **parties}),
            ("AggregationEvent", "DELETE", "unpacking", load),
        )
        for kind, action, step, members in steps:
            place = here if step in {"packing", "shipping"} else there
            yield {
                "type": kind,
                "action": action,
                "bizStep": step,
                "readPoint": {"id": _PLACES[place]},
                **members,
            }

    def _pallet(self, lot: int) -> str:
        """Return a number of a pallet as a Digital Link, which no other chain has."""
        kind = 2 * SIZES.index(self.size) + (self.way == "upstream")
        digits = f"19506000{kind}{self.number:03}{lot:05}"
        total = sum(int(digit) * (3 - 2 * (place % 2)) for place, digit in enumerate(digits))
        return f"https://id.gs1.org/00/{digits}{-total % 10}"


def _parent(lot: int) -> int:
    return (lot - 1) // _BRANCHES


def _place(lot: int) -> int:
    """Return where a lot is at home: never where the one is that it becomes or comes from."""
    return (_place(_parent(lot)) + 1 + lot % _BRANCHES) % len(_PLACES) if lot else 0


def chains(among: int) -> list[Chain]:
    """Return the chains that are strewn among so many other events: fewer of the large ones."""
    most = 20 if among >= _MANY else 4
    return [
        Chain(way, size, number)
        for size in SIZES
        for way in WAYS
        for number in range(max(1, most // 4) if size == SIZES[-1] else most)
    ]


def strewn(some: Sequence[Chain], among: int) -> Iterator[tuple[int, Members]]:
    """Yield the events of chains in the order of their times, and after which other each comes.

    Args:
        some: the chains.
        among: how many other events there are.
    """
    told = sorted(
        (members for chain in some for members in chain.events()),
        key=lambda members: str(members["eventTime"]),
    )
    for place, members in enumerate(told):
        yield place * among // len(told), members


def mixed(size: int) -> Iterator[Members]:
    """Yield so many unrelated events, with those of the chains among them."""
    others = events(size, SEED)
    given = 0
    for place, members in strewn(chains(size), size):
        yield from islice(others, place - given)
        given = place
        yield members
    yield from others


@dataclass(frozen=True, slots=True)
class Made:
    """Some objects became others.

    Attributes:
        event: the number of the event among all.
        time: microseconds since 1970 UTC.
        inputs: what went in.
        outputs: what came out.
    """

    event: int
    time: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """Some objects came into a container, or out of it.

    Attributes:
        event: the number of the event among all.
        time: microseconds since 1970 UTC.
        container: as the event names it.
        contents: what was put in or taken out.
        is_end: it was taken out.
    """

    event: int
    time: int
    container: str
    contents: tuple[str, ...]
    is_end: bool


def happenings(size: int) -> Iterator[Made | Packed]:
    """Yield what became of what and was inside what among so many events, for other systems."""
    for number, members in enumerate(mixed(size)):
        kind = members["type"]
        if kind == "ObjectEvent":
            continue
        time = int(datetime.fromisoformat(members["eventTime"]).timestamp()) * 1_000_000
        if kind == "TransformationEvent":
            inputs, outputs = (
                _lots(members, name) for name in ("inputQuantityList", "outputQuantityList")
            )
            yield Made(number, time, inputs, outputs)
        else:
            contents = (*members.get("childEPCs", ()), *_lots(members, "childQuantityList"))
            is_end = members["action"] == "DELETE"
            yield Packed(number, time, members["parentID"], contents, is_end)


def _lots(members: Members, name: str) -> tuple[str, ...]:
    return tuple(one["epcClass"] for one in members.get(name, ()))
