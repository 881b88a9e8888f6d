"""A ledger served on loopback, and a client of its EPCIS interface."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from epcis_core.store.ledger import Ledger
from tests.served import served


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    """A client of the EPCIS interface of the ledger."""
    with (
        served(create_app(ledger)) as address,
        httpx.Client(base_url=f"{address}/epcis", timeout=60) as client,
    ):
        yield client
