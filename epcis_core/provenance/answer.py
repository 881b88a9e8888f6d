"""The parts of an answer, from what the walk and custody found."""

from collections.abc import Iterable, Mapping

from epcis_core.model.references import Role
from epcis_core.model.times import utc_text
from epcis_core.provenance.book import Book
from epcis_core.provenance.containment import Stay
from epcis_core.provenance.custody import Parties, Sighting, Transfer
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.lineage import LineageLink, Walk
from epcis_core.provenance.result import (
    Amount,
    Excluded,
    Handover,
    LastSeen,
    Link,
    ObjectRole,
    TracedObject,
    Visit,
)


def traced_objects(
    book: Book,
    parties: Parties,
    walks: tuple[Walk, Walk],
    seen: Mapping[str, list[Sighting]],
) -> tuple[TracedObject, ...]:
    """Return the objects of an answer, by when they were first seen, then id.

    Args:
        book: names of products.
        parties: who stands behind a place.
        walks: upstream and downstream.
        seen: sightings per object; objects of no walk carried the others.
    """
    proven = _proven(walks[0], upstream=True) | _proven(walks[1], upstream=False)
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


def _proven(walked: Walk, *, upstream: bool) -> set[str]:
    """Return the objects that undisputed links alone lead to."""
    onward: dict[str, set[str]] = {}
    for link in walked.links:
        if link.disputed:
            continue
        if upstream or link.kind == "membership":
            onward.setdefault(link.target, set()).add(link.source)
        if not upstream or link.kind == "membership":
            onward.setdefault(link.source, set()).add(link.target)
    level = {one for one, steps in walked.steps.items() if steps == 0}
    found: set[str] = set()
    while level:
        found |= level
        level = {other for one in level for other in onward.get(one, ())} - found
    return found


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


def links_of(walked: Iterable[LineageLink], stays: Iterable[Stay]) -> tuple[Link, ...]:
    """Return links of lineage and containment, by time, then ends."""
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


def excluded_links(late: Iterable[LineageLink]) -> list[Excluded]:
    """Return the links that time alone left out, by time, then ends."""
    found = {
        (link.made.time, link.source, link.target): Excluded(
            from_=link.source, to=link.target, event=link.made.event_id
        )
        for link in late
        if link.made is not None
    }
    return [found[key] for key in sorted(found)]


def visits_of(seen: Iterable[list[Sighting]], parties: Parties) -> list[Visit]:
    """Return sightings as visits, by time, object and event."""
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


def handover_of(transfer: Transfer) -> Handover:
    """Return a transfer as a handover of the answer."""
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


def _end(facts: EventFacts | None, side: str) -> str | None:
    if facts is None:
        return None
    ends = dict(end.split(" ", 1) for end in getattr(facts, side))
    return ends.get("location")
