"""SQL finds what a look at every event finds, for random events and random queries.

Events are of every type and spelled in every way, in JSON and XML; queries are drawn over all
parameters, mostly from what an event says, so that they find something. Three things must agree:
the store, the evaluation in memory, and what is true of an event by the way it was made.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import TEST_SCALE
from tests.queries.against import wrong_in
from tests.queries.run import TOGETHER, wrong_with
from tests.world.chance import Drawn

LEDGERS = max(1, int(40 * TEST_SCALE))


@pytest.mark.parametrize("seed", range(LEDGERS))
def test_the_store_finds_what_is_there(seed: int) -> None:
    assert wrong_with(10_000 + seed) == []


@st.composite
def answers(draw: st.DrawFn) -> list[str]:
    """What is wrong with answers about choices of hypothesis, which finds few and short ones."""
    return wrong_in(Drawn(draw), TOGETHER // 5)


@pytest.mark.timeout(300 * max(1.0, TEST_SCALE))
@settings(
    max_examples=max(1, int(10 * TEST_SCALE)),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(answers())
def test_a_wrong_answer_comes_with_few_events(wrong: list[str]) -> None:
    assert wrong == []
