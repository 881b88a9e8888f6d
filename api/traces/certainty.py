"""What a trace knows, what it takes for likely and why, and what it does not know."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.traces.deliveries import Deliveries
from api.web.contacts import Contact, contact_of
from api.web.gap_words import Brief, Briefs, GapRow, gap_rows, gap_title
from api.web.naming import Namer
from epcis_core.provenance.result import Gap, Handover, Link, Trace

_MOST: Final = 3
_MOST_LIKELY: Final = 30
_RECEIVERS: Final = frozenset({"shipped_not_received"})
_SENDERS: Final = frozenset({"received_not_shipped"})


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the records do not show, and whom to ask.

    Attributes:
        gap: as a sentence, with what to look at.
        ask: who can tell; None where nobody is known who could.
    """

    gap: GapRow
    ask: Contact | None


@dataclass(frozen=True, slots=True)
class Certainty:
    """Three short lists.

    Attributes:
        known: sentences on what the records prove.
        likely: sentences on what they make likely, each with its reason; a few dozen at most.
        further: how much more is likely.
        unknown: what they do not show; at most as many as were asked for.
        unlisted: how many more gaps there are.
    """

    known: tuple[str, ...]
    likely: tuple[str, ...]
    further: int
    unknown: tuple[Unknown, ...]
    unlisted: int


def certainty_of(
    trace: Trace,
    deliveries: Sequence[Deliveries],
    briefs: Briefs,
    namer: Namer,
    *,
    most: int,
) -> Certainty:
    """Return what is known of a trace, what is likely and what is not known.

    Args:
        trace: an answer that knows its subject.
        deliveries: its handovers by giver and taker.
        briefs: of the events that its gaps name.
        namer: names and language.
        most: how many gaps to list.
    """
    likely = list(dict.fromkeys(_likely(trace, namer)))
    gaps = [gap for gap in trace.gaps if gap.code != "truncated"]
    return Certainty(
        tuple(_known(trace, deliveries, namer)),
        tuple(likely[:_MOST_LIKELY]),
        max(len(likely) - _MOST_LIKELY, 0),
        tuple(_unknown(trace, gaps[:most], briefs, namer)),
        max(len(gaps) - most, 0),
    )


def _known(trace: Trace, deliveries: Sequence[Deliveries], namer: Namer) -> Iterable[str]:
    texts = namer.texts
    made_of = _made(trace, lambda link: (link.to, link.from_))
    if made_of:
        yield texts("chain.made_of", objects=namer.things(made_of))
    made_into = _made(trace, lambda link: (link.from_, link.to))
    if made_into:
        yield texts("chain.made_into", objects=namer.things(made_into))
    both = [one for one in deliveries if one.confirmed and not one.is_sale]
    for one in both[:_MOST]:
        yield texts(
            "chain.both_said",
            giver=namer.party(one.giver),
            taker=namer.party(one.taker),
            times=texts.count("chain.times", one.confirmed),
        )
    if len(both) > _MOST:
        yield texts.count("chain.both_said_more", len(both) - _MOST)


def _made(trace: Trace, ends: Callable[[Link], tuple[str, str]]) -> list[str]:
    """Return what the subject was surely made of or into, by the end of links that it stands at."""
    pairs = (
        ends(link) for link in trace.links if link.kind == "transformation" and not link.disputed
    )
    return list(dict.fromkeys(other for one, other in pairs if one == trace.subject))


def _likely(trace: Trace, namer: Namer) -> Iterable[str]:
    texts = namer.texts
    reasons = _reasons(trace.gaps, namer)
    for link in trace.links:
        if link.disputed:
            yield texts(
                "chain.likely",
                what=texts(
                    f"likely.{link.kind}", one=namer.thing(link.from_), other=namer.thing(link.to)
                ),
                why=_why_linked(link, reasons, namer),
            )
    for one in trace.handovers:
        if one.disputed:
            yield texts(
                "chain.likely",
                what=texts(
                    "likely.handover",
                    giver=namer.party(one.from_party),
                    taker=namer.party(one.to_party),
                    objects=namer.things(one.objects),
                ),
                why=_why_handed(one, reasons, namer),
            )


def _reasons(gaps: Iterable[Gap], namer: Namer) -> dict[str, str]:
    """Return object to what is odd about it; likewise event."""
    found: dict[str, str] = {}
    for gap in gaps:
        for named in (*gap.events, *gap.objects):
            found.setdefault(named, gap_title(gap.code, namer))
    return found


def _why_linked(link: Link, reasons: Mapping[str, str], namer: Namer) -> str:
    if link.input_time and link.time and link.input_time > link.time:
        return namer.texts("chain.why_late")
    named = (link.event, link.input_event, link.from_, link.to)
    usual = "chain.why_packed" if link.kind in {"containment", "association"} else "chain.why"
    return _first(named, reasons) or namer.texts(usual)


def _why_handed(one: Handover, reasons: Mapping[str, str], namer: Namer) -> str:
    named = (one.shipped, one.received, *one.objects)
    return _first(named, reasons) or namer.texts("chain.why")


def _first(named: Iterable[str | None], reasons: Mapping[str, str]) -> str | None:
    return next((reasons[one] for one in named if one is not None and one in reasons), None)


def _unknown(trace: Trace, gaps: Sequence[Gap], briefs: Briefs, namer: Namer) -> Iterable[Unknown]:
    rows = gap_rows(gaps, briefs, namer, known=[trace.subject])
    for gap, row in zip(gaps, rows, strict=True):
        party = _to_ask(gap, briefs)
        known = {} if party is None else namer.book.party(party) or trace.parties.get(party, {})
        yield Unknown(row, None if party is None else contact_of(party, known, namer))


def _to_ask(gap: Gap, briefs: Briefs) -> str | None:
    """Return who can tell what is missing: who recorded nothing, else who recorded what is odd."""
    found = [briefs[one] for one in gap.events if one in briefs]

    def first(read: Callable[[Brief], str | None]) -> str | None:
        return next((party for brief in found if (party := read(brief)) is not None), None)

    if gap.code in _RECEIVERS:
        return first(lambda brief: brief.receiver)
    if gap.code in _SENDERS:
        return first(lambda brief: brief.sender)
    return first(lambda brief: brief.party or brief.sender)
