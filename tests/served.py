"""An application served on loopback by a thread of the test's own process."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

_BACKLOG = 512
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""To read who may be trusted takes a thirtieth of a second for each client; here is no TLS."""


def client_of(address: str, **headers: str) -> httpx.Client:
    """A client of a server on loopback that waits two minutes; `_` in names of headers is `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Client(
        base_url=address, headers=given, timeout=120, verify=_NO_TLS, trust_env=False
    )


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application, and give its address, such as `http://127.0.0.1:8000`."""
    # Without compression: each of many listeners would hold memory for it.
    config = uvicorn.Config(app, log_level="error", access_log=False, ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
