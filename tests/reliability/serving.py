"""A server as a process of its own that is killed and started again on the same files.

It is forked from one that has imported all it needs, so that it starts soon.
"""

import os
import sys
import threading
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx

from api.commands.service import serve
from api.server_file import find
from tests.reliability.victims import FORKING
from tests.served import client_of

_STARTING: Final = 120.0  # seconds


class Server:
    """A server of a ledger; use it as a context manager, which kills it at the end.

    Args:
        ledger: the ledger file.
    """

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self._process: ForkServerProcess | None = None
        self._address = ""
        self._is_up = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    @property
    def address(self) -> str:
        """Where it is, once it is up."""
        assert self._is_up.wait(_STARTING), "the server is not up again"
        return self._address

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = FORKING.Process(target=_serve, args=(self._ledger,))
        self._process.start()
        until = time.monotonic() + _STARTING
        while (found := find(self._ledger)) is None or found.pid != self._process.pid:
            ended = self._process.exitcode
            assert ended is None, f"the server ended with {ended}"
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.05)
        self._address = found.address
        self._is_up.set()

    def kill(self) -> None:
        """Kill it, wherever it is."""
        self._is_up.clear()
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def stop(self) -> int:
        """Let it end by itself, and return its exit code."""
        self._is_up.clear()
        assert self._process is not None
        self._process.terminate()
        self._process.join(_STARTING)
        assert self._process.exitcode is not None, "the server does not end"
        return self._process.exitcode

    def client(self) -> httpx.Client:
        """Return a client of it as it is now."""
        return client_of(self.address)


def _serve(ledger: Path) -> None:
    """Do what `epcis serve` does, in silence."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    serve(ledger=ledger, port=0, allow_outward=["127.0.0.1"])
