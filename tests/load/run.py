"""Many clients at once: a server under load, and whether it kept all that it had acknowledged.

As a program this is the full tier: fifty clients in two processes, for five minutes at each of two
paces, and a server as a process of its own, on loopback. It prints what it measured as a page of
the documentation, or writes it there:

    python -m tests.load.run [--clients N] [--minutes M] [--pauses S ...] [--into FILE]
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.server_file import find
from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from tests.load.clients import Tally, drive
from tests.load.outcome import Outcome
from tests.load.page import page

ROOT: Final = Path(__file__).parents[2]
CLIENTS: Final = 50
MINUTES: Final = 5.0
PAUSES: Final = (3.0, 1.0)

_PROCESSES: Final = 2
_TOLD: Final = 50
_PATIENCE: Final = 60


def put_load(folder: Path, clients: int, seconds: float, pause: float) -> Outcome:
    """Serve a new ledger, let clients work, stop the server, and look at what the ledger holds.

    Args:
        folder: an empty one.
        clients: how many.
        seconds: how long they begin new things.
        pause: seconds between two things of one client on average.
    """
    began, busy = time.time(), os.getloadavg()[0]
    path = folder / "ledger.duckdb"
    numbers = [[*range(part, clients, _PROCESSES)] for part in range(_PROCESSES)]
    tally = Tally()
    spawning = multiprocessing.get_context("spawn")
    with (
        _serving(path, folder / "log") as (address, pid),
        ProcessPoolExecutor(_PROCESSES, mp_context=spawning) as pool,
    ):
        started = time.monotonic()
        for work in [pool.submit(drive, address, some, seconds, pause) for some in numbers]:
            tally.add(work.result())
        took = time.monotonic() - started
        memory, processor = _memory(pid), _processor(pid)
    log = (folder / "log").read_text(encoding="utf-8").splitlines()
    wrong = [*tally.wrong, *log, *_not_as_acknowledged(path, tally.acknowledged)]
    return Outcome(clients, pause, began, busy, took, tally, memory, processor, wrong)


def _not_as_acknowledged(path: Path, acknowledged: list[str]) -> list[str]:
    """Tell which events a ledger holds otherwise than exactly once for each acknowledgement."""
    with Ledger.open(path, create=False) as ledger:
        held = Counter(stored.event_id for stored in all_events(ledger, EVERYTHING))
    expected = Counter(acknowledged)
    differing = {one for one in held | expected if not held[one] == expected[one] == 1}
    return [
        f"{one} was acknowledged {expected[one]} times and is in the ledger {held[one]} times"
        for one in sorted(differing)
    ]


@contextmanager
def _serving(path: Path, log: Path) -> Iterator[tuple[str, int]]:
    """Serve a ledger as a process of its own, and yield its address and process id."""
    command = [sys.executable, "-m", "api.cli", "serve", "--ledger", str(path), "--port", "0"]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("EPCIS_")}
    with log.open("wb") as errors:
        server = subprocess.Popen(
            command,
            env={**kept, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        yield _address(path, server, log), server.pid
    finally:
        server.terminate()
        server.wait(_PATIENCE)


def _address(path: Path, server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        found = find(path)
        if found is not None and found.pid == server.pid:
            return found.address
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8')}")


def _memory(pid: int) -> tuple[int, int]:
    """Return the resident memory of a process now and at most, in mebibytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    lines = dict(line.split(":", 1) for line in status.splitlines())
    now, most = (int(lines[name].split()[0]) // 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def _processor(pid: int) -> float:
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Put the load on that the command line asks for; 1 where something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.run")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--pauses", type=float, nargs="+", default=PAUSES)
    parser.add_argument("--into", type=Path)
    asked = parser.parse_args()
    outcomes = []
    for pause in asked.pauses:
        with tempfile.TemporaryDirectory() as folder:
            outcomes.append(put_load(Path(folder), asked.clients, 60 * asked.minutes, pause))
    if asked.into is None:
        sys.stdout.write(page(outcomes))
    else:
        asked.into.write_text(page(outcomes), encoding="utf-8")
    wrong = [one for outcome in outcomes for one in outcome.wrong]
    sys.stderr.writelines(f"{one}\n" for one in wrong[:_TOLD])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
