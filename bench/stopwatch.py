"""How long something takes, and what a process that measured says of it.

Needs nothing but Python, so that programs in other environments can use it too.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Took:
    """What something took.

    Attributes:
        seconds: by the clock.
        processor: seconds of processor time of this process.
    """

    seconds = 0.0
    processor = 0.0


@contextmanager
def measured() -> Iterator[Took]:
    """Measure what is done inside; the values are there afterwards."""
    took = Took()
    started = time.perf_counter(), time.process_time()
    yield took
    took.seconds = time.perf_counter() - started[0]
    took.processor = time.process_time() - started[1]


def most_memory() -> float:
    """Return the most resident memory that this process had, in mebibytes."""
    return memory_of(os.getpid())[1]


def processor_of(pid: int) -> float:
    """Return the seconds of processor time of a process and its children, also of those gone."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / 100  # USER_HZ, which Linux fixes for all programs
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return own + sum(processor_of(int(child)) for child in children)


def memory_of(pid: int) -> tuple[float, float]:
    """Return the resident memory of a process, now and at most, in mebibytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    lines = dict(line.split(":", 1) for line in status.splitlines())
    now, most = (int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def tell(**figures: Any) -> None:
    """Say what was measured, as the last line of standard output."""
    sys.stdout.write(f"{json.dumps(figures)}\n")


def put_out(folder: Path) -> None:
    """Put the files of a folder out of the memory of the system, so that they are read anew."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def size_of(folder: Path) -> int:
    """Return the bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
