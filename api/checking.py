"""Checking a ledger in a process of its own, which a damaged file may end without ending this one.

DuckDB finds most damage by the checksums of its blocks and says so. Where it does not, anything may
happen to the process that reads the file; that it ended, or does not go on, is then what is found.
"""

import multiprocessing
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import Any, Final

from epcis_core.findings import Finding, finding
from epcis_core.proof.checks import Key
from epcis_core.store.fsck.whole import Checked, Telling, check_ledger

Processes = SpawnContext | ForkServerContext
"""How a process is made that has nothing of this one: anew, or of one that has read all before."""

_PATIENCE: Final = 1800.0  # seconds without a word from the process
_ANEW: Final = multiprocessing.get_context("spawn")


def check_apart(
    path: Path,
    *,
    notes: Mapping[str, str],
    keys: Sequence[Key] = (),
    tell: Telling = lambda *_: None,
    patience: float = _PATIENCE,
    processes: Processes = _ANEW,
) -> tuple[Checked, list[Finding]]:
    """Check a ledger file in another process, and return what it has seen and found.

    Args:
        path: the file.
        notes: checkpoints from outside: text of files by their name.
        keys: that sign them, beside the one of the ledger itself.
        tell: told as the check goes on.
        patience: seconds after which a process that says nothing is given up.
        processes: makes the other process.
    """
    ours, theirs = processes.Pipe(duplex=False)
    process = processes.Process(
        target=_check, args=(theirs, path, dict(notes), list(keys)), daemon=True
    )
    process.start()
    theirs.close()
    found: list[Finding] = []
    part = path.name
    try:
        while ours.poll(patience):
            said: Any = ours.recv()
            if isinstance(said, Finding):
                found.append(said)
            elif isinstance(said, Checked):
                return said, found
            else:
                part = said[0]
                tell(*said)
        reason = f"{patience:g} s"
        process.kill()
    except EOFError:
        process.join()
        reason = _ending(process.exitcode or 0)
    finally:
        process.join()
        ours.close()
    return Checked(), [*found, finding("ledger_ends_reading", reason=reason, part=part)]


def _check(said: Connection, path: Path, notes: dict[str, str], keys: list[Key]) -> None:
    """Check a ledger, and say through a pipe what is found."""
    checked = Checked()

    def tell(*how_far: Any) -> None:
        said.send(how_far)

    for found in check_ledger(path, checked, notes=notes, keys=keys, tell=tell):
        said.send(found)
    said.send(checked)


def _ending(code: int) -> str:
    """Return how a process has ended, such as `SIGSEGV` or `exit 1`."""
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit {code}"
