"""Whether what the records of a lot say can be true: presence alone is not enough."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Final

from epcis_core.dossier.data import Datum, keys_of_party, keys_of_place
from epcis_core.dossier.lot_chain import Happening, LotChain
from epcis_core.dossier.material import Material
from epcis_core.findings import Finding, finding
from epcis_core.model.times import microseconds
from epcis_core.rules.plausible_values import doubts_of_value, made_on
from epcis_core.rules.seen_event import PRODUCT, full_name

_KNOWN_BY: Final = ("cbvmda:name", "cbvmda:streetAddressOne", "cbvmda:city", "cbvmda:latitude")

Judge = Callable[[Datum, Happening], Iterator[Finding]]


class Plausibility:
    """What is doubtful of one lot's data.

    Args:
        material: what is known of the lot.
        chain: its records.
        now: microseconds since 1970 UTC, after which nothing can have happened.
    """

    def __init__(self, material: Material, chain: LotChain, now: int) -> None:
        self._material, self._chain, self._now = material, chain, now
        self._judges: dict[str, Judge] = {
            "time": self._time,
            "place": self._place,
            "place_code": self._place,
            "gtin": self._gtin,
            "certificate": self._certificate,
        }

    def of(self, datum: Datum, happening: Happening) -> Iterator[Finding]:
        """Yield why a datum of an event can hardly be true."""
        if datum.event is not None:
            yield from doubts_of_value(datum.way, datum.value, happening.recorded.seen)
        judge = self._judges.get(datum.way)
        if judge is not None:
            yield from judge(datum, happening)

    def holds(self, datum: Datum, happening: Happening) -> bool:
        """Tell whether a certificate held when the goods were made; what is none holds."""
        if datum.way != "certificate":
            return True
        held = self._material.certificates.get(datum.element or "", ())
        day = made_on(happening.recorded.seen)
        return any(one.said.version == datum.version and one.holds_on(day) for one in held)

    def _time(self, datum: Datum, happening: Happening) -> Iterator[Finding]:
        if microseconds(datum.value) > self._now:
            yield finding("implausible_time", time=datum.value)
        if happening.event in self._reversed:
            yield finding("implausible_order", time=datum.value)

    def _place(self, datum: Datum, happening: Happening) -> Iterator[Finding]:
        if happening.place is not None and not self._is_known(happening.place):
            yield finding("implausible_place", place=datum.value)

    def _gtin(self, datum: Datum, _: Happening) -> Iterator[Finding]:
        owner = self._material.owners.get(PRODUCT + datum.value)
        if owner is not None and owner.parties.isdisjoint(self._parties):
            yield finding("implausible_gtin", gtin=datum.value, owner=owner.name)

    def _certificate(self, datum: Datum, happening: Happening) -> Iterator[Finding]:
        if not self.holds(datum, happening):
            day = made_on(happening.recorded.seen).isoformat()
            yield finding("implausible_certificate", certificate=datum.value, day=day)

    def _is_known(self, place: str) -> bool:
        """Tell whether anything is said of a place, or of whose number it has."""
        number = keys_of_place(place)[-1].rpartition("/")[2]
        party = keys_of_party(f"https://id.gs1.org/417/{number}")
        said: Mapping[str, object]
        for key in (*keys_of_place(place), *party):
            said = self._material.master_data.get(key, {})
            if any(full_name(name) in said for name in _KNOWN_BY):
                return True
            if self._material.registry.get(key):
                return True
        return False

    @cached_property
    def _reversed(self) -> frozenset[str]:
        """The events that are too early: receipts before shipments, outputs before inputs."""
        trace = self._material.trace
        receipts = {
            one.received
            for one in trace.handovers
            if one.received
            and one.shipped_at
            and one.received_at
            and one.received_at < one.shipped_at
        }
        made = {
            link.event
            for link in trace.links
            if link.kind == "transformation"
            and link.event
            and link.input_time
            and link.time
            and link.time < link.input_time
        }
        return frozenset(receipts | made)

    @cached_property
    def _parties(self) -> frozenset[str | None]:
        """Everybody who did anything with the goods, or sent a record of it."""
        happenings = self._chain.happenings
        ends = {e for one in self._material.trace.handovers for e in (one.from_party, one.to_party)}
        return frozenset(
            {one.party for one in happenings}
            | {one.recorded.recorded_by for one in happenings}
            | ends
        )
