"""Who tells what: each business writes events in its own way, or does not.

A report is one event as its business would write it. Between the act and the report lie the
business's habits: how it spells identifiers, which zone its clock has, which lists it fills in; and
its faults: what it does not report at all, and how wrong its clock is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from tests.world.acts import Act, Party, Receive, Ship, Site, Transform, Unpack
from tests.world.keys import Key, Spelling


class Syntax(Enum):
    """The form of a document."""

    JSON_LD = auto()
    XML_2_0 = auto()
    XML_1_2 = auto()


class Silence(Enum):
    """Which side of the deliveries from one business to another reports nothing of them."""

    SENDER = auto()
    RECEIVER = auto()


@dataclass(frozen=True, slots=True)
class Habits:
    """How a business writes.

    Attributes:
        syntax: of documents.
        spelling: of identifiers.
        domain: where its own Digital Links point.
        offset: of its clock's zone, minutes east of UTC.
        unit: of weights, `KGM` or `GRM`.
        named: whether its events carry an eventID.
        cites: whether its handovers name a business transaction.
        lists: which types of source and destination its handovers name.
        lists_content: whether an unpacking that empties a container names what came out.
        names_lots: whether it names the lot where it names an item, if its spelling allows.
        unpacks: whether it reports what it takes out of containers.
        clock: how many seconds its clock is fast where it receives goods.
    """

    syntax: Syntax = Syntax.JSON_LD
    spelling: Spelling = Spelling.DIGITAL_LINK
    domain: str = "https://tem.example.vn"
    offset: int = 420
    unit: str = "KGM"
    named: bool = True
    cites: bool = True
    lists: tuple[str, ...] = ("owning_party",)
    lists_content: bool = True
    names_lots: bool = False
    unpacks: bool = True
    clock: int = 0

    @property
    def has_urns(self) -> bool:
        """Whether identifiers are written as URNs."""
        return self.spelling is Spelling.EPC_URN

    @property
    def spells_lots(self) -> bool:
        """Whether an item's identifier says what lot it is of."""
        return self.names_lots and not self.has_urns


@dataclass(frozen=True, slots=True)
class Teller:
    """A business that reports, its places with it."""

    party: Party
    sites: tuple[Site, ...]
    habits: Habits

    def spelled(self, key: Key) -> str:
        """Write a key as this business does."""
        habits = self.habits
        return key.spelled(habits.spelling, habits.domain, with_lot=habits.names_lots)


@dataclass(frozen=True, slots=True)
class Report:
    """One event as told.

    Attributes:
        name: what the story and the differences call it, such as `e7`.
        teller: who tells it.
        act: what it tells of.
        at: when that is said to have happened; None for when it did.
        box: where the report says only that this container was emptied by the act.
        step: the business step by which it says again what another report says; else None.
        wrong: nothing of the kind happened; the same report is sent again, declared in error.
        declared: it is that second report.
    """

    name: str
    teller: Teller
    act: Act
    at: int | None = None
    box: Key | None = None
    step: str | None = None
    wrong: bool = False
    declared: bool = False

    @property
    def time(self) -> int:
        """When it says the act happened."""
        return self.act.at if self.at is None else self.at

    @property
    def is_main(self) -> bool:
        """Tell whether it tells the act as a whole, as it was, and for the first time."""
        return not (self.box or self.step or self.wrong)


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
        found = (r for r in self.reports if r.act.number == act and r.is_main)
        return next(found, None)


Silences = Mapping[tuple[Party, Party], Silence]
"""By sender and receiver; pairs that are not in it report both sides."""


def is_told(act: Act, teller: Teller, silences: Silences) -> bool:
    """Tell whether a business reports an act at one of its places."""
    match act:
        case Ship():
            return silences.get((act.site.party, act.to.party)) is not Silence.SENDER
        case Receive():
            ends = act.shipment.site.party, act.site.party
            return silences.get(ends) is not Silence.RECEIVER
        case Unpack():
            return teller.habits.unpacks
    return True


def reports_of(act: Act, teller: Teller) -> Iterator[Report]:
    """Yield what a business tells of an act that it reports."""
    name = f"e{act.number}"
    yield Report(name, teller, act)
    if isinstance(act, Transform) and teller.habits.unpacks:
        for place, box in enumerate(act.boxes, start=1):
            yield Report(f"{name}.{place}", teller, act, box=box)


def by_wrong_clock(report: Report, acts: Iterable[Act]) -> int | None:
    """Return when a receipt happened by the clock of its business; None for when it did.

    A clock is trusted to be wrong only where that changes the order of nothing but the receipt and
    its own shipment: with hours of quiet before and after.
    """
    receipt, clock = report.act, report.teller.habits.clock
    if not isinstance(receipt, Receive) or not clock:
        return None
    near = (act for act in acts if abs(act.at - receipt.at) <= 3 * abs(clock))
    if any(act not in {receipt, receipt.shipment} for act in near):
        return None
    return receipt.at + clock
