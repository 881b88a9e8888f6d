"""How the commands of a machine find the server that holds a ledger.

`serve` writes `<ledger>.server.json`, readable by its own user alone; DuckDB lets one process hold
a file, so the commands work through that process while it runs.
"""

import hashlib
import json
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import httpx

_PATIENCE: Final = 5.0
_NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody, and so need not read who may be trusted: plain HTTP is spoken on one machine."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that holds a ledger.

    Attributes:
        address: its base address on this machine, such as `http://127.0.0.1:8000`.
        pid: its process.
        token: what a command shows to be let in.
    """

    address: str
    pid: int
    token: str

    def client(self, seconds: float | None = None) -> httpx.Client:
        """Return a client that it lets in, and that no proxy stands between.

        Args:
            seconds: that an answer may take; None for ever.
        """
        return httpx.Client(
            base_url=self.address,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=seconds,
            verify=_NO_TLS,
            trust_env=False,
        )


def path_of(ledger: Path) -> Path:
    """Return where the server of a ledger leaves its address, whatever link leads to the file."""
    ledger = ledger.resolve()
    return ledger.with_name(f"{ledger.name}.server.json")


@contextmanager
def announced(ledger: Path, server: RunningServer) -> Iterator[None]:
    """Leave a server's address beside its ledger for as long as it runs."""
    path = path_of(ledger)
    with suppress(FileNotFoundError):
        path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(server), file)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def find(ledger: Path) -> RunningServer | None:
    """Return the server that holds a ledger, or None where none runs."""
    try:
        server = RunningServer(**json.loads(path_of(ledger).read_text(encoding="utf-8")))
        with httpx.Client(verify=_NO_TLS, trust_env=False, timeout=_PATIENCE) as anybody:
            answer = anybody.get(f"{server.address}/health")
        mine = answer.json()["server"] == fingerprint(server.token)
    except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, KeyError):
        return None  # none was started, or one was killed and left this behind
    return server if mine else None


def fingerprint(token: str) -> str:
    """Return what a server may tell anybody, and by which the owner of its token knows it."""
    return hashlib.sha256(b"epcis-ledger server " + token.encode()).hexdigest()[:16]
