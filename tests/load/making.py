"""What the clients of a load send: stories of lots, each told in five events.

A lot is made of the one before, its items are commissioned and packed, the pallet is shipped and
received. After eight lots a new line begins, so that a trace stays as long as a trace usually is.
All firms and numbers are invented.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count, islice
from random import Random
from typing import Final

from bench.large_documents import (
    JSON_END,
    JSON_HEAD,
    XML_END,
    XML_HEAD,
    Members,
    as_json,
    as_xml,
)
from epcis_core.findings import Syntax

STEPS: Final = ("commissioning", "packing", "shipping", "receiving")

_LOT: Final = "https://id.gs1.org/01/09506000134369/10/"
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_LINE: Final = 8
_ITEMS: Final = 5
_PLACES: Final = tuple(f"urn:epc:id:sgln:9506000.{number:05}.0" for number in range(100))
_PARTIES: Final = tuple(f"urn:epc:id:pgln:9506000.{number:05}" for number in range(100))
_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_LARGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client sends at once, and what may be asked of the ledger once it has it.

    Attributes:
        body: the bytes.
        syntax: how it is written.
        ids: of its events, in their order.
        naming: each instance, with the ids of those of these events that name it.
        lots: that it makes.
    """

    body: bytes
    syntax: Syntax
    ids: tuple[str, ...]
    naming: tuple[tuple[str, tuple[str, ...]], ...]
    lots: tuple[str, ...]


class Maker:
    """One who makes lots and tells of them; two makers never name the same thing.

    Args:
        number: which one, from 0.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._chance = Random(number)  # noqa: S311 - the same again for the same number
        self._events = self._told()

    def document(self) -> Sent:
        """Return a document of 10 to 1,000 events, small ones as likely as large, some in XML."""
        size = round(10 ** self._chance.uniform(1, 3))
        syntax: Syntax = "xml" if self._chance.random() < 0.25 else "json"
        head, end = (XML_HEAD, XML_END) if syntax == "xml" else (JSON_HEAD, JSON_END)
        told = list(islice(self._events, min(size, _LARGEST)))
        text = "\n".join(map(as_xml, told)) if syntax == "xml" else ",\n".join(map(as_json, told))
        return _sent(f"{head}{text}{end}", syntax, told)

    def event(self) -> Sent:
        """Return one event in JSON."""
        members = {"@context": [_CONTEXT, {"ex": "https://ns.example.com/"}], **next(self._events)}
        return _sent(as_json(members), "json", [members])

    def _told(self) -> Iterator[Members]:
        for lot in count():
            for step in (self._made, self._commissioned, self._packed, self._shipped, self._come):
                yield step(lot)

    def _lot(self, lot: int) -> str:
        return f"{_LOT}M{self._number}-{lot}"

    def _items(self, lot: int) -> list[str]:
        serials = (f"{self._number}-{lot}-{place}" for place in range(_ITEMS))
        return [f"{self._lot(lot)}/21/{serial}" for serial in serials]

    def _pallet(self, lot: int) -> str:
        return f"urn:epc:id:sscc:9506000.{self._number:03}{lot:07}"

    def _event(self, kind: str, hours: int, **members: object) -> Members:
        return {
            "type": kind,
            "eventID": f"urn:uuid:{uuid.UUID(int=self._chance.getrandbits(128), version=4)}",
            "eventTime": (_START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventTimeZoneOffset": "+07:00",
            **members,
            "ex:note": f"Invented event {hours} of maker {self._number}, told to put a load on.",
        }

    def _at(self, shift: int) -> dict[str, str]:
        return {"id": _PLACES[(self._number + shift) % len(_PLACES)]}

    def _made(self, lot: int) -> Members:
        before = lot - 1 if lot % _LINE else None
        source = self._lot(before) if before is not None else f"{self._lot(lot)}-raw"
        return self._event(
            "TransformationEvent",
            5 * lot,
            inputQuantityList=[{"epcClass": source, "quantity": 5, "uom": "KGM"}],
            outputQuantityList=[{"epcClass": self._lot(lot), "quantity": 100, "uom": "KGM"}],
            bizStep="commissioning",
            readPoint=self._at(0),
        )

    def _commissioned(self, lot: int) -> Members:
        return self._event(
            "ObjectEvent",
            5 * lot + 1,
            epcList=self._items(lot),
            action="ADD",
            bizStep="commissioning",
            readPoint=self._at(0),
        )

    def _packed(self, lot: int) -> Members:
        return self._event(
            "AggregationEvent",
            5 * lot + 2,
            parentID=self._pallet(lot),
            childEPCs=self._items(lot),
            action="ADD",
            bizStep="packing",
            readPoint=self._at(0),
        )

    def _shipped(self, lot: int) -> Members:
        return self._moved(lot, "shipping", 3, self._at(0))

    def _come(self, lot: int) -> Members:
        return self._moved(lot, "receiving", 4, self._at(1))

    def _moved(self, lot: int, step: str, hour: int, place: dict[str, str]) -> Members:
        here, there = (_PARTIES[(self._number + shift) % len(_PARTIES)] for shift in (0, 1))
        return self._event(
            "ObjectEvent",
            5 * lot + hour,
            epcList=[self._pallet(lot)],
            action="OBSERVE",
            bizStep=step,
            readPoint=place,
            sourceList=[{"type": "owning_party", "source": here}],
            destinationList=[{"type": "owning_party", "destination": there}],
        )


def made_document(number: int) -> Sent:
    """Return the next document of a maker, who is known by number in this process."""
    return _maker(number).document()


def made_event(number: int) -> Sent:
    """Return the next single event of a maker, who is known by number in this process."""
    return _maker(number).event()


@cache
def _maker(number: int) -> Maker:
    return Maker(number)


def _sent(text: str, syntax: Syntax, told: list[Members]) -> Sent:
    naming: dict[str, tuple[str, ...]] = {}
    for members in told:
        for item in (*members.get("epcList", ()), *members.get("childEPCs", ())):
            naming[item] = (*naming.get(item, ()), members["eventID"])
    lots = tuple(
        made["epcClass"] for members in told for made in members.get("outputQuantityList", ())
    )
    ids = tuple(members["eventID"] for members in told)
    return Sent(text.encode(), syntax, ids, (*naming.items(),), lots)
