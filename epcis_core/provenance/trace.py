"""The trace of one object: lineage both ways, custody, gaps, in one value."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from epcis_core.provenance.answer import (
    excluded_links,
    handover_of,
    links_of,
    traced_objects,
    visits_of,
)
from epcis_core.provenance.book import Book
from epcis_core.provenance.containment import Stay, stays_of
from epcis_core.provenance.custody import Parties, Sighting, sightings, transfers
from epcis_core.provenance.evidence import Evidence, Gathered
from epcis_core.provenance.gaps import find_gaps
from epcis_core.provenance.lineage import AFTER_ALL_TIME, BEFORE_ALL_TIME, Walk, walk
from epcis_core.provenance.one_step import one_step
from epcis_core.provenance.result import Coverage, Direction, Link, Trace


def trace(
    evidence: Evidence,
    book: Book,
    subject: str,
    *,
    direction: Direction = "both",
    as_of: str | None = None,
    max_objects: int = 10_000,
) -> Trace:
    """Work out where an object came from, where it went, and what the records do not show.

    Args:
        evidence: the events that count.
        book: names and addresses.
        subject: canonical identifier.
        direction: which way to walk the lineage.
        as_of: the ledger time the evidence stands for, to be shown in the answer.
        max_objects: how many objects of any role the answer may hold.
    """
    gathered = Gathered(evidence)
    if not gathered.naming(subject) and not gathered.members(subject):
        return Trace(subject=subject, direction=direction, as_of=as_of)
    empty = Walk({subject: 0})
    origin = walk(gathered, subject, "upstream", max_objects=max_objects)
    up = origin if direction != "downstream" else empty
    room = max(max_objects - len(up.steps) + 1, 1)
    down = (
        walk(gathered, subject, "downstream", max_objects=room)
        if direction != "upstream"
        else empty
    )
    lineage = {**up.steps, **down.steps}
    parties = Parties(book.owners())
    seen = {one: sightings(gathered, one) for one in lineage}
    moved = transfers((s for its in seen.values() for s in its), parties)
    stays = _stays(gathered, lineage)
    containers = _containers(up, down, stays, seen)
    truncated = up.truncated or down.truncated or len(lineage) + len(containers) > max_objects
    carried = {one: sightings(gathered, one) for one in containers[: max_objects - len(lineage)]}
    objects = traced_objects(book, parties, (up, down), {**seen, **carried})
    handovers = tuple(handover_of(transfer) for transfer in moved)
    visits = tuple(visits_of(seen.values(), parties))
    links = links_of([*up.links, *down.links], stays)
    return Trace(
        subject=subject,
        direction=direction,
        as_of=as_of,
        truncated=truncated,
        objects=objects,
        links=links,
        handovers=handovers,
        visits=visits,
        one_step=one_step(
            subject,
            origin.links,
            parties,
            lambda one: sightings(gathered, one),
            lambda one: transfers(sightings(gathered, one), parties),
        ),
        gaps=find_gaps(gathered, up, seen, moved, truncated=truncated),
        excluded_by_time=tuple(excluded_links([*up.late, *down.late])),
        coverage=Coverage(
            handovers=len(handovers),
            confirmed_by_both=sum(one.confirmed == "both" for one in handovers),
        ),
        parties=_known(
            book.party,
            [v.party for v in visits] + [p for h in handovers for p in (h.from_party, h.to_party)],
        ),
        places=_known(
            book.place,
            [v.place for v in visits] + [p for h in handovers for p in (h.from_place, h.to_place)],
        ),
        events=_events(gathered, seen.values(), links),
    )


def _containers(up: Walk, down: Walk, stays: Iterable[Stay], seen: Collection[str]) -> list[str]:
    """Return what carried the objects of the answer, in order of appearance."""
    found = {**up.carriers, **down.carriers, **{stay.container: None for stay in stays}}
    return [one for one in found if one not in seen]


def _stays(gathered: Gathered, objects: Iterable[str]) -> list[Stay]:
    """Return every stay of the objects in a container, and of it, meanwhile, in another one."""
    found: dict[tuple[str, str, int], Stay] = {}
    level = [(one, BEFORE_ALL_TIME, AFTER_ALL_TIME) for one in objects]
    looked = set(level)
    while level:
        further = []
        for one, start, end in level:
            for stay in stays_of(gathered, one):
                first = max(start, stay.start)
                last = end if stay.end is None else min(end, stay.end)
                if first <= last:
                    found[stay.content, stay.container, stay.start] = stay
                    further.append((stay.container, first, last))
        level = [window for window in further if window not in looked]
        looked.update(level)
    return list(found.values())


def _known(
    look_up: Callable[[str], Mapping[str, Any]], keys: Iterable[str | None]
) -> dict[str, dict[str, Any]]:
    return {key: dict(look_up(key)) for key in sorted({key for key in keys if key is not None})}


def _events(
    gathered: Gathered, seen: Iterable[list[Sighting]], links: Iterable[Link]
) -> tuple[str, ...]:
    """Return every event the answer rests on, by time, then id."""
    named = {sighting.facts.event_id for its in seen for sighting in its}
    named |= {event for link in links for event in (link.input_event, link.event) if event}
    found = {facts.event_id: facts.time for facts in gathered.events() if facts.event_id in named}
    return tuple(sorted(found, key=lambda event: (found[event], event)))
