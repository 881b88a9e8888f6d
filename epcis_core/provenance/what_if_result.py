"""The answer to what else could be affected: apart from a recall, and no evidence.

All identifiers are canonical; all times are UTC text with `Z`.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from epcis_core.provenance.result import ObjectKind

How = Literal["made_of", "same_container", "container_after", "same_place"]
"""How something could have got on: what was affected went into it; both were in one container, at
once or the other afterwards; or both were at one place."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Supposed(_Part):
    """An object that would be affected.

    Attributes:
        generation: least number of steps from the suspects.
        since: UTC, the earliest time; None where it is as old as the records.
        how: how it got on, on a way of the fewest steps.
        of: from which object.
        by: the container or place that both shared; None where one was made of the other.
        party: who had it last, as far as is known.
    """

    object: str
    kind: ObjectKind
    name: str | None = None
    generation: int
    since: str | None = None
    how: How
    of: str
    by: str | None = None
    party: str | None = None


class Stopped(_Part):
    """An object that passes nothing on any more since an event."""

    object: str
    event: str
    time: str


class WhatIf(_Part):
    """What would be affected if some assumptions held; the recall itself is another answer.

    Attributes:
        subjects: the suspects that the ledger knows.
        unknown: those it does not.
        supposed: what would be affected, and is not in the recall, by generation.
        spared: what is in the recall, and would not be affected, since a kill step stands between.
        stopped: where the kill step did so.
        truncated: there was more than `max_objects`.
    """

    subjects: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    supposed: tuple[Supposed, ...] = ()
    spared: tuple[str, ...] = ()
    stopped: tuple[Stopped, ...] = ()
    truncated: bool = False
