"""A ledger served on loopback, and a client of its EPCIS interface."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from epcis_core.store.ledger import Ledger
from tests.served import client_of, served


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    """A client of the EPCIS interface of the ledger."""
    with (
        served(create_app(ledger)) as address,
        client_of(f"{address}/epcis") as client,
    ):
        yield client
