"""What is told of capture jobs, and of captures that came another way: one list, one form.

A job that is not done is known from the bookkeeping, and from the thread that does it; what came of
it stands in the ledger's book of captures, as it does for a file that a command or a page brought.

References:
    EPCIS 2.0, section 12.6 (capture jobs)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any, Final

from epcis_core.findings import Finding, Severity
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.captures import (
    CaptureOutcome,
    capture_outcomes,
    captures_before,
    find_capture,
)
from epcis_core.store.jobs import CaptureJob, find_job, jobs_before, which_are_jobs
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import View
from ingest.jobs import CaptureJobs, Running
from ingest.report import CaptureReport

_LOST: Final = "The ledger no longer holds what came of this capture."
_AT_ONCE: Final = 500  # captures looked through at a time


@dataclass(frozen=True, slots=True)
class JobError:
    """One thing for which a capture is no success.

    Attributes:
        message: a sentence.
        code: of the finding; None where the server failed.
        where: its place in the document.
        reference: the clause it rests on.
        index: position of its event, from 0; None for the document as a whole.
        event_id: of its event, where it has one.
    """

    message: str
    code: str | None = None
    where: Mapping[str, str | int] = field(default_factory=dict)
    reference: str | None = None
    index: int | None = None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class JobState:
    """How a capture stands.

    Attributes:
        capture_id: names it.
        created: when it was promised, microseconds since 1970 UTC.
        finished: when it was done; None while it is not.
        success: there has been no error.
        proceed: events without errors are stored even where others have some.
        size: bytes of the document.
        bytes_read: how far it has been read.
        counts: of events `accepted`, `duplicate` and `rejected`, and of `warnings`; complete.
        errors: the first ones.
        left_out: how many more the report has.
    """

    capture_id: str
    created: int
    finished: int | None
    success: bool
    proceed: bool
    size: int
    bytes_read: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[JobError, ...] = ()
    left_out: int = 0

    @property
    def key(self) -> tuple[int, str]:
        """Its place in the list of all."""
        return self.created, self.capture_id


@dataclass(frozen=True, slots=True)
class JobStates:
    """Tells how captures stand.

    Args:
        ledger: whose book of captures it is.
        books: where jobs are promised.
        jobs: which of them is being done.
        view: through which eyes.
        most_errors: how many errors are told of each.
    """

    ledger: Ledger
    books: Bookkeeping
    jobs: CaptureJobs
    view: View
    most_errors: int

    def find(self, capture_id: str) -> JobState | None:
        """Return how a capture stands; None where there is none of this id."""
        job = find_job(self.books, capture_id)
        if job is not None and job.finished is None and self.jobs.running(capture_id) is None:
            job = find_job(self.books, capture_id)  # it may have come to its end in between
        if job is not None and self.view.viewer in {None, job.organisation}:
            return self._of_jobs([job])[0]
        outcome = capture_outcomes(self.ledger, self.view, [capture_id]).get(capture_id)
        return self._of_outcome(outcome, None) if outcome is not None else None

    def before(self, before: tuple[int, str] | None, most: int) -> list[JobState]:
        """Return how captures stand, the newest first.

        Args:
            before: only those older than the one of this key; None for all.
            most: how many.
        """
        jobs = self._of_jobs(jobs_before(self.books, before, most, self.view.viewer))
        since = jobs[-1].created if len(jobs) == most else None
        others = (self._of_outcome(one, None) for one in self._others(before, since))
        merged = merge(jobs, others, key=lambda state: state.key, reverse=True)
        return list(islice(merged, most))

    def _others(
        self, before: tuple[int, str] | None, since: int | None
    ) -> Iterator[CaptureOutcome]:
        """Yield captures that were no jobs, the newest first."""
        while True:
            found = captures_before(self.ledger, self.view, before, since=since, most=_AT_ONCE)
            jobs = which_are_jobs(self.books, (one.capture_id for one in found))
            yield from (one for one in found if one.capture_id not in jobs)
            if len(found) < _AT_ONCE:
                return
            before = (found[-1].record_time, found[-1].capture_id)

    def _of_jobs(self, jobs: list[CaptureJob]) -> list[JobState]:
        done = [job.capture_id for job in jobs if job.finished is not None]
        outcomes = capture_outcomes(self.ledger, self.view, done) if done else {}
        return [self._of_job(job, outcomes.get(job.capture_id)) for job in jobs]

    def _of_job(self, job: CaptureJob, outcome: CaptureOutcome | None) -> JobState:
        if job.finished is None:
            return self._of_running(job, self.jobs.running(job.capture_id))
        if outcome is not None:
            return self._of_outcome(outcome, job)
        return JobState(
            job.capture_id,
            job.created,
            job.finished,
            success=False,
            proceed=job.proceed,
            size=job.size,
            errors=(JobError(job.failure or _LOST),),
        )

    def _of_outcome(self, outcome: CaptureOutcome, job: CaptureJob | None) -> JobState:
        """Return the state of a capture that is done.

        How a capture that was no job was to take errors is not kept; what came of it tells.
        """
        report = None
        if outcome.status != "accepted":  # only then are there errors, and reports may be large
            report = find_capture(self.ledger, self.view, outcome.capture_id)
        errors, left_out = self._first(_in_report(report) if report is not None else iter(()))
        return JobState(
            outcome.capture_id,
            job.created if job else outcome.record_time,
            (job.finished if job else None) or outcome.record_time,
            success=outcome.status == "accepted",
            proceed=job.proceed if job else outcome.status == "partial",
            size=outcome.size,
            bytes_read=outcome.size,
            counts=outcome.counts,
            errors=errors,
            left_out=left_out,
        )

    def _of_running(self, job: CaptureJob, running: Running | None) -> JobState:
        report = running.report if running is not None else CaptureReport("", job.capture_id)
        errors, left_out = self._first(_so_far(report))
        return JobState(
            job.capture_id,
            job.created,
            None,
            success=not errors and not report.counts["rejected"],
            proceed=job.proceed,
            size=job.size,
            bytes_read=running.bytes_read if running is not None else 0,
            counts=dict(report.counts),
            errors=errors,
            left_out=left_out,
        )

    def _first(self, errors: Iterator[JobError]) -> tuple[tuple[JobError, ...], int]:
        """Return the first errors, and how many more there are."""
        return tuple(islice(errors, self.most_errors)), sum(1 for _ in errors)


def _in_report(report: Mapping[str, Any]) -> Iterator[JobError]:
    """Yield the errors of a report as it was told."""
    for event in ({}, *report["events"]):
        index, event_id = event.get("index"), event.get("event_id")
        for found in event.get("findings", ()) if event else report["findings"]:
            if found["severity"] == Severity.ERROR:
                yield JobError(
                    found["message"],
                    found["code"],
                    found["where"],
                    found["reference"],
                    index,
                    event_id,
                )


def _so_far(report: CaptureReport) -> Iterator[JobError]:
    """Yield the errors of a report that another thread is writing."""
    yield from _errors([*report.findings], None, None)
    for event in [*report.events]:
        yield from _errors(event.findings, event.index, event.event_id)


def _errors(
    findings: Iterable[Finding], index: int | None, event_id: str | None
) -> Iterator[JobError]:
    for found in findings:
        if found.severity is Severity.ERROR:
            where = found.where.as_json()
            yield JobError(found.message, found.code, where, found.reference, index, event_id)
