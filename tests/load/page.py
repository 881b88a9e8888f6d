"""The page of the documentation that tells what a load has shown."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Final

import duckdb

from tests.load import clients
from tests.load.outcome import Outcome

_POINT: Final = (clients.BY_ID, clients.BY_EPC)
_ROWS: Final = (
    *_POINT,
    clients.BY_STEP,
    clients.COLLECTION,
    clients.TRACE,
    clients.JOB,
    clients.TAKEN,
    clients.EVENT,
    clients.CAPTURED,
)
_HEAD: Final = """\
# Many at once

What the server does when {clients} clients capture and ask at the same time. `make load` serves a
new ledger as a process of its own, lets the clients work on loopback for five minutes, stops the
server, and opens the ledger: twice, at two paces. Then it writes this page.

Of five clients one captures documents of 10 to 1,000 events, small ones as likely as large and one
in four in XML, and follows each job to its end; one captures single events; three ask: for events
by `EQ_eventID` or `MATCH_anyEPC` (seven times in ten; these are the point queries), a page by
`EQ_bizStep`, a collection, or the trace of a lot. Each waits for its answer, and then rests for
some time before the next thing.

## What must be so

- Every answer is one: no error, no refusal, and nothing in the server's log.
- An event that was acknowledged (by 201, or by a job that ended well) is found from then on.
- In the end the ledger holds each acknowledged event exactly once, by number and by id, and no
  other.

A short load with ten clients asks the same with each run of the tests (`tests/load/`).

## What was measured

{day}, {machine}. {neighbours}
"""
_MEASURED: Final = """\
### With rests of {pause:g} s on average

| | |
|---|---|
| wrong | {wrong} |
| clients | {clients}, for {seconds:.0f} s |
| events captured | {events:,}, in {documents:,} documents and {singles:,} single events |
| events captured each second | {rate:.0f} |
| captures each second | {captures:.1f} |
| questions answered each second | {questions:.1f} |
| point queries while capturing | p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms |
| processor time of the server | {processor:.0f} s, which is {share:.0%} of one core |
| memory of the server | {memory} MiB at the end, {most} MiB at most |

| what | times | p50 | p95 | p99 |
|---|---|---|---|---|
{rows}
"""
_TAIL: Final = """\
## Where the time goes

One process serves, and Python runs one of its threads at a time. Checking and hashing a document is
work in Python, so an answer waits for its turns with the thread that captures, and for other
answers. With the shorter rests the server is as busy as it can be, and all wait for all. What keeps
waiting short:

- Between two events of a document its thread gives way to those who are being answered, for up to
  six milliseconds.
- A thread keeps Python for a tenth of a millisecond when another wants it, not for five.
- Single events that wait for the writer are stored in one transaction; whoever waits longest writes
  next, so that a single event waits for one document at most.
- An event is found by its id in the index of identities, by what it names in the fact index, and
  then fetched by its place. A list of sequences alone makes DuckDB read all that lies between them.
- Python looks through all that it holds for garbage once a minute, not every few seconds: all
  threads stand still meanwhile.
- One thread interrupts questions that take too long; none is started for each.

Of the work for a single event, some 50 ms, hardly 2 are for checking and hashing it: the others go
into rows of ten tables, the commit and the fact index; a document of 1,000 events pays them once.
"""


def page(outcomes: Sequence[Outcome]) -> str:
    """Return the page about loads, of which there is one at least."""
    first = outcomes[0]
    head = _HEAD.format(
        clients=first.clients,
        day=datetime.fromtimestamp(first.began, UTC).date().isoformat(),
        machine=_machine(),
        neighbours=_neighbours(first.busy),
    )
    return "\n".join([head, *map(_measured, outcomes), _TAIL])


def _measured(outcome: Outcome) -> str:
    tally, took = outcome.tally, outcome.tally.seconds
    singles, documents = (len(took.get(kind, ())) for kind in (clients.EVENT, clients.CAPTURED))
    asked = sum(len(took.get(kind, ())) for kind in _ROWS[: _ROWS.index(clients.JOB)])
    p50, p95, p99 = _milliseconds(one for kind in _POINT for one in took.get(kind, ()))
    return _MEASURED.format(
        clients=outcome.clients,
        pause=outcome.pause,
        wrong=len(outcome.wrong),
        seconds=outcome.seconds,
        events=len(tally.acknowledged),
        documents=documents,
        singles=singles,
        rate=len(tally.acknowledged) / outcome.seconds,
        captures=(documents + singles) / outcome.seconds,
        questions=asked / outcome.seconds,
        p50=p50,
        p95=p95,
        p99=p99,
        processor=outcome.processor,
        share=outcome.processor / outcome.seconds,
        memory=outcome.memory[0],
        most=outcome.memory[1],
        rows="\n".join(_row(kind, took[kind]) for kind in _ROWS if kind in took),
    )


def _row(what: str, seconds: list[float]) -> str:
    times = " | ".join(f"{one:,.0f} ms" for one in _milliseconds(seconds))
    return f"| {what} | {len(seconds):,} | {times} |"


def _milliseconds(seconds: Iterable[float]) -> tuple[float, float, float]:
    """Return the 50th, 95th and 99th percentile, in milliseconds."""
    given = [*seconds]
    if len(given) < 2:
        given = (given or [0.0]) * 2
    cuts = quantiles(given, n=100, method="inclusive")
    return 1000 * cuts[49], 1000 * cuts[94], 1000 * cuts[98]


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cores = f"{os.cpu_count()} cores of {names[0] if names else platform.machine()}"
    return f"{cores}, Python {platform.python_version()}, DuckDB {duckdb.__version__}"


def _neighbours(busy: float) -> str:
    return (
        "The clients ran on the same cores; in the minute before, "
        f"{busy:.1f} other processes wanted to run on them."
    )
