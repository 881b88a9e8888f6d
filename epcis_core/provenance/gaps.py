"""What the records do not show, or contradict: the gaps of a trace, with objects and events."""

from collections.abc import Iterable, Iterator
from typing import Final

from epcis_core.model.references import Role
from epcis_core.provenance.balance import amount_gaps
from epcis_core.provenance.chain import Chain, Findings
from epcis_core.provenance.consumers import brought_back
from epcis_core.provenance.evidence import begins, is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.handovers import Transfer
from epcis_core.provenance.implicit_ends import YEAR
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.result import Gap
from epcis_core.provenance.stock import StocksOfLots
from epcis_core.provenance.suspicions import used_not_received
from epcis_core.provenance.transformations import LineageLink

_MOST_EVENTS: Final = 20
DAY: Final = 24 * 3600 * 1_000_000
"""In microseconds."""


def find_gaps(chain: Chain, found: Findings, stocks: StocksOfLots) -> tuple[Gap, ...]:
    """Return the gaps of an answer, in a fixed order of codes.

    Args:
        chain: the facts.
        found: what was found out.
        stocks: what came to each place of the lots, and left it.
    """
    gaps = [
        *_without_origin(chain, found),
        *_without_lot(found),
        *_of_handovers(between_parties(found, stocks)),
        *used_not_received(chain, found),
        *_unknown_content(chain, found),
        *_time_reversed(found.moved),
        *_voided_not_shipped(chain, found),
        *_unclosed(found),
        *_made_twice(chain, found),
        *_wide_transformations(chain, found),
        *_nowhere(chain, found),
        *_retracted(chain, found),
        *_amounts(found, stocks),
    ]
    if found.truncated:
        gaps.append(Gap(code="truncated", message="There is more than this answer shows."))
    return tuple(gaps)


def _without_origin(chain: Chain, found: Findings) -> Iterator[Gap]:
    """Yield objects at the start of the chain that nobody says to have begun."""
    has_origin = {link.target for link in found.up.links if link.kind == "transformation"}
    has_origin |= {link.source for link in found.up.links if link.kind == "membership"}
    for one in found.up.steps:
        is_container = kind_of(one) == "container" or found.is_load(one)
        if one in has_origin or kind_of(one) == "class" or is_container:
            continue
        if not any(True for _ in _beginnings(chain, one)):
            first = chain.gathered.naming(one)[:1]
            yield Gap(
                code="no_origin",
                message=f"Nobody recorded where {one} came from.",
                objects=(one,),
                events=tuple(facts.event_id for facts in first),
            )


def _beginnings(chain: Chain, one: str) -> Iterator[EventFacts]:
    """Yield the events in which an object, or a member of it, came into being."""
    for each in (one, *chain.gathered.members(one)):
        for facts in chain.gathered.naming(each):
            if begins(facts, each):
                yield facts


def _without_lot(found: Findings) -> Iterator[Gap]:
    for one, its in found.seen.items():
        if kind_of(one) == "class":
            yield Gap(
                code="no_lot",
                message=f"{one} was recorded without a lot, so it cannot be followed.",
                objects=(one,),
                events=tuple(s.facts.event_id for s in its[:_MOST_EVENTS]),
            )


def between_parties(found: Findings, stocks: StocksOfLots) -> Iterator[Transfer]:
    """Yield the changes of hands without sales and returns, for a consumer reports nothing.

    Args:
        found: what was found out.
        stocks: what came to each place of the lots, and left it.
    """
    sold = {one for transfer in found.moved if transfer.sold for one in transfer.objects}
    back = {booking.events[0].sequence for one in sold for booking in brought_back(stocks.of(one))}
    for transfer in found.moved:
        is_back = transfer.received is not None and transfer.received.sequence in back
        is_return = is_back and transfer.giver is None and sold.issuperset(transfer.objects)
        if not transfer.sold and not is_return:
            yield transfer


def _of_handovers(moved: Iterable[Transfer]) -> Iterator[Gap]:
    """Yield what one side alone recorded, and where a party is not known."""
    nameless = []
    for transfer in moved:
        if transfer.received is None:
            text = "Shipped, but nobody recorded the receipt."
            yield _gap("shipped_not_received", text, transfer)
        elif transfer.shipped is None:
            text = "Received, but nobody recorded the shipment."
            yield _gap("received_not_shipped", text, transfer)
        if transfer.giver is None or transfer.taker is None:
            nameless.append(transfer)
    for transfer in nameless:
        yield _gap("unknown_party", "It changed hands, but one party is not known.", transfer)


def _time_reversed(moved: Iterable[Transfer]) -> Iterator[Gap]:
    for transfer in moved:
        shipped, received = transfer.shipped, transfer.received
        if shipped is not None and received is not None and received.time < shipped.time:
            yield _gap("time_reversed", "Received before it was shipped.", transfer)


def _voided_not_shipped(chain: Chain, found: Findings) -> Iterator[Gap]:
    """Yield the voidings of more than anybody recorded to be shipped."""
    lots = found.lots
    objects: dict[str, list[str]] = {}
    for one in found.seen:
        own = chain.gathered.members(one) if one in lots else ()
        facts = (each for name in (one, *own) for each in chain.changes.unfounded(name))
        for event in dict.fromkeys(each.event_id for each in facts):
            objects.setdefault(event, []).append(one)
    for event, its in objects.items():
        yield Gap(
            code="voided_not_shipped",
            message="The sender cancelled more than anybody recorded to be shipped.",
            objects=tuple(its),
            events=(event,),
        )


def _gap(code: str, message: str, transfer: Transfer) -> Gap:
    events = tuple(facts.event_id for facts in transfer.events)
    return Gap(code=code, message=message, objects=transfer.objects, events=events)


def _unknown_content(chain: Chain, found: Findings) -> Iterator[Gap]:
    """Yield the containers that were used up, their content unknown, by object."""
    events: dict[str, dict[str, None]] = {}
    for link in found.links:
        if link.used is not None:
            for container in chain.transformations.unknown_content(link.used):
                if container in {link.source, *link.via}:
                    events.setdefault(container, {})[link.used.event_id] = None
    for container, its in events.items():
        yield Gap(
            code="unknown_content",
            message=f"Container {container} was used up, but nobody recorded what was in it.",
            objects=(container,),
            events=tuple(its),
        )


def _unclosed(found: Findings) -> Iterator[Gap]:
    """Yield what was packed and never unpacked, by the event that shows that it was."""
    contents: dict[tuple[str, ...], set[str]] = {}
    for stay in found.stays:
        if stay.unclosed and stay.closed is not None:
            seen = (stay.opened, stay.closed, *([stay.outlived] if stay.outlived else ()))
            contents.setdefault(tuple(f.event_id for f in seen), set()).add(stay.content)
    for events, objects in contents.items():
        text = "Packed, and nobody recorded that it was taken out again."
        if len(events) > 2:  # noqa: PLR2004 - the third is what shows it
            text = "What it was packed in was destroyed, and later it was still there."
        yield Gap(
            code="unclosed_packing",
            message=text,
            objects=tuple(sorted(objects)),
            events=events,
        )


def _made_twice(chain: Chain, found: Findings) -> Iterator[Gap]:
    """Yield lots made at several places, and instances made more than once."""
    for one in found.seen:
        if kind_of(one) not in {"lot", "instance"}:
            continue
        made = [f for f in _beginnings(chain, one) if not is_named(f, one, Role.INPUT)]
        sites = {facts.site for facts in made if facts.site}
        times = [facts.time for facts in made]
        is_again = kind_of(one) == "instance" and times and max(times) - min(times) > DAY
        if len(sites) > 1 or is_again:
            yield Gap(
                code="made_twice",
                message=f"{one} was made at two places, or twice.",
                objects=(one,),
                events=tuple(dict.fromkeys(facts.event_id for facts in made[:_MOST_EVENTS])),
            )


def _wide_transformations(chain: Chain, found: Findings) -> Iterator[Gap]:
    """Yield transformations that span parties, or more than a year."""
    links: dict[str, LineageLink] = {}
    for link in found.links:
        if link.made is not None and link.made.transformation_id is not None:
            links.setdefault(link.made.transformation_id, link)
    for name, link in links.items():
        events = chain.gathered.transformation(link.made) if link.made else []
        parties = {chain.parties.of(facts) for facts in events} - {None}
        if len(parties) > 1 or events[-1].time - events[0].time > YEAR:
            yield Gap(
                code="wide_transformation",
                message=f"Transformation {name} spans several parties, or more than a year.",
                objects=tuple(one for one in found.seen if _takes_part(one, events)),
                events=tuple(facts.event_id for facts in events[:_MOST_EVENTS]),
            )


def _takes_part(one: str, events: Iterable[EventFacts]) -> bool:
    return any(is_named(facts, one, Role.INPUT, Role.OUTPUT) for facts in events)


def _nowhere(chain: Chain, found: Findings) -> Iterator[Gap]:
    """Yield objects of which no event says where they were, or in whose hands."""
    for one, its in found.seen.items():
        if not its or kind_of(one) == "class":
            continue
        events = tuple(sighting.facts.event_id for sighting in its[:_MOST_EVENTS])
        if all(sighting.place is None for sighting in its):
            text = f"Nobody recorded where {one} was."
            yield Gap(code="unknown_place", message=text, objects=(one,), events=events)
        if all(chain.parties.of(sighting.facts) is None for sighting in its):
            text = f"Nobody recorded who held {one}."
            yield Gap(code="unknown_party", message=text, objects=(one,), events=events)


def _amounts(found: Findings, stocks: StocksOfLots) -> Iterator[Gap]:
    """Yield where the amounts of lots do not add up."""
    lots = found.lots
    for one in found.seen:
        if one in lots:
            yield from amount_gaps(stocks.of(one))


def _retracted(chain: Chain, found: Findings) -> Iterator[Gap]:
    for facts in chain.gathered.retracted([*found.seen, *found.carried]):
        named = {one.object for one in facts.named}
        yield Gap(
            code="retracted",
            message="The sender declared an event wrong.",
            objects=tuple(one for one in (*found.seen, *found.carried) if one in named),
            events=(facts.event_id,),
        )
