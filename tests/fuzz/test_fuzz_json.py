"""Damaged JSON gives findings with places: no exception, no long wait, no wrong event."""

import pytest

from epcis_core.findings import has_errors
from tests.conftest import TEST_SCALE
from tests.full_tier import FOLDER
from tests.fuzz.damage import damaged
from tests.fuzz.run import Run
from tests.fuzz.seeds import own_json
from tests.fuzz.verdict import see, wrong_with

INPUTS = max(1, int(10_000 * TEST_SCALE))


@pytest.mark.parametrize("name", own_json())
def test_the_documents_that_are_damaged_are_sound(name: str) -> None:
    data = own_json()[name].encode()
    seen = see(data)
    assert [one.message for one in seen.findings if has_errors([one])] == []
    assert wrong_with(data, 0) == []


def test_damage_is_of_many_kinds_and_leaves_something_to_read() -> None:
    seen = [see(damaged("json", number)) for number in range(1000)]
    codes = {one.code for each in seen for one in each.findings}
    assert len(codes) > 30
    assert sum(has_errors(each.findings) for each in seen) > 500
    assert sum(any(p.new for _, p in each.events) for each in seen) > 200


@pytest.mark.timeout(600 * max(1.0, TEST_SCALE))
def test_damaged_json_gives_findings_with_places_and_nothing_else() -> None:
    run = Run("json", FOLDER / "tests")
    for _ in run.until(INPUTS, float("inf")):
        pass
    assert run.failing == {}
    assert run.done == INPUTS
