"""The trace of one object: lineage both ways, custody, gaps, in one value."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from epcis_core.model.references import Role
from epcis_core.model.times import utc_text
from epcis_core.provenance.containment import Stay, stays_of
from epcis_core.provenance.custody import Parties, Sighting, Transfer, sightings, transfers
from epcis_core.provenance.evidence import Evidence, Gathered
from epcis_core.provenance.facts import Named
from epcis_core.provenance.gaps import find_gaps
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.lineage import LineageLink, Walk, walk
from epcis_core.provenance.one_step import one_step
from epcis_core.provenance.result import (
    Amount,
    Coverage,
    Direction,
    Excluded,
    Handover,
    LastSeen,
    Link,
    ObjectRole,
    Trace,
    TracedObject,
    Visit,
)


class Book(Protocol):
    """What master data says; an unknown key gives an empty answer."""

    def party(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a party: `name`, `phone`, …."""

    def place(self, key: str) -> Mapping[str, Any]:
        """Return attributes of a place: `name`, `latitude`, `longitude`, …."""

    def product(self, gtin: str) -> Mapping[str, Any]:
        """Return attributes of a product: `name`, …."""

    def owners(self) -> Mapping[str, str]:
        """Return place to the party master data names for it."""


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
    carried = {
        one: sightings(gathered, one) for one in containers[: max_objects - len(lineage)]
    }
    objects = _objects(book, parties, (up, down), {**seen, **carried})
    handovers = tuple(_handover(transfer) for transfer in moved)
    visits = tuple(_visits(seen.values(), parties))
    links = _links([*up.links, *down.links], stays)
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
        excluded_by_time=tuple(_excluded([*up.late, *down.late])),
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
        events=_events(seen.values(), links),
    )


def _containers(up: Walk, down: Walk, stays: Iterable[Stay], seen: Collection[str]) -> list[str]:
    """Return what carried the objects of the answer, in order of appearance."""
    found = {**up.carriers, **down.carriers, **{stay.container: None for stay in stays}}
    return [one for one in found if one not in seen]


def _stays(gathered: Gathered, objects: Iterable[str]) -> list[Stay]:
    """Return every stay of the objects in a container, and of that container in another one."""
    found: dict[tuple[str, str, int], Stay] = {}
    level = list(objects)
    while level:
        fresh = [
            stay
            for one in level
            for stay in stays_of(gathered, one)
            if (stay.content, stay.container, stay.start) not in found
        ]
        found.update({(stay.content, stay.container, stay.start): stay for stay in fresh})
        level = sorted({stay.container for stay in fresh})
    return list(found.values())


def _objects(
    book: Book,
    parties: Parties,
    walks: tuple[Walk, Walk],
    seen: Mapping[str, list[Sighting]],
) -> tuple[TracedObject, ...]:
    proven = {
        end
        for walked in walks
        for link in walked.links
        if not link.disputed
        for end in (link.source, link.target)
    }
    found = []
    for one, its in seen.items():
        key = key_of(one)
        steps = [walked.steps[one] for walked in walks if one in walked.steps]
        product = book.product(key.gtin) if key is not None and key.gtin else {}
        first = its[0].facts.time if its else 0
        found.append(
            (
                first,
                TracedObject(
                    id=one,
                    kind=kind_of(one),
                    role=_role(one, *walks),
                    gtin=key.gtin if key else None,
                    lot=key.lot if key else None,
                    serial=key.serial if key else None,
                    name=product.get("name"),
                    expiry=_expiry(its, one),
                    steps=min(steps) if steps else None,
                    disputed=bool(steps) and min(steps) > 0 and one not in proven,
                    last_seen=_last_seen(its, parties),
                ),
            )
        )
    return tuple(one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].id)))


def _role(one: str, up: Walk, down: Walk) -> ObjectRole:
    if up.steps.get(one) == 0:
        return "subject"
    if one in up.steps:
        return "both" if one in down.steps else "upstream"
    return "downstream" if one in down.steps else "carrier"


def _expiry(its: Iterable[Sighting], one: str) -> str | None:
    names = ("itemExpirationDate", "expirationDateTime", "bestBeforeDate", "sellByDate")
    found = {
        name.rpartition(":")[2]: value
        for seen in its
        for subject, name, value in seen.facts.attributes
        if subject == one
    }
    return next((found[name] for name in names if name in found), None)


def _last_seen(its: list[Sighting], parties: Parties) -> LastSeen | None:
    if not its:
        return None
    last = its[-1]
    return LastSeen(
        time=utc_text(last.facts.time),
        place=last.facts.biz_location or last.facts.read_point,
        party=parties.of(last.facts),
        biz_step=last.facts.biz_step,
        disposition=last.facts.disposition,
    )


def _links(walked: Iterable[LineageLink], stays: Iterable[Stay]) -> tuple[Link, ...]:
    links = {
        **dict.fromkeys(_lineage_link(link) for link in walked),
        **dict.fromkeys(_containment_link(stay) for stay in stays),
    }
    return tuple(sorted(links, key=lambda link: (link.time or "", link.from_, link.to)))


def _lineage_link(link: LineageLink) -> Link:
    return Link(
        from_=link.source,
        to=link.target,
        kind=link.kind,
        input_event=link.used.event_id if link.used else None,
        input_time=utc_text(link.used.time) if link.used else None,
        event=link.made.event_id if link.made else None,
        time=utc_text(link.made.time) if link.made else None,
        quantity=_amount(link.amount),
        disputed=link.disputed,
    )


def _containment_link(stay: Stay) -> Link:
    amounts = [n for n in stay.opened.objects(Role.CHILD) if n.object == stay.content]
    return Link(
        from_=stay.content,
        to=stay.container,
        kind="containment",
        event=stay.opened.event_id,
        time=utc_text(stay.start),
        until=utc_text(stay.end) if stay.end is not None else None,
        quantity=_amount(amounts[0] if amounts else None),
    )


def _amount(named: Named | None) -> Amount | None:
    if named is None or named.quantity is None:
        return None
    return Amount(value=named.quantity, uom=named.uom)


def _excluded(late: Iterable[LineageLink]) -> list[Excluded]:
    found = {
        (link.made.time, link.source, link.target): Excluded(
            from_=link.source, to=link.target, event=link.made.event_id
        )
        for link in late
        if link.made is not None
    }
    return [found[key] for key in sorted(found)]


def _visits(seen: Iterable[list[Sighting]], parties: Parties) -> list[Visit]:
    found = [
        (
            sighting.facts.time,
            Visit(
                object=sighting.object,
                event=sighting.facts.event_id,
                time=utc_text(sighting.facts.time),
                place=sighting.place,
                party=parties.of(sighting.facts),
                biz_step=sighting.facts.biz_step,
                disposition=sighting.facts.disposition,
                inside=sighting.inside,
            ),
        )
        for its in seen
        for sighting in its
    ]
    return [v for _, v in sorted(found, key=lambda pair: (pair[0], pair[1].object, pair[1].event))]


def _handover(transfer: Transfer) -> Handover:
    shipped, received = transfer.shipped, transfer.received
    return Handover(
        objects=transfer.objects,
        containers=transfer.containers,
        from_party=transfer.giver,
        to_party=transfer.taker,
        from_place=(shipped.read_point or shipped.biz_location)
        if shipped
        else _end(received, "sources"),
        to_place=(received.read_point or received.biz_location)
        if received
        else _end(shipped, "destinations"),
        shipped=shipped.event_id if shipped else None,
        received=received.event_id if received else None,
        shipped_at=utc_text(shipped.time) if shipped else None,
        received_at=utc_text(received.time) if received else None,
        basis=transfer.basis,
        confirmed="both" if shipped and received else "sender" if shipped else "receiver",
    )


def _end(facts: Any, side: str) -> str | None:
    if facts is None:
        return None
    ends = dict(end.split(" ", 1) for end in getattr(facts, side))
    return ends.get("location")


def _known(look_up: Any, keys: Iterable[str | None]) -> dict[str, dict[str, Any]]:
    return {key: dict(look_up(key)) for key in sorted({key for key in keys if key is not None})}


def _events(seen: Iterable[list[Sighting]], links: Iterable[Link]) -> tuple[str, ...]:
    found = {s.facts.event_id: s.facts.time for its in seen for s in its}
    for link in links:
        for event in (link.input_event, link.event):
            if event is not None:
                found.setdefault(event, 0)
    return tuple(sorted(found, key=lambda event: (found[event], event)))
