"""Who tells what: each business writes events in its own way, or does not.

A report is one event as its business would write it. Between the act and the report lie the
business's habits: how it spells identifiers, which zone its clock has, which lists it fills in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.world.acts import Act, Party, Site, Transform
from tests.world.keys import Key, Spelling


@dataclass(frozen=True, slots=True)
class Habits:
    """How a business writes.

    Attributes:
        spelling: of identifiers.
        domain: where its own Digital Links point.
        offset: of its clock's zone, minutes east of UTC.
        unit: of weights, `KGM` or `GRM`.
        named: whether its events carry an eventID.
        cites: whether its handovers name a business transaction.
        lists: which types of source and destination its handovers name.
        lists_content: whether an unpacking that empties a container names what came out.
    """

    spelling: Spelling = Spelling.DIGITAL_LINK
    domain: str = "https://tem.example.vn"
    offset: int = 420
    unit: str = "KGM"
    named: bool = True
    cites: bool = True
    lists: tuple[str, ...] = ("owning_party",)
    lists_content: bool = True


@dataclass(frozen=True, slots=True)
class Teller:
    """A business that reports, its places with it."""

    party: Party
    sites: tuple[Site, ...]
    habits: Habits

    def spelled(self, key: Key) -> str:
        """Write a key as this business does."""
        return key.spelled(self.habits.spelling, self.habits.domain)


@dataclass(frozen=True, slots=True)
class Report:
    """One event as told.

    Attributes:
        name: what the story and the differences call it, such as `e7`.
        teller: who tells it.
        act: what it tells of.
        box: where the report says only that this container was emptied by the act.
        wrong: nothing of the kind happened; the same report is sent again, declared in error.
        declared: it is that second report.
    """

    name: str
    teller: Teller
    act: Act
    box: Key | None = None
    wrong: bool = False
    declared: bool = False


@dataclass(slots=True)
class Telling:
    """All that was told of a world.

    Attributes:
        reports: in the order of happening.
        documents: the same in the order of upload, one list per document of one business.
    """

    reports: list[Report] = field(default_factory=list)
    documents: list[list[Report]] = field(default_factory=list)

    def of(self, act: int) -> Report | None:
        """Return the event that tells of an act as a whole, if any does."""
        found = (r for r in self.reports if r.act.number == act and not (r.box or r.wrong))
        return next(found, None)


def reports_of(act: Act, teller: Teller) -> Iterator[Report]:
    """Yield what a business that tells everything tells of an act."""
    name = f"e{act.number}"
    yield Report(name, teller, act)
    if isinstance(act, Transform):
        for place, box in enumerate(act.boxes, start=1):
            yield Report(f"{name}.{place}", teller, act, box)
