"""Every answer to whatever the description allows, and does not allow, is one that it has.

Requests are drawn by schemathesis: at random, the same in every run, and one for each limit of each
parameter. The many parameters of a SimpleEventQuery are the same in all operations that have them;
unless more is asked for, their limits are tried in one.
"""

from collections.abc import Iterator

import pytest

from tests.api.interface.described import Served, described_server
from tests.api.interface.driving import DESCRIPTION, OPERATIONS, drive
from tests.conftest import TEST_SCALE

pytestmark = pytest.mark.no_cover  # the same lines over and over
EXAMPLES = max(1, int(10 * TEST_SCALE))
ALIKE = ("}/events", "/all-events")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with described_server(tmp_path_factory.mktemp("described")) as running:
        yield running


def test_every_operation_is_driven() -> None:
    described = DESCRIPTION.raw_schema["paths"]
    assert len(OPERATIONS) == sum(len(methods) for methods in described.values()) > 90


@pytest.mark.timeout(300 * max(1.0, TEST_SCALE))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_is_described(operation: str, here: Served) -> None:
    told = drive(operation, here, EXAMPLES, whole=TEST_SCALE > 1 or not operation.endswith(ALIKE))
    assert any(status < 400 for status in told), told
