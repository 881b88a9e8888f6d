"""What a lot is judged by: its trace, its events, master data, and what the registry knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from epcis_core.provenance.result import Trace
from epcis_core.rules.profiles import Entry
from epcis_core.rules.seen_event import SeenEvent


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of the lot's records.

    Attributes:
        seen: what it says.
        recorded_by: the party that sent it; None where that is no party or is not shown.
    """

    seen: SeenEvent
    recorded_by: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What master data or the registry say under one name.

    Attributes:
        value: as text.
        version: of what says so: it changes when anything that stands there does.
        record: of the registry, such as `product 08936099141015`; empty for master data.
    """

    value: str
    version: str
    record: str = ""


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate in the registry.

    Attributes:
        issued: the first day on which it holds, of no zone.
        expires: the last day, likewise; None for no end.
        withdrawn: it was taken back.
    """

    said: Said
    issued: date
    expires: date | None = None
    withdrawn: bool = False

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        ends = self.expires
        return not self.withdrawn and self.issued <= day and (ends is None or day <= ends)


@dataclass(frozen=True, slots=True)
class Owner:
    """The organisation to which a GTIN belongs.

    Attributes:
        name: what it is called.
        parties: those in the trace that are the same organisation.
    """

    name: str
    parties: frozenset[str]


@dataclass(frozen=True, slots=True)
class Material:
    """All that is known of one lot, as far as whoever asks may see it.

    Attributes:
        trace: both ways; it knows its subject.
        events: those of the trace by event id, without error declarations.
        master_data: key of a product, party or place to attribute, by its full name, to what holds.
        registry: the same keys to entries of the registry.
        certificates: key of a product or party to its certificates.
        sectors: key of a product to its kind of goods.
        owners: key of a product to whose its GTIN is, where that is known.
    """

    trace: Trace
    events: Mapping[str, Recorded]
    master_data: Mapping[str, Mapping[str, Said]] = field(default_factory=dict)
    registry: Mapping[str, Mapping[Entry, Said]] = field(default_factory=dict)
    certificates: Mapping[str, tuple[Certified, ...]] = field(default_factory=dict)
    sectors: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, Owner] = field(default_factory=dict)
