"""Where an answer ends for somebody who sees a part of the records.

To such a reader most of what nobody seems to have recorded is only not shown. So a gap that says
that others recorded nothing is left out for them, and the answer says instead where it ends: at
whom, and on which side. It says so at every such border, in the same words whether more is recorded
or not, and it is worked out from what is shown alone.

What stays a gap is what the reader can know: what the shown records contradict, and what the reader
itself did not record. That something has no origin, or that a party used what it never got, nobody
can know who sees a part: it may have come in a container whose content others recorded.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from epcis_core.provenance.balance_result import Balance, BalanceRow, PartyBalance
from epcis_core.provenance.recall_result import Recall
from epcis_core.provenance.result import Coverage, Edge, Gap, Handover, Side, Trace, Visit
from epcis_core.provenance.steps import COMMISSIONING, TAKING

Row = TypeVar("Row", bound=BalanceRow)

_KNOWABLE: Final = frozenset(
    {
        *("no_lot", "time_reversed", "unit_mismatch", "made_twice", "wide_transformation"),
        *("retracted", "truncated", "erased"),
    }
)
"""Gaps that rest on what records say, and not on what nobody recorded."""

_DOWNSTREAM: Final = frozenset({"shipped_not_received", "unclosed_packing", "voided_not_shipped"})
"""Gaps whose missing record would be of what happened next; of the others, of what was before."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and what they can know.

    Attributes:
        is_own: tells whether a party is the reader.
        sent: tells which of some events, by their ids, the reader sent.
    """

    is_own: Callable[[str | None], bool]
    sent: Callable[[Collection[str]], Collection[str]]


def trace_for(reader: Reader, answer: Trace) -> Trace:
    """Return a trace as its reader may take it: without gaps that it cannot know, and with edges.

    Coverage counts the handovers of which the reader knows whether both sides recorded them.
    """
    border = _Border(reader, answer)
    moved = tuple(
        one.model_copy(update={"unseen": True}) if border.is_open(one) else one
        for one in answer.handovers
    )
    known = [one for one in moved if not one.unseen and one not in border.sales]
    gaps: dict[bool, list[Gap]] = {True: [], False: []}
    for gap in answer.gaps:
        gaps[border.is_known(gap)].append(gap)
    return answer.model_copy(
        update={
            "handovers": moved,
            "gaps": tuple(gaps[True]),
            "edges": border.edges(gaps[False]),
            "coverage": Coverage(
                handovers=len(known),
                confirmed_by_both=sum(one.confirmed == "both" for one in known),
            ),
        }
    )


def recall_for(reader: Reader, answer: Recall) -> Recall:
    """Return a recall as its reader may take it, see `trace_for`."""
    trace = trace_for(reader, answer.trace)
    return answer.model_copy(update={"trace": trace, "gaps": trace.gaps})


def balance_for(reader: Reader, answer: Balance) -> Balance:
    """Return a balance as its reader may take it.

    Of places of others only what came and went on record is told. What the reader shipped may have
    arrived where it does not see it, and what seems to have left without having been there may have
    come in a container whose content others recorded.
    """
    return answer.model_copy(
        update={
            "rows": tuple(_row(reader, row) for row in answer.rows),
            "gaps": tuple(gap for gap in answer.gaps if gap.code in _KNOWABLE),
        }
    )


def party_balance_for(reader: Reader, answer: PartyBalance) -> PartyBalance:
    """Return the balance of a party as its reader may take it, see `balance_for`."""
    return answer.model_copy(update={"rows": tuple(_row(reader, row) for row in answer.rows)})


def _row(reader: Reader, row: Row) -> Row:
    unknown = ["unaccounted"] if row.unaccounted != "0" else []
    unknown += [one for one in ("opening", "on_hand") if (getattr(row, one) or "").startswith("-")]
    if not reader.is_own(row.party):
        unknown = ["opening", "produced", "used", "destroyed", "on_hand", "unaccounted"]
    events = {column: its for column, its in row.events.items() if column not in unknown}
    return row.model_copy(update={**dict.fromkeys(unknown), "events": events})


@dataclass(frozen=True)
class _Border:
    """The border of what a reader sees, around one answer."""

    reader: Reader
    answer: Trace

    def is_open(self, one: Handover) -> bool:
        """Tell whether the record that a handover lacks would be another's."""
        if one.confirmed == "both" or one in self.sales:
            return False
        return not self.reader.is_own(one.to_party if one.confirmed == "sender" else one.from_party)

    def is_known(self, gap: Gap) -> bool:
        """Tell whether a gap holds whatever others may have recorded."""
        if gap.code in _KNOWABLE:
            return True
        if gap.code in {"shipped_not_received", "received_not_shipped"}:
            told = (one for event in gap.events for one in self._handovers.get(event, ()))
            return not any(self.is_open(one) for one in told if one.objects == gap.objects)
        if gap.code in {"no_origin", "used_not_received"}:
            return False
        if gap.code in {"unknown_content", "unclosed_packing"}:
            is_all = self._moved.isdisjoint(gap.objects)
        elif gap.code == "quantity_exceeds":
            named = {(one, event) for one in gap.objects for event in gap.events}
            is_all = self._made.issuperset(gap.objects) and self._inferred.isdisjoint(named)
        else:
            is_all = True
        return is_all and bool(gap.events) and all(map(self._is_own_event, gap.events))

    def edges(self, left_out: Iterable[Gap]) -> tuple[Edge, ...]:
        """Return where the answer ends, upstream first: at handovers, and where gaps were."""
        found: dict[tuple[Side, str | None], set[str]] = {}
        for side, party, objects in self._borders():
            found.setdefault((side, party), set()).update(objects)
        told = {(side, one) for (side, _), its in found.items() for one in its}
        for gap in left_out:
            beyond: Side = "downstream" if gap.code in _DOWNSTREAM else "upstream"
            for one in gap.objects:
                if (beyond, one) not in told:
                    found.setdefault((beyond, self._holder(one, beyond)), set()).add(one)
        order = sorted(found, key=lambda end: (end[0] == "downstream", end[1] or ""))
        return tuple(
            Edge(side=side, party=party, objects=tuple(sorted(found[side, party])))
            for side, party in order
        )

    def _borders(self) -> Iterator[tuple[Side, str, tuple[str, ...]]]:
        for one in self.answer.handovers:
            if one.from_party is not None and not self.reader.is_own(one.from_party):
                yield "upstream", one.from_party, one.objects
            if one.to_party is not None and not self.reader.is_own(one.to_party):
                yield "downstream", one.to_party, one.objects

    def _holder(self, one: str, side: Side) -> str | None:
        """Return who had an object at an end of what is shown, where it was another."""
        its = self._visits.get(one, ())
        party = None if not its else its[0 if side == "upstream" else -1].party
        return None if self.reader.is_own(party) else party

    def _is_own_event(self, event: str) -> bool:
        return event in self._sent or any(
            self.reader.is_own(party) for party in self._parties.get(event, ())
        )

    @cached_property
    def sales(self) -> frozenset[Handover]:
        """The sales to consumers, who report nothing."""
        return frozenset(self.answer.sales)

    @cached_property
    def _sent(self) -> frozenset[str]:
        return frozenset(
            self.reader.sent([event for gap in self.answer.gaps for event in gap.events])
        )

    @cached_property
    def _handovers(self) -> Mapping[str, list[Handover]]:
        found: dict[str, list[Handover]] = {}
        for one in self.answer.handovers:
            for event in {one.shipped, one.received} - {None}:
                found.setdefault(event or "", []).append(one)
        return found

    @cached_property
    def _moved(self) -> frozenset[str]:
        """What changed hands, with the containers that it was in."""
        taken = {visit.object for visit in self.answer.visits if visit.biz_step in TAKING}
        return frozenset(taken).union(
            one
            for handover in self.answer.handovers
            for one in (*handover.objects, *handover.containers)
        )

    @cached_property
    def _made(self) -> frozenset[str]:
        """What the reader made: of what it got more may have come in containers."""
        begun = {
            visit.object
            for visit in self.answer.visits
            if visit.biz_step == COMMISSIONING and self.reader.is_own(visit.party)
        }
        return frozenset(begun).union(
            link.to
            for link in self.answer.links
            if link.kind == "transformation" and self._is_own_event(link.event or "")
        )

    @cached_property
    def _inferred(self) -> frozenset[tuple[str, str]]:
        """Objects and events that name what the objects were in, as far as is shown."""
        return frozenset(
            (visit.object, visit.event)
            for visit in self.answer.visits
            if visit.inside is not None or visit.disputed
        )

    @cached_property
    def _visits(self) -> Mapping[str, list[Visit]]:
        found: dict[str, list[Visit]] = {}
        for visit in self.answer.visits:
            found.setdefault(visit.object, []).append(visit)
        return found

    @cached_property
    def _parties(self) -> Mapping[str, set[str | None]]:
        found: dict[str, set[str | None]] = {}
        for visit in self.answer.visits:
            found.setdefault(visit.event, set()).add(visit.party)
        return found
