"""The sortable spreadsheet of the United States: a row per tracking event and lot, as recorded.

References:
    21 CFR 1.1325 to 1.1350, 1.1455(c)(3)(ii)
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from api.web import times
from api.web.contacts import address_of
from api.web.naming import Namer
from api.workbooks.book import Cell, Table, amount, day
from api.workbooks.chronicle import Chronicle, code_of, gtin_of, number_of
from epcis_core.model.references import Role
from epcis_core.model.times import utc_text
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.kinds import AMOUNTS, kind_of
from epcis_core.provenance.result import Handover

_SHIPS: Final = frozenset({"shipping", "consigning", "departing"})
_RECEIVES: Final = frozenset({"receiving", "accepting", "arriving"})
_CAUGHT: Final = frozenset(
    {"catchArea", "landingDate", "landingPort", "vesselName", "vesselID", "vesselCatchInformation"}
)
_FROM: Final = ("harvestStartDate", "harvestDateStart", "harvestDate", "catchStartDate")
_TO: Final = ("harvestEndDate", "harvestDateEnd", "harvestDate", "catchEndDate", "catchStartDate")
_AREA: Final = ("catchArea", "productionSite", "landingPort")
_UNITS: Final = "items"

Rows = list[dict[str, Cell]]


@cache
def layout() -> Mapping[str, Any]:
    """Return the sheets and columns as `schemas` has them."""
    source = files("schemas") / "sortable" / "fsma-204.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def fsma_tables(told: Chronicle, namer: Namer) -> tuple[Table, ...]:
    """Return the sheets: all events, one of each tracking event, and what is missing.

    Args:
        told: what the records say.
        namer: names of places, parties and products; headings are in English.
    """
    plan = layout()
    rows = _Sheet(told, namer).rows()
    columns, sheets = plan["columns"], plan["sheets"]
    tables, missing = [], []
    for sheet in sheets.values():
        own = [row for row in rows if row["cte"] == sheet["name"]]
        names = sheet["columns"]
        cells = tuple(tuple(row.get(name) for name in names) for row in own)
        tables.append(Table(sheet["name"], tuple(columns[name] for name in names), cells))
        for place, row in enumerate(own, start=2):
            left = [name for name in names if row.get(name) in {None, ""} and _is_due(name, row)]
            missing += [
                (sheet["name"], Decimal(place), row["tlc"], columns[name], sheet["reference"])
                for name in left
            ]
    whole = tuple(tuple(row.get(name) for name in columns) for row in rows)
    every = Table(plan["all"], tuple(columns.values()), whole)
    headings = ("Sheet", "Row", columns["tlc"], "Not recorded", "Reference")
    return every, *tables, Table(plan["missing"], headings, tuple(missing))


def _is_due(name: str, row: Mapping[str, Cell]) -> bool:
    """Tell whether a row should have an element: what is of its inputs or outputs alone, there."""
    if row.get("part") == "input":
        return name not in {"tlc_source", "tlc_source_gln"}
    return name not in {"harvester", "harvester_phone"} or row.get("part") == "output"


@dataclass(slots=True)
class _Sheet:
    """The rows of a chronicle.

    Attributes:
        told: what the records say.
        namer: for names.
    """

    told: Chronicle
    namer: Namer

    def rows(self) -> Rows:
        """Return a row per tracking event and lot, by time."""
        ordered = sorted(self.told.facts.values(), key=lambda one: (one.time, one.event_id))
        sources = dict(self._sources(ordered))
        begun = {one for one in sources if sources[one].type == "ObjectEvent"}
        found: Rows = []
        for facts in ordered:
            for row, lot in self._rows_of(facts, begun):
                found.append(self._completed(row, lot, facts, sources))
        return found

    def _sources(self, ordered: list[EventFacts]) -> Iterator[tuple[str, EventFacts]]:
        """Yield each lot with the event that assigned its code, the last one first."""
        for facts in reversed(ordered):
            begins = facts.action == "ADD" and facts.type == "ObjectEvent"
            for named in facts.objects(Role.EPC) if begins else facts.objects(Role.OUTPUT):
                yield self.told.lot_of(named.object), facts

    def _rows_of(self, facts: EventFacts, begun: set[str]) -> Iterator[tuple[dict[str, Cell], str]]:
        kind = self._kind(facts, begun)
        if kind is None:
            return
        name = layout()["sheets"][kind]["name"]
        if facts.type == "TransformationEvent":
            for role in (Role.INPUT, Role.OUTPUT):
                for lot, quantity in self._lots(facts.objects(role)).items():
                    yield {"cte": name, "part": str(role), **quantity}, lot
            return
        named = self._lots(facts.objects(Role.EPC, Role.CHILD))
        for lot, quantity in (named | self._inside(facts, named)).items():
            yield {"cte": name, **quantity}, lot

    def _kind(self, facts: EventFacts, begun: set[str]) -> str | None:
        """Return which tracking event an event is; None for any other."""
        step = (facts.biz_step or "").rpartition("/")[2]
        if facts.type == "TransformationEvent":
            inputs = {self.told.lot_of(one.object) for one in facts.objects(Role.INPUT)}
            return "pack" if step == "packing" and inputs and inputs <= begun else "transform"
        named = ("ship", _SHIPS), ("receive", _RECEIVES)
        for kind, steps in named:
            if step in steps:
                return kind
        return "cool" if "cool" in step else _origin_kind(facts)

    def _lots(self, named: list[Named]) -> dict[str, dict[str, Cell]]:
        """Return the lots among objects, each with its quantity; items of a lot are counted."""
        found: dict[str, dict[str, Cell]] = {}
        items: dict[str, int] = {}
        for one in named:
            kind = kind_of(one.object)
            if kind == "instance":
                lot = self.told.lot_of(one.object)
                items[lot] = items.get(lot, 0) + 1
            elif kind in AMOUNTS:
                uom = self._uom(one.uom) if one.quantity is not None else None
                found[one.object] = {"quantity": amount(one.quantity), "uom": uom}
        counted: dict[str, dict[str, Cell]] = {
            lot: {"quantity": Decimal(number), "uom": _UNITS} for lot, number in items.items()
        }
        return counted | found

    def _inside(self, facts: EventFacts, named: Mapping[str, object]) -> dict[str, dict[str, Cell]]:
        """Return the lots that were in what an event names, with the amount that changed hands."""
        known = self.told.visits
        inside = {
            self.told.lot_of(visit.object)
            for visit in known
            if visit.event == facts.event_id
            and visit.inside is not None
            and kind_of(visit.object) not in {"container", "class"}
        }
        amounts = dict(self._handed(facts.event_id))
        return {lot: amounts.get(lot, {}) for lot in sorted(inside) if lot not in named}

    def _handed(self, event: str) -> Iterator[tuple[str, dict[str, Cell]]]:
        for one in self.told.handovers:
            lots = self._lots_in(one)
            if event in {one.shipped, one.received} and len(lots) == 1 and one.quantity:
                uom = self._uom(one.quantity.uom)
                yield lots.pop(), {"quantity": amount(one.quantity.value), "uom": uom}

    def _lots_in(self, handover: Handover) -> set[str]:
        return {self.told.lot_of(one) for one in handover.objects}

    def _uom(self, code: str | None) -> str:
        return _UNITS if code is None else self.namer.texts.unit(code)

    def _completed(
        self, row: dict[str, Cell], lot: str, facts: EventFacts, sources: Mapping[str, EventFacts]
    ) -> dict[str, Cell]:
        """Return a row with all that is known of its event and its lot."""
        moment = times.own(utc_text(facts.time), facts.offset)
        source, recipient = self._ends(facts, lot)
        begun = sources.get(lot)
        gtin = gtin_of(lot)
        kind, number = self._document(facts)
        return {
            **row,
            "tlc": code_of(lot),
            "description": (self.namer.product(gtin) if gtin else None) or self.namer.thing(lot),
            "gtin": gtin,
            "date": moment.date(),
            "time": moment.strftime("%H:%M:%S"),
            "offset": times.offset_of(moment),
            **self._place("location", facts.place),
            **self._place("source", source),
            **self._place("recipient", recipient),
            **self._place("tlc_source", None if begun is None else begun.place),
            **self._origin(lot, facts, sources),
            "document_type": kind,
            "document_number": number,
            "event": facts.event_id,
        }

    def _place(self, column: str, key: str | None) -> dict[str, Cell]:
        if key is None:
            return {}
        is_party = "/417/" in key
        known = self.namer.book.party(key) if is_party else self.namer.book.place(key)
        name = self.namer.party(key) if is_party else self.namer.place(key)
        country = known.get("countryCode")
        address = ", ".join(str(one) for one in (address_of(known), country) if one)
        gln = number_of(key)
        return {column: name, f"{column}_gln": gln, f"{column}_address": address or None}

    def _ends(self, facts: EventFacts, lot: str) -> tuple[str | None, str | None]:
        """Return from where and to where, as the event says, else as its handover does."""
        handed: Handover | None = next(
            (h for h in self.told.handovers if facts.event_id in {h.shipped, h.received}), None
        )
        source = next(iter(facts.source_places), None) or _party(facts.sources)
        if source is None and handed is not None:
            source = handed.from_place or handed.from_party
        recipient = next(iter(facts.destination_places), None) or _party(facts.destinations)
        if recipient is None and handed is not None:
            recipient = handed.to_place or handed.to_party
        if (facts.biz_step or "") in _SHIPS and source is None:
            source = facts.place
        if recipient is None and facts.action == "ADD":  # who got the harvest first
            going = (
                one for one in self.told.handovers if lot in map(self.told.lot_of, one.objects)
            )
            handed = next(going, None)
            recipient = None if handed is None else handed.to_place or handed.to_party
        return source, recipient

    def _origin(
        self, lot: str, facts: EventFacts, sources: Mapping[str, EventFacts]
    ) -> dict[str, Cell]:
        """Return farm, field, harvest and harvester: of the lot, or of all it was packed from."""
        origin = sources.get(lot, facts)
        inputs = [self.told.lot_of(one.object) for one in origin.objects(Role.INPUT)]
        origins = [sources[one] for one in dict.fromkeys(inputs) if one in sources] or [origin]
        if any(one.type != "ObjectEvent" for one in origins):
            return {}
        told = [self._harvest(one) for one in origins]
        days = {name: [one[name] for one in told if one[name]] for name in ("from", "to")}
        names = ("farm", "field", "harvest_area", "harvester", "harvester_phone")
        return {
            **{
                name: "; ".join(dict.fromkeys(one[name] for one in told if one[name]))
                for name in names
            },
            "harvest_from": day(min(days["from"], default=None)),
            "harvest_to": day(max(days["to"], default=None)),
            "landing_date": day(told[0]["landed"]),
        }

    def _harvest(self, origin: EventFacts) -> dict[str, str]:
        """Return what the record of an origin says of farm, field, days and people."""
        stated = {_local(name): value for _, name, value in origin.attributes}
        place = origin.biz_location or origin.place
        owner = None if place is None else self.namer.book.owners().get(place)
        who = owner or (None if origin.site is None else origin.site.replace("/414/", "/417/"))
        known = {} if who is None else self.namer.book.party(who)
        farm = "" if who is None else self.namer.party(who)
        return {
            "farm": farm,
            "field": "" if origin.place is None else self.namer.place(origin.place),
            "harvest_area": _first(stated, _AREA) or "",
            "harvester": farm,
            "harvester_phone": str(known.get("phone") or ""),
            "from": _first(stated, _FROM) or "",
            "to": _first(stated, _TO) or "",
            "landed": stated.get("landingDate", ""),
        }

    def _document(self, facts: EventFacts) -> tuple[str | None, str | None]:
        if not facts.transactions:
            return None, None
        kind, _, number = facts.transactions[0].partition(" ")
        shown = self.namer.texts.term("business_transaction_type", kind) if kind else None
        return shown, number.rpartition(":")[2] if number.startswith("urn:") else number


def _origin_kind(facts: EventFacts) -> str | None:
    """Return whether goods were harvested or landed; None where they were neither."""
    stated = {_local(name) for _, name, _ in facts.attributes}
    if facts.type != "ObjectEvent" or facts.action != "ADD":
        return None
    return "land" if stated & _CAUGHT else "harvest" if stated & {*_FROM, *_TO} else None


def _party(ends: tuple[str, ...]) -> str | None:
    """Return the owner among sources or destinations, else who holds the goods."""
    found = dict(end.split(" ", 1) for end in ends if " " in end)
    return found.get("owning_party") or found.get("possessing_party")


def _joined(texts: Iterable[str]) -> str:
    """Return texts that are not empty, each once."""
    return "; ".join(dict.fromkeys(filter(None, texts)))


def _local(name: str) -> str:
    return name.rpartition("/")[2].rpartition(":")[2].rpartition("#")[2]


def _first(stated: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((stated[name] for name in names if name in stated), None)
