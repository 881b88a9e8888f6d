"""What the records do not show: the gaps of a trace, each with its objects and events."""

from collections.abc import Iterable, Iterator, Mapping

from epcis_core.model.references import Role
from epcis_core.provenance.custody import Sighting, Transfer
from epcis_core.provenance.evidence import Gathered, is_named
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.lineage import Walk
from epcis_core.provenance.result import Gap


def find_gaps(
    gathered: Gathered,
    up: Walk,
    seen: Mapping[str, list[Sighting]],
    moved: Iterable[Transfer],
    *,
    truncated: bool,
) -> tuple[Gap, ...]:
    """Return the gaps of an answer, in a fixed order of codes.

    Args:
        gathered: the facts of the walk.
        up: the walk upstream.
        seen: sightings per object of lineage.
        moved: the transfers of those objects.
        truncated: the answer is not the whole.
    """
    found = [
        *_without_origin(gathered, up),
        *_without_lot(seen),
        *_unknown_content(up),
        *_not_received(moved),
    ]
    if truncated:
        found.append(Gap(code="truncated", message="There is more than this answer shows."))
    return tuple(found)


def _without_origin(gathered: Gathered, up: Walk) -> Iterator[Gap]:
    """Yield objects at the start of the chain that nobody says to have begun."""
    has_input = {link.target for link in up.links if link.kind == "transformation"}
    is_member = {link.source for link in up.links if link.kind == "membership"}
    for one in up.steps:
        if one in has_input or one in is_member or kind_of(one) == "class":
            continue
        begun = any(
            (
                facts.type == "ObjectEvent"
                and facts.action == "ADD"
                and is_named(facts, one, Role.EPC)
            )
            or is_named(facts, one, Role.OUTPUT)
            for facts in [
                *gathered.naming(one),
                *(f for m in gathered.members(one) for f in gathered.naming(m)),
            ]
        )
        if not begun:
            events = tuple(facts.event_id for facts in gathered.naming(one)[:1])
            yield Gap(
                code="no_origin",
                message=f"Nobody recorded where {one} came from.",
                objects=(one,),
                events=events,
            )


def _without_lot(seen: Mapping[str, list[Sighting]]) -> Iterator[Gap]:
    for one, its in seen.items():
        if kind_of(one) == "class":
            yield Gap(
                code="no_lot",
                message=f"{one} was recorded without a lot, so it cannot be followed.",
                objects=(one,),
                events=tuple(s.facts.event_id for s in its[:20]),
            )


def _unknown_content(up: Walk) -> Iterator[Gap]:
    for one, facts in up.unknown_content.items():
        yield Gap(
            code="unknown_content",
            message=f"Container {one} was used up, but nobody recorded what was in it.",
            objects=(one,),
            events=(facts.event_id,),
        )


def _not_received(moved: Iterable[Transfer]) -> Iterator[Gap]:
    for transfer in moved:
        if transfer.received is None and transfer.shipped is not None:
            yield Gap(
                code="shipped_not_received",
                message="Shipped, but nobody recorded the receipt.",
                objects=transfer.objects,
                events=(transfer.shipped.event_id,),
            )
