"""A recall as a workbook: the trace report, what is affected, who got how much, whom to call, gaps.

Amounts are those of the JSON answer, as numbers with their unit beside.
"""

from collections.abc import Iterator

from api.notices.trace_report import AMOUNTS, Report, sold_of, total_of
from api.web import times
from api.web.bars import added
from api.web.contacts import address_of
from api.web.gap_words import briefs_of_trace, gap_rows
from api.web.naming import Namer
from api.web.recall_calls import last_confirmed
from api.workbooks.book import Cell, Table, amount, day, workbook
from api.workbooks.chronicle import code_of, gtin_of, number_of
from epcis_core.provenance.recall_result import Affected

Row = tuple[Cell, ...]


def recall_book(report: Report, namer: Namer) -> bytes:
    """Return the workbook of a recall, in the language of the names."""
    t = namer.texts
    sheets = (
        ("trace_report.sheet", _LOTS, _lots),
        ("trace_report.places_sheet", _PLACES, _places),
        ("trace_report.disposals_sheet", _DISPOSALS, _disposals),
        ("trace_report.affected_sheet", _AFFECTED, _affected),
        ("trace_report.customers_sheet", _CUSTOMERS, _customers),
        ("trace_report.calls_sheet", _CALLS, _calls),
        ("trace_report.gaps_sheet", _GAPS, _gaps),
    )
    tables = []
    for name, columns, rows in sheets:
        headings = tuple(t(f"trace_report.{one}") for one in columns)
        tables.append(Table(t(name), headings, tuple(rows(report, namer))))
    return workbook(tables, t.language)


_THING = ("product", "gtin", "number")
_LOTS = (
    *(*_THING, "use_by", "reason", "produced", "used", "sold", "on_hand", "destroyed"),
    *("unaccounted", "unit"),
)
_PLACES = (*_THING, "holder", "holder_gln", "place", *AMOUNTS, "unit")
_DISPOSALS = ("time", *_THING, "holder", "holder_gln", "place", "method", "amount", "unit", "event")
_AFFECTED = (
    *(*_THING, "state", "amount", "unit", "holder", "holder_gln", "place", "last_seen"),
    *("disputed", "id"),
)
_CUSTOMERS = (
    *("customer", "customer_gln", *_THING, "shipped_to", "returned", "on_hand", "unaccounted"),
    "unit",
)
_CALLS = ("order", "party", "gln", "phone", "address", "steps", "confirmed")
_GAPS = ("told", "goods")


def _thing(one: str, namer: Namer) -> Row:
    gtin = gtin_of(one)
    name = (namer.product(gtin) if gtin else None) or namer.thing(one)
    return name, gtin, code_of(one)


def _unit(uom: str | None, namer: Namer) -> str:
    return namer.texts("balances.items") if uom is None else namer.texts.unit(uom)


def _holder(party: str | None, place: str | None, namer: Namer) -> Row:
    where = None if place is None else namer.place(place)
    return (None, None, where) if party is None else (namer.party(party), number_of(party), where)


def _lots(report: Report, namer: Namer) -> Iterator[Row]:
    expiries = {one.id: one.expiry for one in report.recall.trace.objects}
    for one in report.balances:
        yield (
            *_thing(one.object, namer),
            day(expiries.get(one.object)),
            report.reason or None,
            amount(total_of(one, "produced")),
            amount(total_of(one, "used")),
            amount(sold_of(report.recall, one)),
            *(amount(total_of(one, name)) for name in ("on_hand", "destroyed", "unaccounted")),
            _unit(one.uom, namer),
        )


def _places(report: Report, namer: Namer) -> Iterator[Row]:
    for one in report.balances:
        for row in one.rows:
            yield (
                *_thing(one.object, namer),
                *_holder(row.party, row.place, namer),
                *(amount(getattr(row, name)) for name in AMOUNTS),
                _unit(one.uom, namer),
            )


def _disposals(report: Report, namer: Namer) -> Iterator[Row]:
    for one in report.disposals:
        yield (
            _moment(one.time),
            *_thing(one.object, namer),
            *_holder(one.party, one.place, namer),
            None,
            amount(one.amount),
            _unit(one.uom, namer),
            one.event,
        )


def _affected(report: Report, namer: Namer) -> Iterator[Row]:
    t = namer.texts
    for one in report.recall.affected:
        quantity = one.quantity
        yield (
            *_thing(one.object, namer),
            t(f"recall_state.{one.status}"),
            None if quantity is None else amount(quantity.value),
            None if quantity is None else _unit(quantity.uom, namer),
            *_holder(one.last_party, one.last_place, namer),
            None if one.last_seen is None else _moment(one.last_seen),
            t("trace.disputed") if one.disputed else None,
            one.object,
        )


def _customers(report: Report, namer: Namer) -> Iterator[Row]:
    t = namer.texts
    affected = {one.object: one for one in report.recall.affected}
    for customer in report.recall.customers:
        party = customer.party
        name = t("trace.consumers") if party is None else namer.party(party)
        for one in customer.objects:
            yield (
                name,
                number_of(party),
                *_thing(one.object, namer),
                amount(one.shipped),
                amount(one.returned),
                amount(_held(party, one.uom, affected.get(one.object))),
                amount(one.unaccounted),
                _unit(one.uom, namer),
            )


def _held(party: str | None, uom: str | None, one: Affected | None) -> str | None:
    """Return what should be with a customer; None where nobody knows, as of consumers."""
    if party is None or one is None:
        return None
    there = [spot.quantity for spot in one.holdings if spot.party == party]
    if not there:
        return None if one.status == "unknown" else "0"
    same = [each.value for each in there if each is not None and each.uom == uom]
    return added(same) if len(same) == len(there) else None


def _calls(report: Report, namer: Namer) -> Iterator[Row]:
    confirmed = last_confirmed(report.recall)
    for number, one in enumerate(report.recall.call_list, start=1):
        known = namer.book.party(one.party)
        phone = known.get("phone")
        yield (
            float(number),
            namer.party(one.party),
            number_of(one.party),
            str(phone) if phone else None,
            address_of(known),
            float(one.steps_from_consumer),
            _moment(confirmed[one.party]) if one.party in confirmed else None,
        )


def _gaps(report: Report, namer: Namer) -> Iterator[Row]:
    recall = report.recall
    for row in gap_rows(recall.gaps, briefs_of_trace(recall.trace), namer):
        yield row.sentence, "; ".join(namer.thing(one) for one in row.objects)


def _moment(time: str) -> Cell:
    """Return an instant as the clock in Viet Nam shows it."""
    return times.here(time).replace(tzinfo=None)
