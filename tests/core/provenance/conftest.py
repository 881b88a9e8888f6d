"""An empty history for each case."""

import pytest

from tests.core.provenance.histories import World


@pytest.fixture
def world() -> World:
    return World()
