"""Which anomalies are asked for: by kind, business, goods, area, days, and whether explained."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import Depends, Query

from api.balances.asked import Asked, asked_period
from epcis_core.errors import QueryError
from epcis_core.model.times import microseconds
from epcis_core.provenance.anomalies.anomaly import KINDS, Anomaly
from epcis_core.provenance.kinds import key_of
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.places import place_of
from epcis_core.store.registry.products import product_of

State = Literal["open", "explained", "all"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; empty texts are all.

    Attributes:
        sector: of the goods, as their maker's list of products has it.
        area: the growing area of a place, as its owner's list of places has it.
        days: of the last event.
    """

    kind: str
    party: str
    sector: str
    area: str
    state: State
    days: Asked

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that ask for it."""
        given = {
            "kind": self.kind,
            "party": self.party,
            "sector": self.sector,
            "area": self.area,
            "state": "" if self.state == "open" else self.state,
        }
        return {name: value for name, value in given.items() if value} | self.days.query

    def holds(self, one: Anomaly, registered: "Registered", *, is_explained: bool) -> bool:
        """Tell whether an anomaly is asked for."""
        return (
            (self.state == "all" or (self.state == "explained") == is_explained)
            and self.kind in {"", one.kind}
            and (not self.party or self.party in one.parties)
            and (not self.sector or self.sector in registered.sectors(one))
            and (not self.area or self.area in registered.areas(one))
            and self.days.period.holds(microseconds(one.time))
        )


def _wanted(
    *,
    kind: Annotated[str, Query(max_length=50)] = "",
    party: Annotated[str, Query(max_length=500)] = "",
    sector: Annotated[str, Query(max_length=100)] = "",
    area: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=20)] = "open",
    since: Annotated[str, Query(max_length=20)] = "",
    until: Annotated[str, Query(max_length=20)] = "",
) -> Wanted:
    if kind and kind not in KINDS:
        raise QueryError(
            f"Expected kind, one of {', '.join(KINDS)}, got {kind!r}", parameter="kind"
        )
    chosen = next((one for one in STATES if one == (state or "open")), None)
    if chosen is None:
        told = f"Expected state, one of {', '.join(STATES)}, got {state!r}"
        raise QueryError(told, parameter="state")
    return Wanted(kind, party, sector, area, chosen, asked_period(since, until))


AskedAnomalies = Annotated[Wanted, Depends(_wanted)]
"""What an address asks for."""


class Registered:
    """What lists of products and places say of what anomalies are about, each asked once.

    Args:
        books: where the lists are.
    """

    def __init__(self, books: Bookkeeping) -> None:
        self._books = books
        self._sectors: dict[str, str] = {}
        self._areas: dict[str, str] = {}

    def sectors(self, one: Anomaly) -> set[str]:
        """Return the kinds of goods that an anomaly is about."""
        gtins = {key.gtin for thing in one.objects if (key := key_of(thing)) and key.gtin}
        return {sector for gtin in gtins if (sector := self._sector(gtin))}

    def areas(self, one: Anomaly) -> set[str]:
        """Return the growing areas where it was."""
        glns = {place.partition("/414/")[2].partition("/")[0] for place in one.places} - {""}
        return {area for gln in glns if (area := self._area(gln))}

    def choices(self, found: Iterable[Anomaly]) -> tuple[list[str], list[str]]:
        """Return the kinds of goods and the areas that some anomalies are about, sorted."""
        each = list(found)
        sectors = {sector for one in each for sector in self.sectors(one)}
        return sorted(sectors), sorted({area for one in each for area in self.areas(one)})

    def _sector(self, gtin: str) -> str:
        if gtin not in self._sectors:
            product = product_of(self._books, gtin)
            self._sectors[gtin] = "" if product is None else product.sector
        return self._sectors[gtin]

    def _area(self, gln: str) -> str:
        if gln not in self._areas:
            place = place_of(self._books, gln)
            self._areas[gln] = "" if place is None else place.growing_area
        return self._areas[gln]


def counts(found: Iterable[Anomaly]) -> Mapping[str, int]:
    """Return kind to number, in the order of the kinds."""
    each = [one.kind for one in found]
    return {kind: each.count(kind) for kind in KINDS if kind in each}
