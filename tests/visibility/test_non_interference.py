"""What a party is told is what it would be told if all that it may not see had never been sent.

Six parties send random events of every type in random order, about things that they share. Each
answer of a server to one of them, but for the time and the place in the log, is the answer of
another server, whose ledger got only what that party may see by the words of the decision.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import TEST_SCALE
from tests.visibility.against import wrong_with
from tests.visibility.foreseen import taken
from tests.visibility.parties import FARM, PARTIES
from tests.visibility.questions import questions
from tests.visibility.run import eyes_of
from tests.visibility.story import story
from tests.world.chance import Drawn, Seeded

LEDGERS = max(1, int(12 * TEST_SCALE))
_MOST = 6  # documents
_ASKED = 16


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(LEDGERS))
def test_what_is_unseen_changes_no_answer(seed: int) -> None:
    assert wrong_with(Seeded(20_000 + seed), eyes_of(seed, 1), asked=_ASKED, most=_MOST) == ""


@st.composite
def told_too_much(draw: st.DrawFn) -> str:
    """What is wrong with answers about choices of hypothesis, which finds few and short ones."""
    return wrong_with(Drawn(draw), [draw(st.sampled_from(PARTIES))], asked=8, most=4)


@pytest.mark.timeout(600 * max(1.0, TEST_SCALE))
@settings(
    max_examples=max(1, int(2 * TEST_SCALE)),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(told_too_much())
def test_what_changes_an_answer_comes_with_few_documents(wrong: str) -> None:
    assert wrong == ""


def test_stories_have_everything_in_them() -> None:
    statuses, refused, declared = set(), 0, 0
    for seed in range(100):
        sendings = story(Seeded(seed))
        for sending, outcome in zip(sendings, taken(sendings)[0], strict=True):
            statuses |= {*outcome.statuses}
            refused += not outcome.is_kept
            declared += any("errorDeclaration" in told.members for told in sending.events)
    assert statuses == {"accepted", "duplicate", "witness", "rejected"}
    assert refused > 10
    assert declared > 10


def test_each_resource_is_asked() -> None:
    asked = questions(Seeded(1), story(Seeded(1)), FARM)
    resources = {one.path.partition("?")[0].split("/")[1] for one in asked}
    assert resources == {
        *("", "all-events", "balance.json", "captures", "epcis", "event", "event.json", "gaps"),
        *("gaps.json", "index.json", "proof", "proof.zip", "recall", "recall.json", "search"),
        *("search.json", "trace", "trace.json"),
    }
