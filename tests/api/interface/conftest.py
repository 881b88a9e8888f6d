"""A ledger served on loopback, and a client of its EPCIS interface."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.settings import Settings
from epcis_core.store.ledger import Ledger


def serving_app(ledger: Ledger, settings: Settings | None = None) -> AbstractContextManager[str]:
    """Serve a ledger on loopback, and give the address."""
    return serving(create_app(ledger, settings))


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application on loopback, and give the address."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
            assert thread.is_alive(), "the server did not start"
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    """A client of the EPCIS interface of the ledger."""
    with (
        serving_app(ledger) as address,
        httpx.Client(base_url=f"{address}/epcis", timeout=60) as client,
    ):
        yield client
