"""A server of the ledger as a process of its own, on loopback, for the parts that ask by HTTP."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.server_file import RunningServer, find
from bench.environments import NotRunError
from bench.machine import ROOT
from bench.workplace import Workplace

_PATIENCE: Final = 600


def copied(place: Workplace, events: int) -> Path:
    """Return a copy of a large ledger in the scratch folder; who serves one writes beside it."""
    kept = place.ledger(events)
    folder = place.scratch / f"copy-{events}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept.parent, folder)
    return folder / kept.name


@contextmanager
def serving(ledger: Path) -> Iterator[RunningServer]:
    """Serve a ledger as long as the block lasts.

    Raises:
        NotRunError: the server does not start.
    """
    command = [sys.executable, "-m", "api.cli", "serve", "--ledger", str(ledger), "--port", "0"]
    kept = {name: text for name, text in os.environ.items() if not name.startswith("EPCIS_")}
    log = ledger.with_name("server.log")
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command,
            env={**kept, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        yield _found(ledger, process, log)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _found(ledger: Path, process: subprocess.Popen[bytes], log: Path) -> RunningServer:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        found = find(ledger)
        if found is not None and found.pid == process.pid:
            return found
        time.sleep(0.1)
    told = (log.read_text(encoding="utf-8").strip() or "it says nothing").splitlines()[-1]
    raise NotRunError(f"The server does not start: {told}")
