"""Capture jobs: what is promised is done once, in turns, and told as it stands."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import count_contents
from epcis_core.store.jobs import CaptureJob, unfinished_jobs
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING, View
from ingest import jobs as jobs_module
from ingest.capture import DEFAULT_ORGANISATION
from ingest.job_states import JobError, JobState, JobStates
from ingest.jobs import CaptureJobs
from ingest.limits import IntakeLimits
from ingest.precedence import Precedence
from tests.conftest import TEST_SCALE
from tests.ingest.documents import NOW, captured, document, item, observed

BAD = observed(item("bad"), action="ERASE")
COUNTS = {"accepted": 0, "duplicate": 0, "rejected": 0, "warnings": 0}


class Desk:
    """A ledger with its jobs, and what a sender does at it."""

    def __init__(self, ledger: Ledger, books: Bookkeeping, jobs: CaptureJobs) -> None:
        self.ledger, self.books, self.jobs = ledger, books, jobs
        self.states = JobStates(ledger, books, jobs, EVERYTHING, 10)

    def send(self, data: bytes, *, client: str = "a", proceed: bool = False, **more: object) -> str:
        """Promise a document; `more` are further attributes of the job."""
        capture_id = self.jobs.new_id()
        with self.jobs.spool.create(capture_id) as file:
            file.write(data)
            self.jobs.spool.keep(file)
        job = CaptureJob(
            capture_id,
            client,
            DEFAULT_ORGANISATION,
            time.time_ns() // 1000,
            proceed,
            len(data),
            **more,  # type: ignore[arg-type]
        )
        self.jobs.promise(job)
        return capture_id

    def state(self, capture_id: str) -> JobState:
        found = self.states.find(capture_id)
        assert found is not None
        return found

    def wait(self, capture_id: str, until: Callable[[JobState], bool] | None = None) -> JobState:
        """The state of a job once it is done, or `until` holds."""
        for _ in range(6000):
            state = self.state(capture_id)
            if state.finished is not None or (until is not None and until(state)):
                return state
            time.sleep(0.01)
        raise AssertionError(f"the job is not done: {state}")

    def kept(self) -> list[str]:
        return sorted(file.name for file in self.jobs.spool.path.iterdir())


@contextmanager
def opened(ledger: Ledger, limits: IntakeLimits | None = None) -> Iterator[Desk]:
    def clock() -> int:
        return time.time_ns() // 1000

    with (
        Bookkeeping(ledger.path) as books,
        CaptureJobs(
            ledger,
            books,
            limits=limits or IntakeLimits(),
            clock=clock,
            precedence=Precedence(),
        ) as jobs,
    ):
        yield Desk(ledger, books, jobs)


@pytest.fixture
def desk(ledger: Ledger) -> Iterator[Desk]:
    with opened(ledger) as made:
        yield made


def events_in(ledger: Ledger) -> int:
    return count_contents(ledger, EVERYTHING)["events"]


def test_a_promise_is_kept_and_its_document_is_put_away(desk: Desk) -> None:
    data = document(observed(item("1")), observed(item("2")))
    state = desk.wait(desk.send(data))
    assert state.finished is not None
    assert state.created <= state.finished
    assert (state.success, state.errors) == (True, ())
    assert state.counts == {**COUNTS, "accepted": 2}
    assert (state.bytes_read, state.size) == (len(data), len(data))
    assert unfinished_jobs(desk.books) == []
    desk.jobs.__exit__()
    assert desk.kept() == []
    assert events_in(desk.ledger) == 2


@pytest.mark.parametrize(
    ("proceed", "stored"), [(False, 0), (True, 2)], ids=["rollback", "proceed"]
)
def test_an_error_in_one_event_takes_all_back_or_that_one_alone(
    desk: Desk, *, proceed: bool, stored: int
) -> None:
    data = document(observed(item("1")), BAD, observed(item("2")))
    state = desk.wait(desk.send(data, proceed=proceed))
    assert (state.success, state.proceed) == (False, proceed)
    assert state.counts == {**COUNTS, "accepted": stored, "rejected": 3 - stored}
    assert events_in(desk.ledger) == stored
    (error,) = state.errors
    line = data.decode()
    assert error == JobError(
        "Expected one of ADD, OBSERVE, DELETE, got 'ERASE'.",
        "malformed_value",
        {
            "pointer": "/epcisBody/eventList/1/action",
            "line": 1,
            "column": line.index('"ERASE"') + 1,
        },
        "EPCIS 2.0, section 7.3",
        1,
        None,
    )


def test_an_event_id_that_belongs_to_another_event_is_an_error_of_the_job(desk: Desk) -> None:
    first = observed(item("1"), eventID="urn:x:1")
    desk.wait(desk.send(document(first)))
    state = desk.wait(desk.send(document(observed(item("2"), eventID="urn:x:1"))))
    assert [(error.code, error.event_id) for error in state.errors] == [
        ("event_id_conflict", "urn:x:1")
    ]
    assert events_in(desk.ledger) == 1


def test_the_same_document_again_is_a_job_that_finds_duplicates(desk: Desk) -> None:
    data = document(*(observed(item(str(number))) for number in range(1500)))
    first, second = desk.send(data), desk.send(data)  # while the first is being done
    assert first != second
    assert desk.wait(second).counts == {**COUNTS, "duplicate": 1500}
    assert desk.state(second).success
    assert desk.state(first).counts == {**COUNTS, "accepted": 1500}
    assert events_in(desk.ledger) == 1500


def test_prefixes_bound_beside_a_document_hold_where_it_binds_none(desk: Desk) -> None:
    bound = {"own": "urn:own:", "ex": "urn:no:"}
    data = document(observed(**{"own:grade": "A"}))
    assert desk.wait(desk.send(data, prefixes=bound)).counts == {**COUNTS, "accepted": 1}
    with desk.ledger.reading() as cursor:
        (prefixes,) = cursor.execute("SELECT prefixes FROM envelope").fetchall()[0]
    assert (
        json.loads(prefixes).items() >= {"own": "urn:own:", "ex": "https://ns.example.com/"}.items()
    )


@pytest.mark.parametrize("proceed", [False, True], ids=["rollback", "proceed"])
def test_a_job_tells_how_far_it_is_and_that_an_error_has_come(desk: Desk, *, proceed: bool) -> None:
    events = [BAD, *(observed(item(str(number))) for number in range(3500))]
    with desk.ledger.writing():
        capture_id = desk.send(document(*events), proceed=proceed)
        waiting = desk.state(capture_id)
        assert (waiting.finished, waiting.success, dict(waiting.counts)) == (None, True, COUNTS)
    working = desk.wait(capture_id, lambda state: state.bytes_read > 0)
    assert (working.finished, working.success, working.proceed) == (None, False, proceed)
    assert [error.code for error in working.errors] == ["malformed_value"]
    assert 0 < working.bytes_read <= working.size
    done = working.counts["accepted"] + working.counts["rejected"]
    assert 0 < done < len(events)
    state = desk.wait(capture_id)
    assert state.counts["accepted"] == (3500 if proceed else 0)
    assert events_in(desk.ledger) == state.counts["accepted"]


def test_more_errors_than_are_told_are_counted(desk: Desk) -> None:
    events = [observed(item(str(number)), action="ERASE") for number in range(25)]
    state = desk.wait(desk.send(document(observed(), *events), proceed=True))
    assert (len(state.errors), state.left_out) == (10, 15)
    assert state.counts == {**COUNTS, "accepted": 1, "rejected": 25}


def test_senders_take_turns(desk: Desk) -> None:
    def small(name: str) -> bytes:
        return document(observed(item(name)))

    with desk.ledger.writing():
        many = [desk.send(small(f"many{number}"), client="many") for number in range(30)]
        one = desk.send(small("one"), client="one")
        also = desk.send(small("also"), client="also")
    ended = {name: desk.wait(name).finished or 0 for name in (*many, one, also)}
    order = sorted(ended, key=lambda name: ended[name])
    assert order == [*many[:2], one, also, *many[2:]]


def test_a_job_that_does_not_end_when_the_server_stops_is_done_when_it_starts_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_PATIENCE", 0.0)
    events = max(3000, int(6000 * TEST_SCALE))
    data = document(*(observed(item(str(number))) for number in range(events)))
    with opened(ledger) as desk:
        capture_id = desk.send(data)
        desk.wait(capture_id, lambda state: state.counts["accepted"] > 0)
    assert events_in(ledger) == 0
    monkeypatch.undo()
    with opened(ledger) as desk:
        assert [job.capture_id for job in unfinished_jobs(desk.books)] == [capture_id]
        assert desk.wait(capture_id).counts == {**COUNTS, "accepted": events}
    assert desk.kept() == []
    assert events_in(ledger) == events


def test_a_short_job_comes_to_its_end_when_the_server_stops(ledger: Ledger) -> None:
    with opened(ledger) as desk:
        capture_id = desk.send(document(observed()))
        desk.wait(capture_id, lambda _: desk.jobs.running(capture_id) is not None)
    with opened(ledger) as desk:
        assert unfinished_jobs(desk.books) == []
        assert desk.state(capture_id).success


def test_a_document_that_has_gone_is_said_to_be(desk: Desk) -> None:
    with desk.ledger.writing():
        first = desk.send(document(observed(item("1"))))
        second = desk.send(document(observed(item("2"))))
        desk.jobs.spool.drop(second)
    assert desk.wait(first).success
    state = desk.wait(second)
    assert (state.success, state.counts) == (False, {})
    assert state.errors == (
        JobError("The document is no longer where the server had put it; send it again."),
    )


def test_a_job_whose_capture_the_ledger_has_lost_says_so(ledger: Ledger, tmp_path: Path) -> None:
    with opened(ledger) as desk:
        capture_id = desk.send(document(observed()))
        desk.wait(capture_id)
    other = tmp_path / "other.duckdb"
    shutil.copy(ledger.path.with_name("ledger.duckdb.service"), f"{other}.service")
    with Ledger.open(other) as restored, opened(restored) as desk:
        state = desk.state(capture_id)
    assert not state.success
    assert state.errors == (JobError("The ledger no longer holds what came of this capture."),)


def test_what_lies_in_the_spool_without_a_promise_is_swept_away(ledger: Ledger) -> None:
    folder = ledger.path.with_name("ledger.duckdb.jobs")
    folder.mkdir()
    (folder / "left-over").write_bytes(b"{")
    with opened(ledger) as desk:
        assert desk.kept() == []


def test_the_list_has_jobs_and_other_captures_the_newest_first(desk: Desk) -> None:
    names: list[str] = []
    for number in range(12):
        data = document(observed(item(str(number))))
        if number % 3:
            names.append(desk.send(data))
            desk.wait(names[-1])
        else:
            now = time.time_ns() // 1000
            names.append(captured(desk.ledger, data, now=now).capture_id)
    listed = desk.states.before(None, 100)
    assert [state.capture_id for state in listed] == names[::-1]
    assert all(state.success and state.finished is not None for state in listed)
    assert desk.states.find(names[0]) == listed[-1]
    for size in (1, 2, 5, 12):
        paged: list[JobState] = []
        while page := desk.states.before(paged[-1].key if paged else None, size):
            assert len(page) <= size
            paged += page
        assert paged == listed


def test_a_capture_that_was_no_job_tells_by_its_outcome_how_it_took_errors(desk: Desk) -> None:
    data = document(observed(), BAD)
    taken = captured(desk.ledger, data, now=NOW, proceed=True)
    refused = captured(desk.ledger, document(BAD), now=NOW)
    assert [desk.state(one.capture_id).proceed for one in (taken, refused)] == [True, False]
    assert [desk.state(one.capture_id).success for one in (taken, refused)] == [False, False]
    assert desk.states.find("none") is None


def test_a_viewer_is_told_of_its_own_captures_alone(desk: Desk) -> None:
    own = captured(desk.ledger, document(observed(item("1"))), now=NOW, organisation="own")
    captured(desk.ledger, document(observed(item("2"))), now=NOW, organisation="other")
    job = desk.send(document(observed(item("3"))))
    desk.wait(job)
    seen = {
        name: [state.capture_id for state in states.before(None, 10)]
        for name in ("own", DEFAULT_ORGANISATION)
        for states in [JobStates(desk.ledger, desk.books, desk.jobs, View(viewer=name), 10)]
    }
    assert seen == {"own": [own.capture_id], DEFAULT_ORGANISATION: [job]}
    others = JobStates(desk.ledger, desk.books, desk.jobs, View(viewer="own"), 10)
    assert others.find(job) is None


def test_too_many_events_are_an_error_of_the_job(ledger: Ledger) -> None:
    limits = IntakeLimits()
    few = type(limits.document)(events=2)
    with opened(ledger, IntakeLimits(document=few)) as desk:
        data = document(*(observed(item(str(number))) for number in range(3)))
        state = desk.wait(desk.send(data, proceed=True))
    assert [error.code for error in state.errors] == ["too_many_events"]
    assert events_in(ledger) == 0
