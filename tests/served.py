"""An application served on loopback by a thread of the test's own process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

_BACKLOG = 512


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
