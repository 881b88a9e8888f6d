"""Processes that capture and tell what they have acknowledged, for others to do them harm.

They are forked from a server that has imported all they need, and wait until somebody watches.
"""

import ctypes
import io
import json
import logging
import multiprocessing
import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

from epcis_core.errors import StoreError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import sign_checkpoint
from epcis_core.store.jobs import CaptureJob, find_job
from epcis_core.store.ledger import Ledger
from ingest.capture import DEFAULT_ORGANISATION, capture_bytes
from ingest.jobs import CaptureJobs
from ingest.limits import IntakeLimits
from ingest.precedence import Precedence
from ingest.single import capture_single, read_single
from tests.ingest.documents import NOW
from tests.reliability.wholeness import named

Told = list[list[str]]
"""What a victim has told: an act and what it is about, such as `accepted` and a document."""

Telling = Callable[..., None]
Life = Callable[[Path, Telling], None]
"""What a victim does with a ledger: it gets the path, and whom to tell."""

FORKING: Final = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload([__name__, "tests.reliability.serving", "tests.reliability.disk"])
"""Forks processes from one that has imported what they need."""

_ANYBODY: Final = -1
_SET_PTRACER: Final = 0x59616D61
_PATIENCE: Final = 60.0  # seconds until a job must be at hand
_LARGE: Final = 40  # events of a document
_LATEST: Final = 300.0  # seconds that a victim may live


class Victim:
    """A process that will lead a life with a ledger as soon as it may.

    Args:
        life: what it does.
        ledger: with which ledger.
        told: the file into which it tells what it has done, line by line.
    """

    def __init__(self, life: Life, ledger: Path, told: Path) -> None:
        self._told = told
        self._begins = FORKING.Event()
        self._process = FORKING.Process(
            target=_live, args=(life, ledger, told, self._begins), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        pid = self._process.pid
        assert pid is not None
        return pid

    def live(self) -> int:
        """Let it live to its end and return its exit code, of a signal with a minus."""
        self._begins.set()
        self._process.join(_LATEST)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
            raise AssertionError(f"the process hangs, and has told {self.told()}")
        assert self._process.exitcode is not None
        return self._process.exitcode

    def told(self) -> Told:
        """What it has told; a line that was cut short was not told."""
        return told_in(self._told.read_bytes())


def told_in(content: bytes) -> Told:
    """What a victim has told, by what it has written."""
    lines = content.splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def _live(life: Life, ledger: Path, told: Path, begins: Any) -> NoReturn:
    """Lead a life, then end at once."""
    ctypes.CDLL(None).prctl(_SET_PTRACER, _ANYBODY)  # where only parents may watch
    logging.disable()
    begins.wait()
    # Whoever watches sees it opened.
    telling = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def tell(*words: str) -> None:
        os.write(telling, f"{json.dumps(words)}\n".encode())

    code = 0
    try:
        life(ledger, tell)
    except StoreError as error:
        tell("refused", "ledger", str(error))
    except BaseException:  # noqa: BLE001 - whoever looks at what was told wants to know
        tell("failed", traceback.format_exc())
        code = 1
    sys.stdout.flush()
    os._exit(code)


def use_all(path: Path, tell: Telling) -> None:
    """Capture by a job, at once and together with others, and sign; what fails is tried again."""
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        do_job(ledger, books, "job", 3, tell)
        for name in ("one", "two"):
            _twice(name, tell, partial(take_one, ledger, name, tell))
        for name in ("file", "another"):
            _twice(name, tell, partial(take, ledger, name, 3, tell))
        _twice("checkpoint", tell, partial(sign, ledger, books, tell))
    tell("closed", "ledger")


_AT_ONCE: Final = ("one", "two", "three")

LONG_DOCUMENTS: Final = {
    f"{opening}-{name}": events
    for opening in ("first", "second")
    for name, events in {
        **dict.fromkeys(_AT_ONCE, 1),
        "job": 3,
        "large": _LARGE,
        "small": 3,
        "again": 3,
    }.items()
}
"""What `use_long` captures, and of how many events."""


def use_long(path: Path, tell: Telling) -> None:
    """Make a ledger and capture in every way there is, with a large document; open it again."""
    for opening in ("first", "second"):
        with Ledger.open(path) as ledger, Bookkeeping(path) as books:
            do_job(ledger, books, f"{opening}-job", 3, tell)
            take_at_once(ledger, [f"{opening}-{name}" for name in _AT_ONCE], tell)
            sign(ledger, books, tell)
            take(ledger, f"{opening}-large", _LARGE, tell)
            with ledger.at_rest():
                pass  # DuckDB's log is in the file now, and the next one is another
            take(ledger, f"{opening}-small", 3, tell)
            sign(ledger, books, tell)
            do_job(ledger, books, f"{opening}-again", 3, tell)


def _twice(name: str, tell: Telling, act: Callable[[], None]) -> None:
    for _ in range(2):
        try:
            act()
        except StoreError as error:
            tell("refused", name, str(error))
        else:
            return


def do_job(ledger: Ledger, books: Bookkeeping, name: str, events: int, tell: Telling) -> None:
    """Promise a document as the interface does, and let it be captured."""
    is_at_hand = threading.Event()

    def clock() -> int:
        is_at_hand.set()
        return NOW

    with (
        suppress(StoreError),
        CaptureJobs(
            ledger, books, limits=IntakeLimits(), clock=clock, precedence=Precedence()
        ) as jobs,
    ):
        data = named(name, events)
        try:
            with jobs.spool.create(name) as file:
                file.write(data)
                jobs.spool.keep(file)
            jobs.promise(CaptureJob(name, "", DEFAULT_ORGANISATION, NOW, False, len(data)))
        except StoreError as error:
            tell("refused", name, str(error))
            jobs.spool.drop(name)
            return
        tell("promised", name)
        is_at_hand.wait(_PATIENCE)
    job = find_job(books, name)
    if job is not None and job.finished is not None:
        tell("failed" if job.failure else "accepted", job.failure or name)


def take_one(ledger: Ledger, name: str, tell: Telling) -> None:
    """Capture a document of one event as the interface does."""
    single = read_single(
        io.BytesIO(named(name, 1)),
        file_name=name,
        now=NOW,
        limits=IntakeLimits().document,
    )
    tell(capture_single(ledger, single).report.status, name)


def take_at_once(ledger: Ledger, names: Sequence[str], tell: Telling) -> None:
    """Capture documents of one event that all come while another writes: in one transaction."""
    with ThreadPoolExecutor(len(names)) as pool:
        with ledger.writing():
            taken = [pool.submit(take_one, ledger, name, tell) for name in names]
            while len(ledger.together._waiting) < len(names):
                pass
        for one in taken:
            one.result()


def take(ledger: Ledger, name: str, events: int, tell: Telling) -> None:
    """Capture a document as commands and pages do."""
    report = capture_bytes(ledger, named(name, events), file_name=name, now=NOW)
    tell(report.status, name)


def sign(ledger: Ledger, books: Bookkeeping, tell: Telling) -> None:
    """Sign a checkpoint, as if somebody outside took it."""
    tell("signed", sign_checkpoint(ledger, books, NOW, publish=True).note)
