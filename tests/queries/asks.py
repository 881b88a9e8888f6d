"""Random queries: mostly what is true of some event, and sometimes anything beside it.

So it is checked not only that two evaluations agree, but that an event is found by what it says.
"""

from dataclasses import dataclass
from typing import Final

from tests.queries.happening import Members, value
from tests.queries.things import (
    CLASS_PATTERNS,
    CLASSES,
    DISPOSITIONS,
    DOCUMENTS,
    INSTANCES,
    NAMES,
    NUMBERS,
    PATTERNS,
    STEPS,
    TIMES,
    UNITS,
    any_of,
    digits_of,
)
from tests.queries.truths import COMPARISONS, MATCHES, Pair, Teller
from tests.world.chance import Chooser, happens, some

_FIELDS: Final = (*NAMES, "https://ns.example.com/#farm_a")
_MEASURED: Final = ("value", "minValue", "maxValue", "meanValue", "sDev", "percValue")
_PARTS: Final = (
    *("", "ILMD_", "ERROR_DECLARATION_", "readPoint_", "bizLocation_"),
    *("SENSORELEMENT_", "SENSORREPORT_", "SENSORMETADATA_"),
)
_PATTERNS: Final = (*PATTERNS, *CLASS_PATTERNS)
_TIMED: Final = (
    *("eventTime", "recordTime", "errorDeclarationTime"),
    *("time", "startTime", "endTime"),
)


def anything(chooser: Chooser) -> Pair:
    """A parameter with a value that may be true of some event, or of none."""
    sign = chooser.pick(COMPARISONS)
    unit = f"_{chooser.pick(UNITS)}"
    amount = (f"{sign}_quantity{chooser.pick(['', unit])}", chooser.pick(NUMBERS))
    reading = (f"{sign}_{chooser.pick(_MEASURED)}{unit}", chooser.pick(NUMBERS))
    plain = (f"{sign}_{chooser.pick(['sDev', 'percRank'])}", chooser.pick(NUMBERS))
    about = f"{chooser.pick(['', 'INNER_'])}{chooser.pick(_PARTS)}{chooser.pick(_FIELDS)}"
    compared = _plain(chooser) if sign == "EQ" else chooser.pick([*NUMBERS, *TIMES])
    match = (any_of(chooser, INSTANCES), any_of(chooser, CLASSES), chooser.pick(_PATTERNS))
    described = ("readPoint", "bizLocation", "source", "ex:grade")
    has = ("source", "destination", "epcClass", "ex:farm_a")
    return chooser.pick(
        [
            (f"{chooser.pick(['GE', 'LT'])}_{chooser.pick(_TIMED)}", chooser.pick(TIMES)),
            ("eventType", chooser.pick(["ObjectEvent", "AggregationEvent", "TransformationEvent"])),
            ("EQ_bizStep", chooser.pick(STEPS)),
            ("EQ_disposition", chooser.pick(DISPOSITIONS)),
            (chooser.pick(MATCHES), chooser.pick(match)),
            amount,
            reading,
            plain,
            (f"{sign}_{about}", compared),
            (f"EXISTS_{about}", chooser.pick(["", "false"])),
            (f"EQATTR_{chooser.pick(described)}_name", chooser.pick(["Vườn", "A"])),
            (f"HASATTR_{chooser.pick(has)}", "name"),
            ("EQ_bizTransaction_po", any_of(chooser, DOCUMENTS)),
        ]
    )


def _plain(chooser: Chooser) -> str:
    """A value of an extension that is a text or a number, as a parameter has it."""
    drawn = value(chooser, 0)
    digits = digits_of(drawn)
    if digits is not None:
        return digits
    return drawn if isinstance(drawn, str) else str(drawn).lower()


@dataclass(frozen=True)
class Asked:
    """A query.

    Attributes:
        pairs: its parameters.
        is_bound: it knows what `ex` stands for.
        found: an event that it must find; None where that is not known.
        size: of the pages in which it is asked for too; 0 for none.
    """

    pairs: tuple[Pair, ...]
    is_bound: bool
    found: str | None
    size: int


_ONCE: Final = ("GE_", "LT_", "GT_", "LE_", "EXISTS_", "EQ_booleanValue")


def asked(chooser: Chooser, events: list[Members]) -> Asked:
    """A query about some of the events, mostly one that finds something."""
    event, is_bound = chooser.pick(events), happens(chooser, 40)
    truths = Teller(chooser, event, is_bound).truths()
    pairs = some(chooser, truths, most=4)
    once: dict[str, Pair] = {}
    for place, (name, text) in enumerate(pairs):
        key = name if name.startswith(_ONCE) else f"{name} {place}"
        once.setdefault(key, (name, text))
    found: str | None = event["eventID"]
    pairs = [*once.values()]
    if happens(chooser, 45):
        name, text = anything(chooser)
        if name not in {known for known, _ in pairs}:
            pairs.append((name, text))
            found = None
    size = chooser.number(2, 5) if happens(chooser, 25) else 0
    return Asked((*pairs, *_order(chooser)), is_bound, found, size)


def _order(chooser: Chooser) -> list[Pair]:
    if happens(chooser, 50):
        return []
    by = chooser.pick(["eventTime", "recordTime", "ex:grade", "https://ns.example.com/#farm_a"])
    return [("orderBy", by), ("orderDirection", chooser.pick(["ASC", "DESC"]))]
