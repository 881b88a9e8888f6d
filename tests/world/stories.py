"""Stories: which acts happen to which goods, and how they are told, as a chooser chooses.

A story is made act by act; each choice is among what is possible now, so that no story is ever
thrown away. What is chosen last shrinks first.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from tests.world import making, moving
from tests.world.acts import Amount, Transform
from tests.world.cast import cast, silences
from tests.world.chance import Chooser, happens, shuffled
from tests.world.reporters import Report, Teller, by_wrong_clock, reports_of
from tests.world.story import DAY, Story

Deed = Callable[[Story], None]

_DEEDS: Final[tuple[tuple[int, Deed, Callable[[Story], object]], ...]] = (
    (2, making.harvest, lambda _: True),
    (3, making.transform, Story.stocked),
    (1, making.number_items, lambda _: True),
    (1, making.fill, Story.stocked),
    (2, making.draw, lambda story: story.vats),
    (1, making.remove, Story.stocked),
    (2, making.empty, Story.laden),
    (1, making.destroy, Story.laden),
    (3, moving.ship, Story.movable),
    (1, moving.ship_twice, moving.divisible),
    (4, moving.receive, lambda story: story.world.under_way),
    (3, moving.receive_part, moving.divisible_shipments),
    (1, moving.shuttle, moving.divisible),
    (4, moving.deliver, lambda story: story.level > 1 and story.movable()),
    (1, moving.give_back, moving.returnable),
    (3, moving.pack, Story.movable),
    (2, moving.top_up, moving.half_full),
    (3, moving.unpack, Story.full),
    (1, moving.repack, Story.full),
    (4, moving.repack_silently, moving.silently_repackable),
    (3, moving.send_home, moving.homeless),
)
"""What can happen: how likely it is, what it is, and when it can."""


def tell_story(
    chooser: Chooser, level: int, *, number: int = 0, acts: tuple[int, int] = (5, 60)
) -> Story:
    """Make a story of a level of difficulty.

    Args:
        chooser: makes all choices.
        level: 1 is free of faults, 2 has those that `tests.world.cast` lists.
        number: 0 to 99; stories with different numbers share no identifier.
        acts: how many acts at least and at most, not counting those that follow from others.
    """
    tellers = cast(chooser, level, number)
    parties = [teller.party for teller in tellers]
    story = Story(chooser, level, number, tellers, silences(chooser, level, parties))
    for _ in range(chooser.number(*acts)):
        story.world.wait(chooser.number(1, 3 * DAY))
        before = len(story.world.acts)
        chooser.pick(_possible(story))(story)
        if len(story.world.acts) > before:
            story.note()
    if happens(chooser, 70):
        moving.arrive(story)
    tell(story)
    return story


def _possible(story: Story) -> list[Deed]:
    """Return what can happen now, the likelier things several times; the simplest is first."""
    return [deed for times, deed, can in _DEEDS if can(story) for _ in range(times)]


def tell(story: Story) -> None:
    """Let every business report what happened at its places, and upload it in some order."""
    told = story.telling
    for act in story.world.acts:
        if story.is_told(act):
            told.reports += reports_of(act, story.teller(act.site.party))
    told.reports = [
        replace(report, at=by_wrong_clock(report, story.world.acts)) for report in told.reports
    ]
    for teller in story.tellers:
        told.reports += _mistake(story, teller)
    upload(story.chooser, story)


def upload(chooser: Chooser, story: Story) -> None:
    """Put the reports of each business into up to two documents, and these in some order."""
    documents: list[list[Report]] = []
    for teller in story.tellers:
        own = [report for report in story.telling.reports if report.teller.party == teller.party]
        if not own:
            continue
        cut = chooser.number(0, len(own) - 1) if happens(chooser, 40) else 0
        own = shuffled(chooser, own) if happens(chooser, 50) else own
        documents += [part for part in (own[cut:], own[:cut]) if part]
    story.telling.documents = shuffled(chooser, documents)


def _mistake(story: Story, teller: Teller) -> list[Report]:
    """Let a business report, now and then, what never happened, and declare it wrong."""
    labels = story.labels
    if not labels or not happens(story.chooser, 30):
        return []
    act = story.chooser.pick(story.world.acts)
    used, made = (Amount(story.chooser.pick(labels), 1000) for _ in range(2))
    site = story.chooser.pick(teller.sites)
    wrong = Transform(act.number, act.at, site, (used,), (), (), (made,))
    name = f"w{teller.party}{act.number}"
    return [Report(name, teller, wrong, wrong=True, declared=told) for told in (False, True)]


def names_of(reports: Sequence[Report], event_ids: Sequence[str]) -> dict[str, str]:
    """Map the eventIDs of one document to the names of its reports."""
    return {event: report.name for report, event in zip(reports, event_ids, strict=True)}
