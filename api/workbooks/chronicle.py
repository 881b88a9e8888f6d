"""What the spreadsheets are made of: the trace of some lots, both ways, with its events' facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from api.web.event_page import facts_of_stored
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of
from epcis_core.provenance.result import Handover, Link, Trace, Visit
from epcis_core.store.events import events_by_id
from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import View


@dataclass(frozen=True)
class Chronicle:
    """What the records say of some lots.

    Attributes:
        subjects: of which, canonical.
        traces: of each.
        facts: of every event, by its id.
    """

    subjects: tuple[str, ...]
    traces: tuple[Trace, ...]
    facts: Mapping[str, EventFacts]

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """Who named what, each once, by time."""
        found = dict.fromkeys(visit for trace in self.traces for visit in trace.visits)
        return tuple(sorted(found, key=lambda one: (one.time, one.event, one.object)))

    @cached_property
    def handovers(self) -> tuple[Handover, ...]:
        """Changes of hands, each once, by time."""
        found = dict.fromkeys(one for trace in self.traces for one in trace.handovers)
        return tuple(sorted(found, key=lambda one: one.shipped_at or one.received_at or ""))

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """What became of what, each once."""
        return tuple(dict.fromkeys(link for trace in self.traces for link in trace.links))

    @cached_property
    def lots(self) -> Mapping[str, str]:
        """Items to the lots that they belong to."""
        return {link.from_: link.to for link in self.links if link.kind == "membership"}

    def lot_of(self, one: str) -> str:
        """Return the lot of an item; anything else is its own."""
        return self.lots.get(one, one)


def chronicle(
    ledger: Ledger, view: View, subjects: Sequence[str], *, as_of: str | None, now: int
) -> Chronicle:
    """Read what the records say of some lots, from where they came and where they went.

    Args:
        ledger: where to look.
        view: what may be seen.
        subjects: any spelling.
        as_of: ledger time; None for all that is known.
        now: the clock, microseconds since 1970 UTC.
    """
    traces = [trace_lot(ledger, view, one, as_of=as_of, now=now) for one in subjects]
    known = tuple(trace for trace in traces if trace.objects)
    gone = {event for trace in known for event in trace.retracted}
    wanted = dict.fromkeys(event for trace in known for event in trace.events)
    read = (facts_of_stored(one) for one in events_by_id(ledger, view, [*wanted]))
    facts = {one.event_id: one for one in read if not one.retracts and one.event_id not in gone}
    return Chronicle(tuple(trace.subject for trace in known), known, facts)


def code_of(one: str) -> str:
    """Return the lot or serial number that stands on goods; another identifier as it is.

    >>> code_of("https://id.gs1.org/01/08936099141015/10/DN260311")
    'DN260311'
    """
    key = key_of(one)
    return one if key is None else key.lot or key.serial or key.element_string()


def gtin_of(one: str) -> str:
    """Return the GTIN of goods; empty where they have none."""
    key = key_of(one)
    return "" if key is None or key.gtin is None else key.gtin


def number_of(one: str | None) -> str:
    """Return the GLN of a place or party, with its extension; another identifier as it is.

    >>> number_of("https://id.gs1.org/414/8931004152209/254/B1")
    '8931004152209/B1'
    """
    if one is None:
        return ""
    key = key_of(one)
    if key is None or key.gln is None:
        return one
    part = next((value for ai, value in key.ais if ai == "254"), None)
    return key.gln if part is None else f"{key.gln}/{part}"
