"""Every answer to whatever the description allows, and does not allow, is one that it has."""

from collections.abc import Iterator

import pytest

from tests.api.interface.described import Served, served
from tests.api.interface.driving import OPERATIONS, drive
from tests.conftest import TEST_SCALE


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("described")) as running:
        yield running


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_is_described(operation: str, here: Served) -> None:
    sent = drive(operation, here, max(1, int(10 * TEST_SCALE)), whole=TEST_SCALE >= 1)
    assert sent > 0
