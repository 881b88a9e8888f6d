"""The parts of a trace, sort by sort, of a day or a party where that is asked for."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel

from api.traces.happenings import by_event, day_of
from api.web.packing import Load
from epcis_core.provenance.result import Handover, Link, Trace, TracedObject, Visit

Sort = Literal["happenings", "handovers", "loads", "objects", "parties"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows are wanted.

    Attributes:
        day: of this calendar day in Viet Nam alone.
        party: in whose hands, or to or from whom, alone.
    """

    day: date | None = None
    party: str | None = None


def happenings_asked(trace: Trace, asked: Asked) -> list[list[Visit]]:
    """Return the visits of each event, by time."""
    return [
        visits
        for visits in by_event(trace.visits).values()
        if (asked.day is None or day_of(visits[0].time) == asked.day)
        and (asked.party is None or any(visit.party == asked.party for visit in visits))
    ]


def handovers_asked(trace: Trace, asked: Asked) -> list[Handover]:
    """Return handovers by time, of a day those of which either side did something then."""
    return [
        one
        for one in trace.handovers
        if (asked.party is None or asked.party in {one.from_party, one.to_party})
        and (
            asked.day is None
            or any(day_of(time) == asked.day for time in (one.shipped_at, one.received_at) if time)
        )
    ]


def loads_asked(trace: Trace, asked: Asked) -> list[Link]:
    """Return the links of containers, of a day those that began or ended then."""
    return [
        link
        for link in trace.links
        if link.kind in {"containment", "association"}
        and (
            asked.day is None
            or any(day_of(time) == asked.day for time in (link.time, link.until) if time)
        )
    ]


def objects_asked(trace: Trace, asked: Asked) -> list[TracedObject]:
    """Return objects, of a party or a day those that were seen there or then last."""
    return [
        one
        for one in trace.objects
        if (asked.party is None or (one.last_seen and one.last_seen.party == asked.party))
        and (asked.day is None or (one.last_seen and day_of(one.last_seen.time) == asked.day))
    ]


def told(row: Any) -> dict[str, Any]:
    """Return a row as JSON has it: parts of a trace as in the trace, else by its own names."""
    if isinstance(row, BaseModel):
        return row.model_dump(mode="json", by_alias=True)
    if isinstance(row, list):
        return {"event": row[0].event, "visits": [told(visit) for visit in row]}
    found = asdict(row)
    if isinstance(row, Load):
        amount = found.pop("amount")
        found["quantity"] = None if amount is None else told(amount)
    return found
