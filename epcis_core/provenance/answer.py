"""The parts of an answer, from what was found out."""

from collections.abc import Collection, Iterable, Mapping

from epcis_core.model.times import utc_text
from epcis_core.provenance.amounts import together
from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Findings, Subject
from epcis_core.provenance.custody import Sighting
from epcis_core.provenance.facts import Named
from epcis_core.provenance.handovers import Transfer
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.lineage import Walk
from epcis_core.provenance.parties import Parties
from epcis_core.provenance.result import (
    Amount,
    ContainerLoad,
    Excluded,
    Handover,
    LastSeen,
    Link,
    LinkKind,
    ObjectRole,
    TracedObject,
    Visit,
)
from epcis_core.provenance.stays import Stay
from epcis_core.provenance.transformations import LineageLink


def traced_objects(book: Book, parties: Parties, found: Findings) -> tuple[TracedObject, ...]:
    """Return the objects of an answer, by when they were first seen, then id.

    Args:
        book: names of products.
        parties: who stands behind a place.
        found: what was found out.
    """
    doubtful, content = _doubtful(found), found.content
    objects = []
    for one, its in {**found.seen, **found.carried}.items():
        key = key_of(one)
        steps = [walked.steps[one] for walked in (found.up, found.down) if one in walked.steps]
        product = book.product(key.gtin) if key is not None and key.gtin else {}
        objects.append(
            (
                its[0].facts.time if its else 0,
                TracedObject(
                    id=one,
                    kind=kind_of(one),
                    role=_role(one, found, content),
                    gtin=key.gtin if key else None,
                    lot=key.lot if key else None,
                    serial=key.serial if key else None,
                    name=product.get("name"),
                    expiry=_expiry(its, one),
                    steps=min(steps) if steps else None,
                    disputed=one in doubtful,
                    last_seen=_last_seen(its, parties),
                ),
            )
        )
    return tuple(one for _, one in sorted(objects, key=lambda pair: (pair[0], pair[1].id)))


def _doubtful(found: Findings) -> set[str]:
    """Return the objects of lineage and content that no undisputed links lead to."""
    starts = {one for one, steps in found.up.steps.items() if steps == 0}
    content = found.content
    sure = {one for one in starts if not content.get(one, False)}
    certain = proven(found.up, sure, upstream=True) | proven(found.down, sure, upstream=False)
    return {*found.up.steps, *found.down.steps} - certain


def proven(walked: Walk, sure: set[str], *, upstream: bool) -> set[str]:
    """Return the objects that undisputed links alone lead to."""
    onward: dict[str, set[str]] = {}
    for link in walked.links:
        if link.disputed:
            continue
        if upstream or link.kind == "membership":
            onward.setdefault(link.target, set()).add(link.source)
        if not upstream or link.kind == "membership":
            onward.setdefault(link.source, set()).add(link.target)
    level = set(sure)
    found: set[str] = set()
    while level:
        found |= level
        level = {other for one in level for other in onward.get(one, ())} - found
    return found


def _role(one: str, found: Findings, content: Collection[str]) -> ObjectRole:
    if one in found.subjects:
        return "subject"
    if one in content:
        return "content"
    if one in found.up.steps:
        return "both" if one in found.down.steps else "upstream"
    return "downstream" if one in found.down.steps else "carrier"


def _expiry(its: Iterable[Sighting], one: str) -> str | None:
    names = ("itemExpirationDate", "expirationDateTime", "bestBeforeDate", "sellByDate")
    found = {
        name.rpartition(":")[2]: value
        for seen in its
        for name, value in seen.facts.attributes_of(one)
    }
    return next((found[name] for name in names if name in found), None)


def _last_seen(its: list[Sighting], parties: Parties) -> LastSeen | None:
    if not its:
        return None
    last = its[-1].facts
    return LastSeen(
        time=utc_text(last.time),
        place=last.biz_location or last.read_point,
        party=parties.of(last),
        biz_step=last.biz_step,
        disposition=last.disposition,
    )


def loads_of(subject: Subject) -> tuple[ContainerLoad, ...]:
    """Return the loads of a container in question, by start."""
    return tuple(
        ContainerLoad(
            time=utc_text(load.start),
            until=None if load.end is None else utc_text(load.end),
            shown=load is subject.load,
        )
        for load in subject.loads
    )


def links_of(found: Findings) -> tuple[Link, ...]:
    """Return the links between objects of the answer, by time, then ends."""
    shown = {*found.seen, *found.carried}
    links = dict.fromkeys(
        link
        for link in (
            *map(_lineage_link, found.links),
            *(_stay_link(stay, "containment") for stay in found.stays),
            *(_stay_link(stay, "association") for stay in found.attached),
        )
        if link.from_ in shown and link.to in shown
    )
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


def _stay_link(stay: Stay, kind: LinkKind) -> Link:
    return Link(
        from_=stay.content,
        to=stay.container,
        kind=kind,
        event=stay.opened.event_id,
        time=utc_text(stay.start),
        until=utc_text(stay.end) if stay.end is not None else None,
        quantity=_amount(stay.amounts[0]) if len(stay.amounts) == 1 else together(stay.amounts),
        disputed=stay.disputed,
    )


def _amount(named: Named | None) -> Amount | None:
    if named is None or named.quantity is None:
        return None
    return Amount(value=named.quantity, uom=named.uom)


def excluded_links(found: Findings) -> list[Excluded]:
    """Return the links that time alone left out, by time, then ends."""
    walked = found.links
    shown = {(link.source, link.target, link.made.event_id) for link in walked if link.made}
    late = {
        (link.made.time, link.source, link.target, link.made.event_id)
        for link in (*found.up.late, *found.down.late)
        if link.made is not None
        and link not in walked
        and (link.source, link.target, link.made.event_id) not in shown
    }
    return [Excluded(from_=one, to=other, event=event) for _, one, other, event in sorted(late)]


def visits_of(seen: Mapping[str, list[Sighting]], parties: Parties) -> list[Visit]:
    """Return sightings as visits, one per object and event, by time, object and event."""
    found: dict[tuple[str, int], Sighting] = {}
    for one, its in seen.items():
        for sighting in its:
            known = found.setdefault((one, sighting.facts.sequence), sighting)
            if known.disputed and not sighting.disputed:
                found[one, sighting.facts.sequence] = sighting
    visits = [
        (
            sighting.facts.time,
            Visit(
                object=one,
                event=sighting.facts.event_id,
                time=utc_text(sighting.facts.time),
                place=sighting.place,
                party=parties.of(sighting.facts),
                biz_step=sighting.facts.biz_step,
                disposition=sighting.facts.disposition,
                inside=sighting.inside,
                disputed=sighting.disputed,
            ),
        )
        for (one, _), sighting in found.items()
    ]
    return [v for _, v in sorted(visits, key=lambda pair: (pair[0], pair[1].object, pair[1].event))]


def handover_of(transfer: Transfer, quantity: Amount | None) -> Handover:
    """Return a transfer as a handover of the answer."""
    shipped, received = transfer.shipped, transfer.received
    before = received.source_places if received else ()
    after = shipped.destination_places if shipped else ()
    return Handover(
        objects=transfer.objects,
        containers=transfer.containers,
        quantity=quantity,
        from_party=transfer.giver,
        to_party=transfer.taker,
        carrier=transfer.carrier,
        from_place=shipped.place if shipped else next(iter(before), None),
        to_place=received.place if received else next(iter(after), None),
        shipped=shipped.event_id if shipped else None,
        received=received.event_id if received else None,
        shipped_at=utc_text(shipped.time) if shipped else None,
        received_at=utc_text(received.time) if received else None,
        basis=transfer.basis,
        confirmed="both" if shipped and received else "sender" if shipped else "receiver",
        disputed=transfer.disputed,
    )
