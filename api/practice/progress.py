"""How far trainees have come: step by step, and the whole class."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.practice.course import Exercise, exercises
from api.practice.made import goods_of_farm
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.practice import done_by
from epcis_core.store.registry.practice import (
    Trainee,
    attendance,
    right_answers,
    trainees_of,
)
from epcis_core.store.view import View


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one trainee has come.

    Attributes:
        trainee: who.
        came: when they first logged in, microseconds since 1970 UTC; None for not yet.
        done: the keys of the steps that are done.
    """

    trainee: Trainee
    came: int | None
    done: frozenset[str]

    def of(self, exercise: Exercise) -> int:
        """Return how many steps of an exercise are done."""
        return sum(step.key in self.done for step in exercise.steps)


def done_in(ledger: Ledger, books: Bookkeeping, view: View) -> Mapping[str, frozenset[str]]:
    """Return who has done each step, by its key: organisations, as far as a view shows."""
    return {
        step.key: right_answers(books, step.key)
        if step.of is None
        else done_by(ledger, books, view, of=step.of, sql=step.sql, goods=goods_of_farm())
        for exercise in exercises()
        for step in exercise.steps
    }


def progress(ledger: Ledger, books: Bookkeeping, view: View) -> list[Progress]:
    """Return how far each trainee of a class has come, as far as a view shows."""
    done, came = done_in(ledger, books, view), attendance(books)
    return [
        Progress(
            one,
            came.get(one.organisation),
            frozenset(key for key, who in done.items() if one.organisation in who),
        )
        for one in trainees_of(books)
        if view.viewer in {None, one.organisation}
    ]
