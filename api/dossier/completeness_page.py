"""What the pages say of a lot's completeness, worked out before they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from api.web import times
from api.web.naming import Namer, event_link
from epcis_core.dossier.completeness import Asked, Judged, Status
from epcis_core.dossier.data import Datum
from epcis_core.dossier.lot_record import Entry, LotRecord
from epcis_core.identifiers import place_of
from epcis_core.rules.seen_event import PRODUCT

_MOST_LACKS: Final = 5
_MOST_SHOWN: Final = 3
_ORDER: Final[tuple[Status, ...]] = ("missing", "implausible", "met")


@dataclass(frozen=True, slots=True)
class Lack:
    """Where something is missing or doubtful, in words.

    Attributes:
        what: the goods, the party, or what happened.
        href: of the event; empty where the records lack one.
        supplier: who has to supply it; empty where that is not known.
        doubts: why what was found can hardly be true.
    """

    what: str
    href: str
    supplier: str
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement and how it stands.

    Attributes:
        values: what was found first, with a link to the event that says so, or an empty one.
        more: how many lacks are not shown.
    """

    judged: Judged
    sentence: str
    values: tuple[tuple[str, str], ...]
    lacks: tuple[Lack, ...]
    more: int


def completeness_link(subject: str, profile: str = "", as_of: str | None = None) -> str:
    """Return the address of the page of a lot's completeness."""
    asked = {"id": subject, "profile": profile, "as_of": as_of or ""}
    return "/completeness?" + urlencode({name: value for name, value in asked.items() if value})


def day_of(now: int) -> date:
    """Return the day in Viet Nam."""
    return times.here_at(now).date()


def rows_of(requirements: Sequence[Judged], namer: Namer) -> Iterator[Row]:
    """Yield requirements in words, what is missing first, then what is doubtful."""
    for judged in sorted(requirements, key=lambda one: _ORDER.index(one.status)):
        wrong = [one for one in judged.asked if one.status != "met"]
        data = dict.fromkeys(datum for one in judged.asked for datum in one.data)
        yield Row(
            judged,
            judged.requirement.in_every_language()[namer.texts.language],
            tuple({_value(one, namer)[0]: _value(one, namer) for one in data}.values())[
                :_MOST_SHOWN
            ],
            tuple(_lack(one, judged, namer) for one in wrong[:_MOST_LACKS]),
            max(len(wrong) - _MOST_LACKS, 0),
        )


def record_rows(record: LotRecord) -> list[tuple[str, tuple[Entry, ...]]]:
    """Return the fields of a lot record: the key of its name, and what is known."""
    fields: dict[str, Entry | None] = {
        "name": record.name,
        "image": record.image,
        "producer": record.producer.name,
        "address": record.producer.address,
        "origin": record.origin,
        "brand": record.brand,
        "produced": record.produced,
        "expiry": record.expiry,
    }
    rows = [(name, () if one is None else (one,)) for name, one in fields.items()]
    return [*rows, ("standards", record.standards)]


def _value(one: Datum, namer: Namer) -> tuple[str, str]:
    match one.way:
        case "time":
            value = times.date_and_time(times.here(one.value), namer.texts.language)
        case "place" | "place_code":
            value = namer.place(place_of(one.value) or one.value)
        case _:
            value = shown_value(one.value, namer)
    return value, "" if one.event is None else event_link(one.event)


def shown_value(value: str, namer: Namer) -> str:
    """Return a value as people read it: a day as the language writes it, others as they are."""
    try:
        return times.calendar_day(date.fromisoformat(value), namer.texts.language)
    except ValueError:
        return value


def _lack(one: Asked, judged: Judged, namer: Namer) -> Lack:
    return Lack(
        _what(one, judged, namer),
        "" if one.event is None else event_link(one.event),
        "" if one.supplier is None else namer.party(one.supplier),
        tuple(doubt.message_in(namer.texts.language) for doubt in one.doubts),
    )


def _what(one: Asked, judged: Judged, namer: Namer) -> str:
    """Return of what something is missing: goods, a product, a party, or what happened when."""
    asked, t = judged.requirement, namer.texts
    if asked.about == "party":
        return namer.party(one.subject or None)
    if asked.about == "event" and one.event is not None:
        time = times.date_and_time(times.here(one.time or ""), t.language)
        return f"{t.biz_step(one.biz_step) if one.biz_step else t('event.title')}, {time}"
    if not asked.has and not asked.ilmd and one.subject.startswith(PRODUCT):
        return namer.product(one.subject.removeprefix(PRODUCT)) or namer.thing(one.subject)
    return namer.thing(one.subject)
