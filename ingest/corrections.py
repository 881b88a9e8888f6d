"""Correcting what was recorded: error declarations, and the events that take a wrong one's place.

Both are one document, which is captured like any other, all or nothing. What nobody changed stays
as it was written, digit by digit.

References:
    EPCIS 2.0, section 7.4.1.2; CBV 2.0, section 7.5 (reasons of errors)
"""

import copy
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum, auto
from typing import Any, Final, Literal

from epcis_core.codecs.jsonld_writer import json_bytes, members, write_document
from epcis_core.codecs.stored import read_stored_event
from epcis_core.event_hash import event_hash
from epcis_core.findings import Finding, Where, finding
from epcis_core.model.base import Number
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.times import instant, utc_text
from epcis_core.store.events import StoredEvent
from ingest.sheets.cells import cell_of, lot_of, with_lot
from ingest.sheets.dates import YEARS
from ingest.sheets.goods import read_lot, read_party, read_place
from ingest.sheets.grid import CellError
from ingest.sheets.numbers import plain, read_number, read_unit

LISTS: Final = (
    *("quantityList", "childQuantityList"),
    *("inputQuantityList", "outputQuantityList"),
)
_PARTIES: Final = {
    "giver": ("sourceList", "source"),
    "receiver": ("destinationList", "destination"),
}
_PLACES: Final = ("readPoint", "bizLocation")
_NOT_REPEATED: Final = ("eventID", "recordTime", "errorDeclaration")
_MINUTE: Final = "%Y-%m-%dT%H:%M"


class Reason(StrEnum):
    """Why a record is wrong, as the CBV has it."""

    DID_NOT_OCCUR = auto()
    INCORRECT_DATA = auto()


Refusal = Literal["not_own", "already", "declaration"]
"""Why a record cannot be corrected: another's, corrected before, or itself a correction."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something of an event that people get wrong.

    Attributes:
        name: `time`, `place`, `giver`, `receiver`; `lot-0`, `quantity-0`, `unit-0` of the first
            goods, and so on.
        value: as it is to be typed; empty for an amount or unit that the event does not state.
        goods: the class of the goods it is about; None for what is about the event.
    """

    name: str
    value: str
    goods: str | None = None

    @property
    def kind(self) -> str:
        """What sort of field it is, whichever goods it is about."""
        return self.name.partition("-")[0]


def refusal(records: Sequence[StoredEvent], organisation: str) -> Refusal | None:
    """Return why an organisation cannot correct an event; None where it can.

    Args:
        records: what is in the ledger under its id, the event first; not empty.
        organisation: who wants to.
    """
    first = records[0]
    if first.organisation != organisation:
        return "not_own"
    if first.event.error_declaration is not None:
        return "declaration"
    is_declared = any(
        one.organisation == organisation and one.event.error_declaration is not None
        for one in records[1:]
    )
    return "already" if is_declared else None


def withdrawal(events: Sequence[StoredEvent], reason: Reason, now: int) -> bytes:
    """Return a document that declares events wrong, with nothing in their place.

    Args:
        events: of one capture, so that their prefixes stand for the same; at least one.
        reason: why.
        now: the clock, microseconds since 1970 UTC.
    """
    return _document(events[0], [declared(one, reason, now) for one in events], now)


def replacement(stored: StoredEvent, event: Mapping[str, Any], now: int) -> bytes:
    """Return a document that declares an event wrong, and has the one in its place.

    Args:
        stored: the wrong one.
        event: the right one, as `changed` returns it; with an id where it needs one of its own.
        now: the clock, microseconds since 1970 UTC.
    """
    corrective = event.get("eventID") or minted_id(stored, event)
    wrong = declared(stored, Reason.INCORRECT_DATA, now, corrective)
    return _document(stored, [wrong, event], now)


def is_withdrawn(records: Sequence[StoredEvent], organisation: str) -> bool:
    """Tell whether an organisation recorded an event, whose records are given, and took it back.

    An event that says the same again is known by its content, and would stay taken back.
    """
    return bool(records) and refusal(records, organisation) == "already"


def another_id(event_id: str, stored: StoredEvent) -> str:
    """Return an id for an event that stands again, after it was taken back once.

    Args:
        event_id: by which its content was known.
        stored: the record whose place it takes; the same once more gives the same id.
    """
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{event_id} {stored.event_id}").urn


def minted_id(stored: StoredEvent, event: Mapping[str, Any]) -> str:
    """Return the id that the ledger gives to a corrected event, which has none of its own."""
    read = read_stored_event(json_bytes(event).decode(), "json", stored.reading.namespaces)
    return str(event_hash(read, Namespaces.of_context(read.context, stored.reading.namespaces)))


def fields_of(stored: StoredEvent) -> tuple[Field, ...]:
    """Return what of an event can be corrected in a short form, in the order of the form."""
    return tuple(_fields(members(stored.event)))


def changed(
    stored: StoredEvent, given: Mapping[str, str]
) -> tuple[dict[str, Any], list[tuple[str, Finding]]]:
    """Return an event with other values, and what is wrong with these.

    Args:
        stored: the event.
        given: values by the names of fields; what is missing or as it was stays untouched.

    Returns:
        The members of the corrected event, without an id; and findings by the names of fields.
    """
    event = copy.deepcopy(members(stored.event))
    found: list[tuple[str, Finding]] = []
    # The lot comes last: with it the class changes by which the other fields find their goods.
    for one in sorted(_fields(members(stored.event)), key=lambda one: one.kind == "lot"):
        text = given.get(one.name, one.value).strip()
        if text != one.value:
            try:
                _put(event, one, text)
            except CellError as error:
                found.append((one.name, error.found))
    for name in _NOT_REPEATED:
        event.pop(name, None)
    return event, found


def declared(
    stored: StoredEvent, reason: Reason, now: int, corrective: str | None = None
) -> dict[str, Any]:
    """Return the members of an error declaration: those of the event that it is about, and itself.

    Args:
        stored: the wrong event.
        reason: why it is wrong.
        now: the clock, microseconds since 1970 UTC.
        corrective: the id of the event in its place; None for none.
    """
    declaration: dict[str, Any] = {"declarationTime": utc_text(now), "reason": reason.value}
    if corrective is not None:
        declaration["correctiveEventIDs"] = [corrective]
    event = members(stored.event)
    return {**event, "eventID": stored.event_id, "errorDeclaration": declaration}


def _document(stored: StoredEvent, events: Sequence[Mapping[str, Any]], now: int) -> bytes:
    prefixes = stored.reading.namespaces.prefixes
    texts = [json_bytes(one) for one in events]
    return b"".join(write_document(texts, creation_date=utc_text(now), prefixes=prefixes))


def _fields(event: Mapping[str, Any]) -> Iterator[Field]:
    yield Field("time", _own_time(event).strftime(_MINUTE))
    for name in _PLACES:
        if name in event:
            yield Field("place", cell_of(event[name]["id"]))
            break
    for name, (where, inner) in _PARTIES.items():
        for entry in event.get(where) or ():
            if entry["type"].endswith("party"):
                yield Field(name, cell_of(entry[inner]))
                break
    for number, (_, entry) in enumerate(_goods(event)):
        goods = entry["epcClass"]
        if (lot := lot_of(goods)) is not None:
            yield Field(f"lot-{number}", lot, goods)
        amount = entry.get("quantity")
        yield Field(f"quantity-{number}", amount.text if amount else "", goods)
        yield Field(f"unit-{number}", entry.get("uom", ""), goods)


def _goods(event: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, entry) for name in LISTS for entry in event.get(name) or ()]


def _put(event: dict[str, Any], one: Field, text: str) -> None:
    """Put a value into an event.

    Raises:
        CellError: it is none for this field.
    """
    nowhere = Where()
    number = int(one.name.partition("-")[2] or 0)
    match one.kind:
        case "time":
            event["eventTime"] = _time(text, event)
        case "place":
            _put_place(event, read_place(text, nowhere))
        case "giver" | "receiver":
            where, inner = _PARTIES[one.kind]
            party = read_party(text, nowhere)
            entry = next(entry for entry in event[where] if entry["type"].endswith("party"))
            entry[inner] = party
        case "lot":
            _put_lot(event, _goods(event)[number][1], one.value, read_lot(text, nowhere))
        case "quantity":
            _put_amount(_goods(event)[number][1], text)
        case _:
            entry = _goods(event)[number][1]
            entry.pop("uom", None)
            if text:
                entry["uom"] = read_unit(text, nowhere)


def _put_place(event: dict[str, Any], place: str) -> None:
    named = [event[name]["id"] for name in _PLACES if name in event]
    for name in _PLACES:
        if name in event and event[name]["id"] == named[0]:
            event[name]["id"] = place


def _put_lot(event: dict[str, Any], entry: dict[str, Any], before: str, lot: str) -> None:
    entry["epcClass"] = with_lot(entry["epcClass"], lot)
    for name, value in (event.get("ilmd") or {}).items():
        if name.endswith("lotNumber") and value == before:
            event["ilmd"][name] = lot


def _put_amount(entry: dict[str, Any], text: str) -> None:
    amount, unit = read_number(text, Where())
    if amount <= 0:
        raise CellError(finding("sheet_amount_not_positive", actual=repr(text)))
    entry["quantity"] = Number(plain(amount))
    if unit is not None:
        entry["uom"] = unit


def _time(text: str, event: Mapping[str, Any]) -> str:
    try:
        moment = datetime.strptime(text, _MINUTE).replace(tzinfo=_own_time(event).tzinfo)
    except ValueError:
        raise CellError(finding("sheet_time_unreadable", actual=repr(text))) from None
    if moment.year not in YEARS:
        raise CellError(finding("sheet_date_implausible", actual=f"{moment:%d/%m/}{moment.year}"))
    return moment.isoformat()


def _own_time(event: Mapping[str, Any]) -> datetime:
    """Return the time of an event at the offset that it states."""
    offset = event["eventTimeZoneOffset"]
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    moved = timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1)
    return instant(event["eventTime"]).astimezone(timezone(moved))
