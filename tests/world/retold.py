"""The same story told in another way, and with less.

What is returned is a new story with the same world; the old one stays as it was.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tests.world.acts import Commission, Receive, Ship, Transform
from tests.world.cast import habits
from tests.world.chance import Chooser, happens
from tests.world.reporters import Habits, Report, Telling
from tests.world.stories import upload
from tests.world.story import Story

Retell = Callable[[Chooser, Story], Story]

_AGAIN: Final = {Ship: ("departing", "consigning"), Receive: ("arriving", "accepting")}
_SECONDS_BEFORE: Final = 60


def in_another_order(chooser: Chooser, story: Story) -> Story:
    """Cut the reports into documents anew, and upload these in another order."""
    return _with(story, story.telling.reports, chooser)


def in_other_words(chooser: Chooser, story: Story) -> Story:
    """Let every business spell identifiers, times and amounts in another way."""

    def change(old: Habits) -> Habits:
        new = habits(chooser, 1, 9)
        return replace(
            old, spelling=new.spelling, domain=new.domain, offset=new.offset, unit=new.unit
        )

    return _of_habits(story, change)


def in_another_form(chooser: Chooser, story: Story) -> Story:
    """Let every business write documents of another form."""
    return _of_habits(story, lambda old: replace(old, syntax=habits(chooser, 1, 9).syntax))


def with_repeats(chooser: Chooser, story: Story) -> Story:
    """Let businesses tell of handovers a second time, by another step, up to a minute before."""
    reports = list(story.telling.reports)
    for report in story.telling.reports:
        act = report.act
        if report.is_main and isinstance(act, Ship | Receive) and happens(chooser, 50):
            before = max((a.at for a in story.world.acts if a.at < act.at), default=0)
            early = 0
            if report.at is None:
                early = chooser.number(0, min(_SECONDS_BEFORE, act.at - before - 1))
            step = chooser.pick(_AGAIN[type(act)])
            again = replace(report, name=f"{report.name}+", at=report.time - early, step=step)
            reports.append(again)
    return _with(story, reports, chooser)


def with_losses(chooser: Chooser, story: Story) -> Story:
    """Let reports of all kinds get lost; what is right to answer is no longer known.

    Nobody names an item's lot beside it: who spells in another way could not say it.
    """
    kept = [report for report in story.telling.reports if not happens(chooser, 15)]
    return _of_habits(_with(story, kept, chooser), lambda old: replace(old, names_lots=False))


def without(story: Story, report: Report) -> Story:
    """Leave one report out of all documents."""
    documents = [
        [one for one in document if one.name != report.name] for document in story.telling.documents
    ]
    reports = [one for one in story.telling.reports if one.name != report.name]
    telling = Telling(reports, [document for document in documents if document])
    return replace(story, telling=telling)


def that_close_nothing(story: Story) -> list[Report]:
    """Return the reports that neither end that something was in a container nor take one back.

    A use of a container uses up what is in it, and a container that arrives somewhere may be shown
    by that to be packed elsewhere later.
    """
    return [
        report
        for report in story.telling.reports
        if report.is_main
        and isinstance(report.act, Commission | Transform | Ship | Receive)
        and not (isinstance(report.act, Receive | Transform) and report.act.boxes)
    ]


def _with(story: Story, reports: list[Report], chooser: Chooser) -> Story:
    new = replace(story, telling=Telling(reports))
    upload(chooser, new)
    return new


def _of_habits(story: Story, change: Callable[[Habits], Habits]) -> Story:
    """Tell everything in the same documents, by businesses with other habits."""
    tellers = {
        teller.party: replace(teller, habits=change(teller.habits)) for teller in story.tellers
    }

    def by_other(report: Report) -> Report:
        return replace(report, teller=tellers[report.teller.party])

    telling = Telling(
        [by_other(report) for report in story.telling.reports],
        [[by_other(report) for report in document] for document in story.telling.documents],
    )
    return replace(story, tellers=list(tellers.values()), telling=telling)
