"""A class in practice mode: which ledger is one, who came, and what trainees answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.journal import What

_CHOICE: Final = "practice"


@dataclass(frozen=True, slots=True)
class Trainee:
    """Somebody who learns, with an organisation of their own.

    Attributes:
        organisation: its id.
        name: what it is called.
        email: of the log-in.
        lot: canonical, of the goods that the practice farm sent.
        plot: the number of the plot where these were harvested.
    """

    organisation: str
    name: str
    email: str
    lot: str
    plot: int


def begin_class(books: Bookkeeping, trainees: list[Trainee]) -> None:
    """Make a ledger that of a class, for ever."""
    said = [[one.organisation, one.name, one.email, one.lot, one.plot] for one in trainees]
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO choice (name, value) VALUES (?, ?)",
            (_CHOICE, json.dumps(said, ensure_ascii=False)),
        )


def trainees_of(books: Bookkeeping) -> tuple[Trainee, ...]:
    """Return who learns in a class; nobody where the ledger is that of none."""
    with books.reading() as connection:
        row = connection.execute("SELECT value FROM choice WHERE name = ?", (_CHOICE,)).fetchone()
    return () if row is None else tuple(Trainee(*one) for one in json.loads(row[0]))


def attendance(books: Bookkeeping) -> Mapping[str, int]:
    """Return when somebody of each organisation first logged in, microseconds since 1970 UTC."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT a.organisation, min(j.time) FROM journal j "
            "JOIN account a ON a.email = j.who COLLATE NOCASE "
            "WHERE j.what = ? AND a.organisation IS NOT NULL GROUP BY a.organisation",
            (What.LOGGED_IN,),
        ).fetchall()
    return {row[0]: row[1] for row in rows}


def answer(books: Bookkeeping, organisation: str, step: str, *, is_right: bool, now: int) -> None:
    """Keep whether a trainee's answer was right; one that was right stays so.

    Args:
        books: where.
        organisation: whose.
        step: the key of what was asked.
        is_right: whether it was.
        now: microseconds since 1970 UTC.
    """
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO practice_answer (organisation, step, is_right, answered) "
            "VALUES (?, ?, ?, ?) ON CONFLICT (organisation, step) DO UPDATE SET "
            "is_right = max(is_right, excluded.is_right), answered = excluded.answered",
            (organisation, step, is_right, now),
        )


def right_answers(books: Bookkeeping, step: str) -> frozenset[str]:
    """Return the organisations that have answered something rightly."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT organisation FROM practice_answer WHERE step = ? AND is_right", (step,)
        ).fetchall()
    return frozenset(row[0] for row in rows)
