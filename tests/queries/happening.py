"""Random events: valid ones of every type, with everything that a query can ask for."""

from typing import Any, Final

from tests.queries import things
from tests.queries.things import (
    CLASSES,
    DEVICES,
    DISPOSITIONS,
    DOCUMENTS,
    INNER_NAMES,
    INSTANCES,
    NAMES,
    NUMBERS,
    OTHER_EX,
    PARTIES,
    PLACES,
    STEPS,
    TEXTS,
    TIMES,
    UNITS,
    any_of,
    maybe,
    number,
)
from tests.world.chance import Chooser, happens, some

Members = dict[str, Any]

TYPES: Final = (
    *("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent"),
    *("AssociationEvent", "ex:Inspection"),
)
_POSITIVE: Final = tuple(one for one in NUMBERS if not one.startswith("-"))
_TRANSACTION_TYPES: Final = ("po", "inv", "ex:contract")
_ENDS: Final = ("owning_party", "possessing_party", "location", "ex:broker")
_READINGS: Final = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")


def event(chooser: Chooser, event_id: str) -> Members:
    """A valid event of an id."""
    kind = chooser.pick(TYPES)
    when = {"eventTime": chooser.pick(TIMES), "eventTimeZoneOffset": "+07:00"}
    members = {"type": kind, "eventID": event_id, **when, **_declared(chooser)}
    members |= maybe(chooser, 15, {"@context": {"ex": OTHER_EX}})
    if happens(chooser, 60):
        members |= extensions(chooser)
    if kind == "ex:Inspection":
        return members
    return {**members, **_context(chooser), **_subject(chooser, kind)}


def value(chooser: Chooser, depth: int = 2) -> Any:
    """A value of an extension: mostly plain, or a list or object of such."""
    plain = [
        number(chooser.pick(NUMBERS)),
        chooser.pick(TEXTS),
        chooser.pick(TIMES),
        chooser.pick([True, False]),
        any_of(chooser, INSTANCES),
        chooser.pick([None, [], {}]),
    ]
    if not depth or happens(chooser, 70):
        return chooser.pick(plain)
    if happens(chooser, 40):
        return [value(chooser, depth - 1) for _ in range(chooser.number(1, 2))]
    inner = {name: value(chooser, depth - 1) for name in some(chooser, INNER_NAMES, most=2)}
    return inner | maybe(chooser, 30, {"#text": chooser.pick(TEXTS)})


def extensions(chooser: Chooser) -> Members:
    """Members of other namespaces."""
    return {name: value(chooser) for name in some(chooser, NAMES, most=2)}


def _declared(chooser: Chooser) -> Members:
    if happens(chooser, 80):
        return {}
    declaration = {"declarationTime": chooser.pick(TIMES)}
    reasons = ("did_not_occur", "incorrect_data", "ex:typing_error")
    declaration |= maybe(chooser, 70, {"reason": chooser.pick(reasons)})
    ids = [chooser.pick(things.EVENT_IDS)]
    declaration |= maybe(chooser, 60, {"correctiveEventIDs": ids})
    if happens(chooser, 60):
        declaration |= extensions(chooser)
    return {"errorDeclaration": declaration}


def _context(chooser: Chooser) -> Members:
    found: Members = {}
    found |= maybe(chooser, 60, {"bizStep": chooser.pick(STEPS)})
    found |= maybe(chooser, 40, {"disposition": chooser.pick(DISPOSITIONS)})
    kept = {
        which: some(chooser, DISPOSITIONS, most=2)
        for which in some(chooser, ("set", "unset"), most=2)
    }
    found |= maybe(chooser, 25, {"persistentDisposition": kept})
    for name in ("readPoint", "bizLocation"):
        place = {"id": any_of(chooser, PLACES)}
        if happens(chooser, 30):
            place |= extensions(chooser)
        found |= maybe(chooser, 50, {name: place})
    found |= maybe(chooser, 40, {"bizTransactionList": _transactions(chooser)})
    for name in ("source", "destination"):
        found |= maybe(chooser, 35, {f"{name}List": _ends(chooser, name)})
    if happens(chooser, 35):
        found["sensorElementList"] = [_sensed(chooser) for _ in range(chooser.number(1, 2))]
    return found


def _transactions(chooser: Chooser) -> list[Members]:
    return [
        {"bizTransaction": any_of(chooser, DOCUMENTS)}
        | maybe(chooser, 85, {"type": chooser.pick(_TRANSACTION_TYPES)})
        for _ in range(chooser.number(1, 2))
    ]


def _ends(chooser: Chooser, name: str) -> list[Members]:
    kinds = [chooser.pick(_ENDS) for _ in range(chooser.number(1, 2))]
    return [
        {"type": kind, name: any_of(chooser, PLACES if kind == "location" else PARTIES)}
        for kind in kinds
    ]


def _sensed(chooser: Chooser) -> Members:
    early = [one for one in TIMES if one < "2026-03-01T02"]
    about: Members = {}
    for name in ("time", "startTime", "endTime"):
        about |= maybe(chooser, 30, {name: chooser.pick(early)})
    for name in ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"):
        about |= maybe(chooser, 30, {name: any_of(chooser, DEVICES)})
    if happens(chooser, 40):
        about |= extensions(chooser)
    element: Members = {"sensorReport": [_report(chooser) for _ in range(chooser.number(1, 2))]}
    element |= maybe(chooser, 70, {"sensorMetadata": about} if about else {})
    if happens(chooser, 40):
        element |= extensions(chooser)
    return element


def _report(chooser: Chooser) -> Members:
    kinds = ("Temperature", "Mass", "ex:Sweetness")
    report: Members = {"type": chooser.pick(kinds)}
    report |= maybe(chooser, 85, {"uom": chooser.pick(UNITS)})
    for name in some(chooser, _READINGS, most=3):
        report[name] = number(chooser.pick(NUMBERS))
    for name in ("microorganism", "chemicalSubstance", "uriValue"):
        report |= maybe(chooser, 20, {name: any_of(chooser, DEVICES)})
    report |= maybe(chooser, 25, {"stringValue": chooser.pick(TEXTS)})
    report |= maybe(chooser, 25, {"booleanValue": chooser.pick([True, False])})
    report |= maybe(chooser, 25, {"hexBinaryValue": chooser.pick(["F0a1", "00"])})
    if happens(chooser, 40):
        report |= extensions(chooser)
    return report


def _amounts(chooser: Chooser) -> list[Members]:
    return [
        {"epcClass": any_of(chooser, CLASSES)} | _amount(chooser)
        for _ in range(chooser.number(1, 2))
    ]


def _amount(chooser: Chooser) -> Members:
    if happens(chooser, 20):
        return {}
    amount = {"quantity": number(chooser.pick(_POSITIVE))}
    return amount | maybe(chooser, 70, {"uom": chooser.pick(UNITS)})


def _objects(chooser: Chooser) -> list[str]:
    keys = some(chooser, [*INSTANCES], most=2)
    return [things.spell(chooser, INSTANCES, key) for key in keys]


def _subject(chooser: Chooser, kind: str) -> Members:
    """What an event of a type is about."""
    action = {"action": chooser.pick(["ADD", "OBSERVE", "DELETE"])}
    match kind:
        case "ObjectEvent":
            found: Members = {"epcList": _objects(chooser), **action}
            found |= maybe(chooser, 50, {"quantityList": _amounts(chooser)})
            if action["action"] == "ADD" and happens(chooser, 70):
                found["ilmd"] = extensions(chooser)
            return found
        case "TransactionEvent":
            found = {"epcList": _objects(chooser), **action}
            found |= maybe(chooser, 50, {"quantityList": _amounts(chooser)})
            found |= maybe(chooser, 50, {"parentID": any_of(chooser, INSTANCES)})
            return {**found, "bizTransactionList": _transactions(chooser)}
        case "TransformationEvent":
            found = {"inputEPCList": _objects(chooser), "outputEPCList": _objects(chooser)}
            found |= maybe(chooser, 60, {"inputQuantityList": _amounts(chooser)})
            found |= maybe(chooser, 60, {"outputQuantityList": _amounts(chooser)})
            found |= maybe(chooser, 40, {"transformationID": any_of(chooser, DOCUMENTS)})
            return found | maybe(chooser, 50, {"ilmd": extensions(chooser)})
    parent = {"parentID": any_of(chooser, INSTANCES), "childEPCs": _objects(chooser)}
    return {**parent, **action} | maybe(chooser, 50, {"childQuantityList": _amounts(chooser)})
