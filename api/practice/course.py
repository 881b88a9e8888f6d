"""The course: exercises and their steps, as their file says.

References:
    schemas/practice/exercises.toml
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from epcis_core.rules.profiles import Text


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Part):
    """Something to do, and how it is known to be done.

    Attributes:
        key: names it.
        page: where it is done.
        text: what to do.
        of: who is asked; None for a step with an answer.
        sql: the question.
        answer: what the trainee is to tell; None for none.
    """

    key: str
    page: str
    text: Text
    of: Literal["registry", "ledger"] | None = None
    sql: str = ""
    answer: Literal["plot"] | None = None


class Exercise(_Part):
    """Steps that belong together.

    Attributes:
        key: names it.
        minutes: how long it takes a class.
        title: what it is called.
        about: the situation.
        steps: in order.
    """

    key: str
    minutes: int
    title: Text
    about: Text
    steps: tuple[Step, ...]


class _Course(_Part):
    exercises: tuple[Exercise, ...]


@cache
def exercises() -> tuple[Exercise, ...]:
    """Return the exercises in their order."""
    source = files("schemas") / "practice" / "exercises.toml"
    return _Course.model_validate(tomllib.loads(source.read_text(encoding="utf-8"))).exercises
