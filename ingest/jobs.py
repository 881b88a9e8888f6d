"""Capture jobs: documents are promised to be captured, and captured one after the other.

A document is written into the spool, then the job into the bookkeeping; both are on disk when its
sender hears of the promise. One thread does the jobs, since a ledger has one writer; senders take
turns. What came of a job stands in the ledger's book of captures, written in the transaction that
stores its events, and that alone decides after a crash: a job that the book has is done, any other
is done again, from the start, under the same id. So none is lost, none half done, none done twice.

A job that the disk refuses is tried again until it has room. One that the server cannot do for any
other reason ends with a sentence that says so, and with nothing stored.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from epcis_core.errors import StoreError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.captures import capture_outcomes
from epcis_core.store.jobs import CaptureJob, add_job, finish_job, unfinished_jobs
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.choices import ownership_of
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_into
from ingest.limits import IntakeLimits
from ingest.precedence import Precedence
from ingest.report import CaptureReport
from ingest.spool import Spool
from ingest.turns import Turns

_PATIENCE: Final = 5.0  # seconds that a job has to end by itself when the server stops
_ROLLBACK: Final = 15.0  # seconds that it then has to be taken back
_LONGEST_PAUSE: Final = 60.0  # seconds between attempts at a ledger that cannot be written

_UNNAMED: Final = "request"
"""What the book of captures calls a document that came without a name."""

_log = logging.getLogger(__name__)


class _GivenUpError(Exception):
    """The server stops: the job is taken back and done when it starts again."""


@dataclass(slots=True)
class Running:
    """The job that is being done.

    Attributes:
        capture_id: which.
        report: what has become of its events so far.
        bytes_read: how far it has been read.
    """

    capture_id: str
    report: CaptureReport
    bytes_read: int = 0


class CaptureJobs:
    """The capture jobs of one ledger; use it as a context manager.

    Entering finishes what a crash has left and starts the thread. Leaving lets the job that is
    being done come to its end if it does so within some seconds, and takes it back otherwise.

    Args:
        ledger: where to.
        books: where promises are kept.
        limits: how much is taken.
        clock: the time, microseconds since 1970 UTC.
        precedence: of those who ask.

    Attributes:
        spool: where documents wait.
    """

    def __init__(
        self,
        ledger: Ledger,
        books: Bookkeeping,
        *,
        limits: IntakeLimits,
        clock: Callable[[], int],
        precedence: Precedence,
    ) -> None:
        self.spool = Spool(ledger.path)
        self._ledger = ledger
        self._books = books
        self._limits = limits
        self._clock = clock
        self._precedence = precedence
        self._turns = Turns[CaptureJob]()
        self._changed = threading.Condition()
        self._stops = False
        self._gives_up = threading.Event()
        self._running: Running | None = None
        self._pause = 0.0
        self._tried: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="capture-jobs", daemon=True)

    def __enter__(self) -> Self:
        waiting = unfinished_jobs(self._books)
        done = capture_outcomes(self._ledger, EVERYTHING, [job.capture_id for job in waiting])
        for job in waiting:
            if job.capture_id in done:
                at = max(job.created, done[job.capture_id].record_time)
                finish_job(self._books, job.capture_id, at)
            else:
                self._turns.put(job.client, job)
        self.spool.sweep({job.capture_id for job in waiting} - done.keys())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._stops = True
            self._changed.notify()
        self._thread.join(_PATIENCE)
        self._gives_up.set()
        self._thread.join(_ROLLBACK)

    @staticmethod
    def new_id() -> str:
        """Return an id for a capture."""
        return str(uuid.uuid4())

    def promise(self, job: CaptureJob) -> None:
        """Promise a job whose document is in the spool; the promise outlives a power cut.

        Raises:
            StoreError: it cannot be kept.
        """
        add_job(self._books, job)
        with self._changed:
            self._turns.put(job.client, job)
            self._changed.notify()

    def running(self, capture_id: str) -> Running | None:
        """Return how far a job is; None for one that is not being done."""
        running = self._running
        return running if running is not None and running.capture_id == capture_id else None

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._do(job)
                self._pause = 0.0
            except _GivenUpError:
                return
            except StoreError:
                _log.exception("Capture %s is tried again", job.capture_id)
                self._pause = min(max(1.0, 2 * self._pause), _LONGEST_PAUSE)
                self._tried.add(job.capture_id)
                with self._changed:
                    self._turns.put_back(job.client, job)
            finally:
                self._running = None

    def _next(self) -> CaptureJob | None:
        """Wait for the next job; None when the server stops."""
        with self._changed:
            if self._pause:
                self._changed.wait_for(lambda: self._stops, self._pause)
            self._changed.wait_for(lambda: self._stops or len(self._turns))
            return None if self._stops else self._turns.take()

    def _do(self, job: CaptureJob) -> None:
        failure = None
        # What could not be finished because of the bookkeeping may be in the ledger already.
        is_tried = job.capture_id in self._tried
        if not (is_tried and capture_outcomes(self._ledger, EVERYTHING, [job.capture_id])):
            failure = self._capture(job)
        finish_job(self._books, job.capture_id, self._clock(), failure)
        self._tried.discard(job.capture_id)
        self.spool.drop(job.capture_id)

    def _capture(self, job: CaptureJob) -> str | None:
        """Capture a job's document; return why it cannot be, where that is the server's fault."""
        report = CaptureReport(_UNNAMED, job.capture_id)
        running = self._running = Running(job.capture_id, report)

        def progress(read: int, _: int) -> None:
            running.bytes_read = read

        try:
            with self.spool.open(job.capture_id, self._check) as source:
                capture_into(
                    report,
                    self._ledger,
                    source,
                    now=self._clock(),
                    organisation=job.organisation,
                    ownership=ownership_of(self._books, job.organisation),
                    proceed=job.proceed,
                    limits=self._limits.document,
                    progress=progress,
                    prefixes=job.prefixes,
                    give_way=self._precedence.give_way,
                )
        except (_GivenUpError, StoreError):
            raise
        except FileNotFoundError:
            return "The document is no longer where the server had put it; send it again."
        except OSError as error:
            raise StoreError(f"{self.spool.path} cannot be read: {error}") from error
        except Exception:  # noqa: BLE001 - logged; one document must not keep the others waiting
            _log.exception("Capture %s failed", job.capture_id)
            return "The server failed over this document, and nothing of it was stored."
        return None

    def _check(self) -> None:
        if self._gives_up.is_set():
            raise _GivenUpError
