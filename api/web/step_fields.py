"""The short form of a step: the columns of its template as fields that fit a phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.web.offers import Offers
from epcis_core.errors import IdentifierError
from epcis_core.findings import Language
from epcis_core.identifiers import parse_identifier
from epcis_core.store.events import StoredEvent
from ingest.sheets.cells import cell_of, lot_of, product_of
from ingest.sheets.numbers import unit_of
from ingest.sheets.sheet_writer import unit_words
from ingest.sheets.templates import Column, Kind, Template

_TYPES: Final[Mapping[Kind, str]] = {"date": "date", "time": "time"}
_LISTED: Final = frozenset({"product", "place", "party"})
_PLAIN_CODE: Final = 14  # digits of a GTIN


@dataclass(frozen=True, slots=True)
class StepField:
    """A field of the form.

    Attributes:
        name: the key of its column.
        label: what stands above it.
        note: what to fill in.
        kind: of the column.
        type: of the input.
        value: what stands in it.
        is_required: it must be filled in.
        is_first: it stands in the form itself, not among what is seldom needed.
        choices: value and words, for what is chosen from a few.
        listed: what is offered while one types.
        problem: what is wrong with it, or empty.
    """

    name: str
    label: str
    note: str
    kind: Kind
    type: str
    value: str
    is_required: bool
    is_first: bool
    choices: tuple[tuple[str, str], ...] = ()
    listed: tuple[str, ...] = ()
    problem: str = ""


def step_fields(
    template: Template,
    values: Mapping[str, str],
    offers: Offers,
    problems: Mapping[str, str],
    language: Language,
) -> list[StepField]:
    """Return the fields of a form in the order of its template.

    Args:
        template: of the step.
        values: what stands in them, by their names.
        offers: what is offered.
        problems: what is wrong, by their names.
        language: of the form.
    """
    return [
        StepField(
            name=column.key,
            label=getattr(column.name, language),
            note=getattr(column.note, language),
            kind=column.kind,
            type=_TYPES.get(column.kind, "text"),
            value=_value(column, values.get(column.key, ""), language),
            is_required=column.required == "always" and column.key not in template.either,
            is_first=_is_first(template, column),
            choices=_choices(column, values.get(column.key, ""), language),
            listed=offers.known.choices(column.kind) if column.kind in _LISTED else (),
            problem=problems.get(column.key, ""),
        )
        for column in template.columns
        if column.kind != "correction"
    ]


def typed(template: Template, form: Mapping[str, object]) -> dict[str, str]:
    """Return what a form says; a unit that stands there by itself says nothing."""
    values = {
        name: value
        for name, value in form.items()
        if isinstance(value, str)
        and name in template.by_key
        and template.column(name).kind != "correction"
    }
    for columns in template.goods.values():
        unit = columns.get("unit")
        others = (one.key for kind, one in columns.items() if kind != "unit")
        if unit is not None and not any(values.get(name, "").strip() for name in others):
            values.pop(unit.key, None)
    return values


def first_values(
    template: Template, offers: Offers, *, day: str, clock: str, language: Language
) -> dict[str, str]:
    """Return what most likely stands in a form: now, here, and in one's own name."""
    values: dict[str, str] = {}
    party = next((one.key for one in template.columns if one.kind == "party"), None)
    place = next((one.key for one in template.columns if one.kind == "place"), None)
    for column in template.columns:
        if column.key == "date":
            values[column.key] = day
        elif column.key == "time":
            values[column.key] = clock
        elif column.kind == "unit":
            values[column.key] = unit_words(language)[0]
        elif column.key == party and offers.own_party:
            values[column.key] = offers.own_party
        elif column.key == place and offers.places:
            values[column.key] = offers.places[0]
    return values


def takes_lots(template: Template) -> bool:
    """Tell whether a step is about lots that are there already."""
    columns = _goods_columns(template)
    lot = columns.get("lot")
    return lot is not None and lot.required in {"always", "with others"} and not lot.ilmd_names


def values_of_event(template: Template, stored: StoredEvent) -> dict[str, str]:
    """Return how the form of a step begins for the goods of an event before it."""
    event = stored.event
    goods = next(
        (
            entry
            for name in ("output_quantity_list", "quantity_list", "child_quantity_list")
            for entry in getattr(event, name, None) or ()
        ),
        None,
    )
    values: dict[str, str] = {}
    columns = _goods_columns(template)
    if goods is not None:
        said: dict[Kind, str | None] = {
            "product": product_of(goods.epc_class),
            "lot": lot_of(goods.epc_class),
            "number": goods.quantity.text.replace(".", ",") if goods.quantity else None,
            "unit": goods.uom,
        }
        values = {
            columns[kind].key: text for kind, text in said.items() if text and kind in columns
        }
    container = getattr(event, "parent_id", None)
    if container and "container" in template.by_key:
        values["container"] = cell_of(container)
        if "container" in template.either:  # it is handed on whole
            values = {"container": values["container"]}
    return values


def values_of_scan(template: Template, text: str) -> dict[str, str]:
    """Return what a barcode fills in: product and lot, or a container; any other text is a lot."""
    columns = {kind: one.key for kind, one in _goods_columns(template).items()}
    try:
        read = parse_identifier(text.strip())
    except IdentifierError:
        is_product = text.isdecimal() and len(text) <= _PLAIN_CODE
        kind: Kind = "product" if is_product else "lot"
        return {columns[kind]: text.strip()} if kind in columns else {}
    if read.gtin is None:
        has = "container" in template.by_key
        return {"container": cell_of(read.digital_link())} if has else {}
    found: dict[Kind, str | None] = {"product": read.gtin, "lot": read.lot}
    return {columns[kind]: value for kind, value in found.items() if value and kind in columns}


def _goods_columns(template: Template) -> Mapping[Kind, Column]:
    """Return the columns of the goods that a step begins with, by their kinds."""
    return next(iter(template.goods.values()), {})


def _is_first(template: Template, column: Column) -> bool:
    return (
        column.required in {"always", "with others"}
        or column.key in template.either
        or column.key == "time"
        or (column.kind in {"number", "unit"} and column.goods_list is not None)
    )


def _value(column: Column, value: str, language: Language) -> str:
    """Return what stands in a field: of a unit the word for it that is offered."""
    if column.kind != "unit":
        return value
    words = unit_words(language)
    return next((one for one in words if unit_of(one) == unit_of(value)), value)


def _choices(column: Column, value: str, language: Language) -> tuple[tuple[str, str], ...]:
    if column.kind == "unit":
        shown = _value(column, value, language)
        words = dict.fromkeys([shown, *unit_words(language)] if shown else unit_words(language))
        return tuple((one, one) for one in words)
    return tuple((one.value, getattr(one.name, language)) for one in column.choices)
