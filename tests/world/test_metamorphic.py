"""The same story told in another way has the same answers; with one report more, no fewer.

Most of these need no truth: reports get lost at random, and two tellings are compared with each
other. Events are called by the names of their reports, so that minted eventIDs may differ.
"""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from epcis_core.model.times import utc_text
from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import View
from tests.conftest import TEST_SCALE
from tests.world.against import NOW, answer, capture
from tests.world.answers import Answer
from tests.world.chance import Seeded, shuffled
from tests.world.keys import Key
from tests.world.retold import (
    Retell,
    in_another_form,
    in_another_order,
    in_other_words,
    that_close_nothing,
    with_losses,
    with_repeats,
    without,
)
from tests.world.stories import tell_story
from tests.world.story import Story

SEEDS = range(max(1, int(8 * TEST_SCALE)))
SECOND = 1_000_000
Answers = dict[Key, Answer]


def a_story(seed: int, *, number: int = 0) -> Story:
    """A story by its seed; every other one with faults."""
    return tell_story(Seeded(seed), level=1 + seed % 2, number=number, acts=(10, 30))


def with_reports_lost(seed: int) -> Story:
    """The story of a seed as far as it is told when reports get lost."""
    return with_losses(Seeded(seed), a_story(seed))


def subjects_of(seed: int, story: Story) -> list[Key]:
    """Up to five labels of the story of a seed."""
    return shuffled(Seeded(seed), story.labels)[:5]


def answers(story: Story, subjects: list[Key], *beside: Story) -> Answers:
    """What an empty ledger answers when it is told a story after others."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "worlds.duckdb") as ledger,
    ):
        for other in beside:
            capture(ledger, other)
        names = capture(ledger, story)
        return {subject: answer(ledger, subject, names) for subject in subjects}


@cache
def answers_to(seed: int, *, lossy: bool) -> Answers:
    """What the ledger answers for the story of a seed as it was told first."""
    story = with_reports_lost(seed) if lossy else a_story(seed)
    return answers(story, subjects_of(seed, story))


def assert_same(story: Story, first: Answers, second: Answers) -> None:
    for subject, told in first.items():
        lines = told.difference(second[subject])
        words = [story.in_words(), f"{subject} (- as told first, + as told again)", *lines]
        assert not lines, "\n".join(words)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "retell", [in_another_order, in_other_words, in_another_form], ids=lambda way: way.__name__
)
def test_the_same_reports_have_the_same_answers(retell: Retell, seed: int) -> None:
    story = with_reports_lost(seed)
    again = retell(Seeded(seed + 1), story)
    told = answers(again, subjects_of(seed, story))
    assert_same(story, answers_to(seed, lossy=True), told)


@pytest.mark.parametrize("seed", SEEDS)
def test_other_peoples_events_change_nothing(seed: int) -> None:
    story = with_reports_lost(seed)
    others = [a_story(seed + 1, number=1), a_story(seed + 2, number=2)]
    told = answers(story, subjects_of(seed, story), *others)
    assert_same(story, answers_to(seed, lossy=True), told)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_handover_told_twice_by_one_side_is_one_handover(seed: int) -> None:
    story = a_story(seed)
    again = with_repeats(Seeded(seed + 1), story)
    told = answers(again, subjects_of(seed, story))
    assert_same(again, answers_to(seed, lossy=False), told)


def related(ledger: Ledger, subject: Key, *, undisputed: bool) -> set[str]:
    """The objects of an answer: all, or those that are beyond dispute."""
    trace = trace_lot(ledger, View(), subject.canonical)
    return {one.id for one in trace.objects if not (undisputed and one.disputed)}


@pytest.mark.parametrize("seed", SEEDS)
def test_one_report_more_never_removes_what_is_undisputed(
    seed: int, ledger: Ledger, tmp_path: Path
) -> None:
    """Unless it takes back another, or shows that something is no longer in a container.

    A report is left out that is neither an error declaration nor about packing, unpacking, ending
    or the arrival of a container. What the ledger without it holds to be related, and does not mark
    as disputed, is in the answer of the ledger with it, be it marked.
    """
    chooser = Seeded(seed)
    story = with_reports_lost(seed)
    left_out = chooser.pick(that_close_nothing(story))
    capture(ledger, story)
    with Ledger.open(tmp_path / "smaller.duckdb") as smaller:
        capture(smaller, without(story, left_out))
        for subject in story.labels:
            less = related(smaller, subject, undisputed=True)
            more = related(ledger, subject, undisputed=False)
            assert less <= more, f"{story.in_words()}\n{subject}: {left_out.name} removes"


def trace_json(ledger: Ledger, subject: Key, as_of: str | None) -> dict[str, Any]:
    """The whole answer but for the time it stands for."""
    told = trace_lot(ledger, View(), subject.canonical, as_of=as_of).as_json()
    return {name: value for name, value in told.items() if name != "as_of"}


@pytest.mark.parametrize("seed", SEEDS)
def test_as_of_then_is_what_a_ledger_of_then_answers(
    seed: int, ledger: Ledger, tmp_path: Path
) -> None:
    story = with_reports_lost(seed)
    capture(ledger, story, every=SECOND)
    known = Seeded(seed).number(0, len(story.telling.documents) - 1)
    then = utc_text(NOW + known * SECOND)
    with Ledger.open(tmp_path / "then.duckdb") as of_then:
        capture(of_then, story, every=SECOND, most=known + 1)
        for subject in subjects_of(seed, story):
            assert trace_json(ledger, subject, then) == trace_json(of_then, subject, None)
