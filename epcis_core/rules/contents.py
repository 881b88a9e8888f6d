"""What an event of each type must name, and with which amounts.

References:
    EPCIS 2.0, sections 7.4.2 to 7.4.6
"""

from collections.abc import Iterator

from epcis_core.findings import Finding, Where, finding, phrase
from epcis_core.model.events import (
    AggregationEvent,
    AssociationEvent,
    EpcisEvent,
    ObjectEvent,
    TransactionEvent,
    TransformationEvent,
)
from epcis_core.model.references import object_lists


def object_event_names_something(event: EpcisEvent) -> Iterator[Finding]:
    """An ObjectEvent has an EPC list, a quantity, or a sensor reading at a read point."""
    if not isinstance(event, ObjectEvent) or event.epc_list is not None or event.quantity_list:
        return
    if event.sensor_element_list and event.read_point:
        return
    at = _emptied(quantityList=event.quantity_list)
    yield finding("nothing_named", at=at, fields="epcList, quantityList")


def ilmd_only_when_added(event: EpcisEvent) -> Iterator[Finding]:
    """Master data of a lot or instance belongs to the event that begins its life."""
    if isinstance(event, ObjectEvent) and event.ilmd is not None and event.action != "ADD":
        yield finding("ilmd_without_add", at=Where(pointer="/ilmd"), action=event.action)


def parent_is_given(event: EpcisEvent) -> Iterator[Finding]:
    """An aggregation that begins or ends names its parent; only an observation may leave it out."""
    if (
        isinstance(event, AggregationEvent)
        and event.parent_id is None
        and event.action != "OBSERVE"
    ):
        yield finding("parent_missing", at=Where(pointer=""), action=event.action)


def children_are_given(event: EpcisEvent) -> Iterator[Finding]:
    """An aggregation or association names children; only DELETE may mean all of them."""
    if not isinstance(event, AggregationEvent | AssociationEvent) or event.action == "DELETE":
        return
    if not event.child_epcs and not event.child_quantity_list:
        at = _emptied(childEPCs=event.child_epcs, childQuantityList=event.child_quantity_list)
        yield finding("children_missing", at=at, action=event.action)


def transaction_names_something(event: EpcisEvent) -> Iterator[Finding]:
    """A TransactionEvent names objects; only DELETE may mean all of them."""
    if not isinstance(event, TransactionEvent) or event.action == "DELETE":
        return
    if event.epc_list is None and not event.quantity_list:
        at = _emptied(quantityList=event.quantity_list)
        yield finding("nothing_named", at=at, fields="epcList, quantityList")


def transformation_has_both_sides(event: EpcisEvent) -> Iterator[Finding]:
    """A TransformationEvent has inputs and outputs, or one of them and a transformationID."""
    if not isinstance(event, TransformationEvent):
        return
    has_input = bool(event.input_epc_list or event.input_quantity_list)
    has_output = bool(event.output_epc_list or event.output_quantity_list)
    if (has_input and has_output) or (event.transformation_id and (has_input or has_output)):
        return
    missing = "inputs" if has_output else "outputs" if has_input else "inputs_and_outputs"
    at = _emptied(
        inputEPCList=event.input_epc_list,
        inputQuantityList=event.input_quantity_list,
        outputEPCList=event.output_epc_list,
        outputQuantityList=event.output_quantity_list,
    )
    yield finding("transformation_one_sided", at=at, missing=phrase(missing))


def amounts_make_sense(event: EpcisEvent) -> Iterator[Finding]:
    """An amount of objects is zero or more, and a unit without an amount says nothing."""
    for listed in object_lists(event):
        if not listed.is_class:
            continue
        for index, element in enumerate(getattr(event, listed.member) or ()):
            quantity = element.quantity
            if quantity is not None and "-" in quantity.text and quantity.value < 0:
                at = Where(pointer=f"/{listed.name}/{index}/quantity")
                yield finding("negative_quantity", at=at, actual=quantity.text)
            if element.uom is not None and quantity is None:
                at = Where(pointer=f"/{listed.name}/{index}/uom")
                yield finding("unit_without_quantity", at=at, uom=element.uom)


def dispositions_are_given(event: EpcisEvent) -> Iterator[Finding]:
    """A persistent disposition sets something or unsets something."""
    given = getattr(event, "persistent_disposition", None)
    if given is not None and given.set is None and given.unset is None:
        at = Where(pointer="/persistentDisposition")
        yield finding("one_of_missing", at=at, fields="set, unset")


def entries_are_unique(event: EpcisEvent) -> Iterator[Finding]:
    """The lists that are sets in the standard's JSON Schema name each entry once.

    Child lists and the EPC list of a TransactionEvent are left out, as the schema leaves them out.
    """
    given = vars(event).get
    lists: dict[str, tuple[str, ...] | None] = {
        "inputEPCList": given("input_epc_list"),
        "outputEPCList": given("output_epc_list"),
    }
    if event.type == "ObjectEvent":
        lists["epcList"] = given("epc_list")
    persistent = given("persistent_disposition")
    if persistent is not None:
        lists["persistentDisposition/set"] = persistent.set
        lists["persistentDisposition/unset"] = persistent.unset
    for name, entries in lists.items():
        if not entries or len(set(entries)) == len(entries):
            continue
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            if entry in seen:
                yield finding("named_twice", at=Where(pointer=f"/{name}/{index}"), actual=entry)
            seen.add(entry)


def _emptied(**lists: tuple[object, ...] | None) -> Where:
    """Return the place of the first list that is given but empty, or else the event's."""
    empty = next((name for name, entries in lists.items() if entries == ()), None)
    return Where(pointer="" if empty is None else f"/{empty}")
