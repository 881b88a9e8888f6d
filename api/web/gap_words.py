"""What the records do not show, in the reader's words, with what to look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from api.web import times
from api.web.naming import Namer, event_link
from epcis_core.model.times import utc_text
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of
from epcis_core.provenance.parties import Parties
from epcis_core.provenance.result import Gap, Trace

_MOST_EVENTS: Final = 5
_MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Brief:
    """What a sentence about a gap says of an event.

    Attributes:
        time: UTC.
        party: who had the goods then.
        sender: who gave them away, where they changed hands.
        receiver: who took them.
    """

    time: str
    biz_step: str | None = None
    party: str | None = None
    sender: str | None = None
    receiver: str | None = None


Briefs = Mapping[str, Brief]


@dataclass(frozen=True, slots=True)
class GapRow:
    """A gap as a sentence, and what to look at.

    Attributes:
        objects: what it is about, beside what the page itself is about; at most a few.
        candidates: what may have been meant.
        events: address and words of the events that show it; at most a few.
    """

    sentence: str
    objects: tuple[str, ...]
    candidates: tuple[str, ...]
    events: tuple[tuple[str, str], ...]


def briefs_of_trace(trace: Trace) -> dict[str, Brief]:
    """Return event to what the trace knows of it."""
    briefs = {
        visit.event: Brief(visit.time, visit.biz_step, visit.party)
        for visit in reversed(trace.visits)
    }
    for handover in reversed(trace.handovers):
        for event, time in (
            (handover.shipped, handover.shipped_at),
            (handover.received, handover.received_at),
        ):
            if event is not None and time is not None:
                briefs[event] = replace(
                    briefs.get(event) or Brief(time),
                    sender=handover.from_party,
                    receiver=handover.to_party,
                )
    return briefs


def briefs_of_facts(facts: Iterable[EventFacts], namer: Namer) -> dict[str, Brief]:
    """Return event to what it says itself; of an event declared wrong, what it said."""
    parties = Parties(namer.book.owners())
    briefs: dict[str, Brief] = {}
    for one in facts:
        ends = parties.ends(one)
        brief = Brief(
            utc_text(one.time),
            one.biz_step,
            parties.of(one),
            ends.giver,
            ends.taker,
        )
        briefs.setdefault(one.event_id, brief)
    return briefs


def gap_rows(
    gaps: Iterable[Gap], briefs: Briefs, namer: Namer, *, known: Iterable[str] = ()
) -> tuple[GapRow, ...]:
    """Return gaps as a page shows them.

    Args:
        gaps: in their order.
        briefs: of the events that they name, as far as they are at hand.
        namer: names and language.
        known: what the page itself is about, and need not link to.
    """
    about = set(known)
    return tuple(
        GapRow(
            gap_sentence(gap, briefs, namer),
            tuple(one for one in gap.objects if one not in about)[:_MOST_NAMED],
            gap.candidates[:_MOST_NAMED],
            tuple(
                (event_link(one), event_label(briefs.get(one), namer))
                for one in gap.events[:_MOST_EVENTS]
            ),
        )
        for gap in gaps
    )


def listed_events(gaps: Iterable[Gap]) -> list[str]:
    """Return the events that a page links from gaps, each once."""
    return list(dict.fromkeys(event for gap in gaps for event in gap.events[:_MOST_EVENTS]))


def gap_title(code: str, namer: Namer) -> str:
    """Return what to call gaps of a code; a code without a text reads as it is."""
    key = f"gap_title.{code}"
    return namer.texts(key) if namer.texts.has(key) else code


def gap_help(code: str, namer: Namer) -> str:
    """Return what gaps of a code mean and what to do, or nothing where there is no text."""
    key = f"gap_help.{code}"
    return namer.texts(key) if namer.texts.has(key) else ""


def gap_sentence(gap: Gap, briefs: Briefs, namer: Namer) -> str:
    """Return a gap in the reader's language; a code that has no text yet, in the ledger's words."""
    texts = namer.texts
    if not texts.has(f"gap.{gap.code}"):
        return gap.message
    objects = (
        namer.joined([_called(one, gap, namer) for one in gap.objects])
        if gap.objects
        else texts("event.nothing")
    )
    brief = _brief_of(gap, briefs)
    if brief is not None and texts.has(f"gap.{gap.code}_who"):
        told = texts(
            f"gap.{gap.code}_who",
            objects=objects,
            party=namer.party(brief.party),
            sender=namer.party(brief.sender),
            receiver=namer.party(brief.receiver),
            date=times.day(times.here(brief.time), texts.language),
        )
    else:
        told = texts(f"gap.{gap.code}", objects=objects)
    return told[:1].upper() + told[1:]


def _brief_of(gap: Gap, briefs: Briefs) -> Brief | None:
    """Return the event that a sentence can name parties from."""
    found = (briefs[one] for one in gap.events if one in briefs)
    if gap.code == "used_not_received":
        return next((brief for brief in found if brief.party is not None), None)
    return next((brief for brief in found if brief.sender and brief.receiver), None)


def _called(one: str, gap: Gap, namer: Namer) -> str:
    """Return what to call an object; that it has no lot is what a sentence on that says itself."""
    key = key_of(one) if gap.code == "no_lot" else None
    if key is None or key.gtin is None:
        return namer.thing(one)
    return namer.product(key.gtin) or f"GTIN {key.gtin}"


def event_label(brief: Brief | None, namer: Namer) -> str:
    """Return what the link to an event says: its step and its day."""
    texts = namer.texts
    if brief is None:
        return texts("event.title")
    step = texts.biz_step(brief.biz_step) if brief.biz_step else texts("event.title")
    return texts("gaps.event", step=step, date=times.day(times.here(brief.time), texts.language))
