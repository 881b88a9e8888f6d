"""A stay: one object in one container, from its start to its end, both included; and loads."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from epcis_core.provenance.facts import EventFacts, Named


class Stay(NamedTuple):
    """An object inside a container.

    Attributes:
        content: what was inside.
        container: in what.
        start: microseconds since 1970 UTC, included.
        end: the same; None while it lasts.
        opened: the event that put it in, or else proves that it was in.
        closed: the event that ended it, if one did.
        amounts: what was put in, as the events name it.
        disputed: likely, not proven.
        observed: nobody recorded that it was put in.
        reduced: some of it was taken out before the end.
        drawn: when how much of it left by its own name, in base units.
        unclosed: nobody recorded that it was taken out; something else shows that it was.
        outlived: where the container was destroyed at the end, the later event that shows that the
            content was out by then.
        refills: the container's old content was taken out at the same instant.
        refilled: the container's new content was put in at the instant of the end.
    """

    content: str
    container: str
    start: int
    end: int | None
    opened: EventFacts
    closed: EventFacts | None = None
    amounts: tuple[Named, ...] = ()
    disputed: bool = False
    observed: bool = False
    reduced: bool = False
    drawn: tuple[tuple[int, Fraction], ...] = ()
    unclosed: bool = False
    outlived: EventFacts | None = None
    refills: bool = False
    refilled: bool = False

    def holds_at(self, time: int) -> bool:
        """Tell whether the object was inside when things were used at an instant."""
        return self.start <= time and (
            self.end is None or time < self.end or (time == self.end and not self.refilled)
        )

    def overlaps(self, start: int, end: int | None) -> bool:
        """Tell whether the object was inside at some time between two, both included."""
        return (end is None or self.start <= end) and (self.end is None or start <= self.end)


@dataclass(frozen=True, slots=True)
class Load:
    """What a container held from when it was empty until it was empty again.

    Attributes:
        stays: at least one, by start.
    """

    stays: tuple[Stay, ...]

    @property
    def start(self) -> int:
        """When something was put in, microseconds since 1970 UTC."""
        return self.stays[0].start

    @property
    def end(self) -> int | None:
        """When the last of it was out; None while anything is in."""
        ends = [stay.end for stay in self.stays if stay.end is not None]
        return max(ends) if len(ends) == len(self.stays) else None


@dataclass(frozen=True, slots=True)
class End:
    """Something that shows that what was inside before is inside no longer.

    Attributes:
        time: when, microseconds since 1970 UTC.
        facts: the event that shows it.
        kind: what became of what was inside: it was used up together with the container, and was
            inside until then; it was destroyed with it; or it was taken out some time before.
        disputes: it makes that likely only: what was inside stays, disputed.
        spares: contents it says nothing of, since a later event names them.
    """

    time: int
    facts: EventFacts
    kind: Literal["use", "destruction", "emptying"] = "emptying"
    disputes: bool = False
    spares: frozenset[str] = frozenset()
