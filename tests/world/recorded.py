"""What was inside what to go by the records: as it was, as far as anybody reported its end.

Who packs something is always reported. Where nobody reports that it was taken out again, it goes on
being inside until a report shows that it no longer is. What uses up or destroys a container shows
that nothing is in it any more, nor in the containers that were in it.

References:
    DESIGN §4: “Old content closes with `unclosed_packing` when the parent is … destroyed … or
    (returnable assets) packed somewhere it was not last received or packed”, “An instance is in one
    parent at a time: another ADD closes the first (`unclosed_packing`)”
"""

from dataclasses import dataclass

from tests.world.acts import Act, Pack, Remove, Transform
from tests.world.keys import Key
from tests.world.physics import Stay, World
from tests.world.reporters import Telling


@dataclass(frozen=True, slots=True)
class RecordedStay:
    """Something inside a container, by the records.

    Attributes:
        opened: the number of the act that put it in.
        closed: the number of the act whose report ends it, or None.
        unclosed: that report does not say that it was taken out; it only shows that it was.
    """

    child: Key
    parent: Key
    opened: int
    closed: int | None
    unclosed: bool


def recorded_stays(world: World, telling: Telling) -> list[RecordedStay]:
    """Return all stays in a world as they were told."""
    return [_recorded(stay, world, telling) for stay in world.stays]


def _recorded(stay: Stay, world: World, telling: Telling) -> RecordedStay:
    closed = stay.closed
    unclosed = closed is not None and isinstance(world.act(closed), Remove)
    if closed is not None and not telling.of(closed):
        closed = _first_sign(stay, world, telling)
        unclosed = closed is not None and isinstance(world.act(closed), Pack)
    return RecordedStay(stay.child, stay.parent, stay.opened, closed, unclosed)


def _first_sign(stay: Stay, world: World, telling: Telling) -> int | None:
    """Return the first act that shows that a stay is over though nobody reported its end.

    The container is filled again, which happens only elsewhere; or what was inside, of which there
    is one, is put into another container, or itself used up, sold or destroyed.
    """
    for act in world.acts[stay.closed or 0 :]:
        if stay.child.is_item and stay.child in _gone_by(act) and telling.of(act.number):
            return act.number
        if isinstance(act, Pack):
            children = {*act.boxes, *(a.label for a in act.goods if a.label.is_item)}
            if act.parent == stay.parent or stay.child in children:
                return act.number
    return None


def _gone_by(act: Act) -> set[Key]:
    """Return the labels of what an act uses up, sells or destroys by its own name."""
    if isinstance(act, Transform):
        return {amount.label for amount in act.used} - {amount.label for amount in act.made}
    return {amount.label for amount in act.goods} if isinstance(act, Remove) else set()
