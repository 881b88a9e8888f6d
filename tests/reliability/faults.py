"""Every system call on the files of a ledger made to fail, or to be the last, one at a time.

A process captures in every way there is; `strace` watches it. Once it only counts the calls that
reach files of the ledger. Then, for each of them, a new process meets an error there, or is killed
before it.

References:
    strace(1), "Tampering": `--inject`
"""

import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import sign_checkpoint
from epcis_core.store.jobs import unfinished_jobs
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_bytes
from ingest.jobs import CaptureJobs
from ingest.limits import IntakeLimits
from ingest.precedence import Precedence
from tests.ingest.documents import NOW
from tests.reliability.victims import LONG_DOCUMENTS, Life, Told, Victim
from tests.reliability.wholeness import LATER, faults, faults_of_documents, named

DOCUMENTS: Final = {"before": 3, "job": 3, "one": 1, "two": 1, "file": 3, "another": 3}
"""What `use_all` captures, and of how many events."""

ERROR: Final = "error=EIO"
KILL: Final = "error=EIO:signal=KILL"
"""What happens at a call, as strace takes it; one that kills is not made."""

UNCHANGING: Final = frozenset(
    (
        *("access", "close", "fcntl", "fstat", "getdents64", "ioctl", "lseek", "mmap"),
        *("newfstatat", "pread64", "read", "readlink", "stat", "statx"),
    )
)
"""Calls that change nothing in a file or folder."""

_BESIDE: Final = (
    *("", ".wal", ".wal.recovery", ".wal.checkpoint", ".tmp", ".jobs"),
    *(f".jobs/{name}" for name in (*DOCUMENTS, *LONG_DOCUMENTS)),
    ".index",
    *(".service", ".service-wal", ".service-shm", ".service-journal"),
)
_PATIENCE: Final = 120.0  # seconds
_CALL: Final = re.compile(r"(\d+)\s+(\w+)\(")


@dataclass(frozen=True, slots=True)
class Point:
    """Calls of a process.

    Attributes:
        calls: their names, with commas between.
        when: the how-manieth of its name in its thread, from 1; with `+` all from there on.
        happens: what does, as strace takes it.
    """

    calls: str
    when: str
    happens: str

    def __str__(self) -> str:
        return f"inject={self.calls}:{self.happens}:when={self.when}"


def make_ledger(path: Path) -> None:
    """Make a ledger that has seen something before."""
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        capture_bytes(ledger, named("before", 3), file_name="before", now=NOW)
        sign_checkpoint(ledger, books, NOW, publish=True)


def copied(ledger: Path, folder: Path) -> Path:
    """Copy a ledger with what stands beside it, and return where it is."""
    for file in ledger.parent.glob(f"{ledger.name}*"):
        if file.is_file():
            shutil.copyfile(file, folder / file.name)
    return folder / ledger.name


@contextmanager
def watched(pid: int, ledger: Path, trace: Path, *options: str) -> Iterator[None]:
    """Let strace watch what a process does with the files of a ledger, until it has ended."""
    files = [option for end in _BESIDE for option in ("-P", f"{ledger}{end}")]
    command = ["strace", "-f", "-y", "-e", "trace=%file,%desc", "-P", str(ledger.parent), *files]
    with subprocess.Popen(
        [*command, *options, "-o", str(trace), "-p", str(pid)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stderr is not None
        said = watching.stderr.readline()
        assert "attached" in said, said
        yield
        watching.stderr.read()


def points(life: Life, ledger: Path, folder: Path) -> list[tuple[str, int]]:
    """Every call that a life makes on the files of a ledger: name and, within a thread, number."""
    path, trace = copied(ledger, folder), folder / "trace"
    victim = Victim(life, path, folder / "told")
    with watched(victim.pid, path, trace):
        assert victim.live() == 0, victim.told()
    lines = trace.read_text("utf-8").splitlines()
    seen = Counter(found.groups() for line in lines if (found := _CALL.match(line)))
    most: dict[str, int] = {}
    for (_, call), times in seen.items():
        most[call] = max(times, most.get(call, 0))
    return [(call, number + 1) for call in sorted(most) for number in range(most[call])]


def at_point(life: Life, ledger: Path, folder: Path, point: Point) -> list[str]:
    """Let a point happen to a life; return what is wrong then, or afterwards with the ledger."""
    path = copied(ledger, folder)
    victim = Victim(life, path, folder / "told")
    with watched(victim.pid, path, folder / "trace", "-e", str(point)):
        code = victim.live()
    told = victim.told()
    wrong = [f"it failed: {words[1]}" for words in told if words[0] == "failed"]
    if code not in (0, -9):
        wrong.append(f"it ended with {code}")
    return wrong + afterwards(path, [*told, ["accepted", "before"]], DOCUMENTS)


def afterwards(path: Path, told: Told, documents: Mapping[str, int]) -> list[str]:
    """Go on with a ledger in another process than that which told something of it.

    What was promised is done, what was refused or not answered is sent again; then all must be
    there, once.
    """
    held = {name for act, name, *_ in told if act in {"accepted", "promised"}}
    signed = [int(words[1].split("\n")[1]) for words in told if words[0] == "signed"]
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        _do_jobs(ledger, books)
    wrong = faults(path, held)
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        if unfinished_jobs(books):
            wrong.append("a job that was promised is not done")
        for name, events in documents.items():
            report = capture_bytes(ledger, named(name, events), file_name=name, now=LATER)
            if report.status != "accepted":
                wrong.append(f"{name} is not taken again: {report.as_json()}")
        size = sign_checkpoint(ledger, books, LATER).size
        if size < max(signed, default=0):
            wrong.append(f"{max(signed)} entries were signed and {size} are there")
        return [*wrong, *faults_of_documents(ledger, documents)]


def _do_jobs(ledger: Ledger, books: Bookkeeping) -> None:
    """Let a server that starts do what was promised."""
    limits, precedence = IntakeLimits(), Precedence()
    with CaptureJobs(ledger, books, limits=limits, clock=lambda: LATER, precedence=precedence):
        until = time.monotonic() + _PATIENCE
        while unfinished_jobs(books) and time.monotonic() < until:
            time.sleep(0.01)
