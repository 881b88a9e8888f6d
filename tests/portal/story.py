"""Lots whose every step is known beforehand, the documents that tell of them, and what a portal is
to have of them in the end. All numbers are invented.

A line is five lots: `A` and `B` are made and shipped, `P` is made of both and packed, `Q` is
made of `P`, and `W` never was: its one event is declared an error later. What comes later as well:
what was seen of `A`, told after `P` and `Q` were carried, and the name of a place.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.ingest.documents import document, observed, place

GTIN: Final = "09506000134352"
PLACES: Final = 50
_START: Final = datetime(2026, 3, 1, 1, tzinfo=UTC)
_HERE: Final = timedelta(hours=7)
_WORDS: Final = {"shipping": "GUI_HANG", "packing": "DONG_GOI", "inspecting": "KIEM_TRA"}
_WORDS_MADE: Final = "TAO_LO"


@dataclass(frozen=True)
class Step:
    """One event: what it says of which lots."""

    name: str
    kind: str
    time: datetime
    place: str
    lots: tuple[str, ...]
    inputs: tuple[str, ...] = ()

    def event(self, **members: Any) -> dict[str, Any]:
        """Return it as JSON members."""
        common = {
            "eventID": f"urn:x:{self.name}",
            "eventTime": self.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "bizStep": self.kind,
            "readPoint": {"id": self.place},
            **members,
        }
        if not self.inputs:
            amounts = [{"epcClass": one, "quantity": 10, "uom": "KGM"} for one in self.lots]
            return observed(epcList=[], quantityList=amounts, **common)
        return {
            "type": "TransformationEvent",
            "eventTimeZoneOffset": "+07:00",
            "inputQuantityList": [{"epcClass": one} for one in self.inputs],
            "outputQuantityList": [{"epcClass": one} for one in self.lots],
            **common,
        }

    def told(self) -> tuple[str, str, str]:
        """Return what the portal is to be told of it."""
        here = (self.time + _HERE).strftime("%d/%m/%Y %H:%M")
        return _WORDS.get(self.kind, _WORDS_MADE), here, self.place


@dataclass(frozen=True)
class Line:
    """Five lots and their steps."""

    number: int

    def lot(self, letter: str) -> str:
        """Return the identifier of a lot."""
        return f"https://id.gs1.org/01/{GTIN}/10/{letter}{self.number}"

    def steps(self) -> Iterator[Step]:
        """Yield what is told at once."""
        for letter, minutes in (("A", 10), ("B", 20)):
            yield self._step(f"{letter}-new", "commissioning", minutes, letter)
            yield self._step(f"{letter}-out", "shipping", minutes + 5, letter)
        yield self._step("P-made", "commissioning", 60, "P", "AB")
        yield self._step("P-packed", "packing", 70, "P")
        yield self._step("Q-made", "commissioning", 80, "Q", "P")

    def wrong(self) -> Step:
        """Return what never was."""
        return self._step("W-new", "commissioning", 30, "W")

    def late(self) -> Step:
        """Return what is told later."""
        return self._step("A-looked", "inspecting", 5, "A")

    def expected(self) -> dict[str, set[tuple[str, str, str]]]:
        """Return what is to be told of each lot in the end: its steps, and those of its inputs."""
        steps = [self.late(), *self.steps()]
        made_of = {"A": "A", "B": "B", "P": "ABP", "Q": "ABPQ"}
        return {
            f"{GTIN}/{letter}{self.number}": {
                step.told()
                for step in steps
                if {*step.lots, *step.inputs} & {self.lot(one) for one in up}
            }
            for letter, up in made_of.items()
        }

    def place(self) -> str:
        """Return where all of it happens."""
        return place_of(self.number)

    def _step(self, name: str, kind: str, minutes: int, letter: str, inputs: str = "") -> Step:
        return Step(
            f"{self.number}-{name}",
            kind,
            _START + timedelta(hours=self.number, minutes=minutes),
            self.place(),
            (self.lot(letter),),
            tuple(self.lot(one) for one in inputs),
        )


def place_of(number: int) -> str:
    """Return one of the places."""
    return f"https://id.gs1.org/414/9506000134307/254/K{number % PLACES}"


def first_documents(lines: int, size: int = 100) -> Iterator[bytes]:
    """Yield what is told at once, so many lines in a document."""
    yield document(observed(eventID="urn:x:place"), elements=[
        place(place_of(number), name=f"Kho số {number}") for number in range(PLACES)
    ])  # fmt: skip
    for first in range(0, lines, size):
        told = [Line(number) for number in range(first, min(first + size, lines))]
        events = [step.event() for one in told for step in (*one.steps(), one.wrong())]
        yield document(*map(json.dumps, events))


def later_documents(lines: int, size: int = 100) -> Iterator[bytes]:
    """Yield what is told later: what was seen, errors, and that a place is called otherwise."""
    error = {"declarationTime": "2026-09-01T08:00:00Z", "reason": "did_not_occur"}
    for first in range(0, lines, size):
        told = [Line(number) for number in range(first, min(first + size, lines))]
        events = [one.late().event() for one in told]
        events += [one.wrong().event(errorDeclaration=error) for one in told]
        yield document(*map(json.dumps, events))
    yield document(observed(eventID="urn:x:renamed"), elements=[place(place_of(1), name="Kho mới")])


def expected(lines: int) -> dict[str, set[tuple[str, str, str]]]:
    """Return what the portal is to have in the end: of each lot the steps."""
    return {lot: steps for number in range(lines) for lot, steps in Line(number).expected().items()}
