"""What the JSON Schemas say beyond the model: patterns, words, and which members need each other.

Each rule here has its counterpart in `epcis_core/rules/`, where it also has a sentence. URIs, times
and the names of extensions carry patterns, so that a slip is found even by a validator that takes
`format` for a comment.

References:
    EPCIS 2.0, sections 7.3, 7.4 and 10.1; CBV 2.0, section 7
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaValue

from epcis_core.model.documents import DocumentBody, ResultsBody, Version
from epcis_core.model.elements import (
    BusinessTransaction,
    Destination,
    ErrorDeclaration,
    Hex,
    PersistentDisposition,
    QuantityElement,
    SensorReport,
    Source,
    Unit,
    Uri,
)
from epcis_core.model.events import (
    AggregationEvent,
    AssociationEvent,
    CertificationInfo,
    EpcisEvent,
    ExtensionEvent,
    ObjectEvent,
    TransactionEvent,
    TransformationEvent,
)
from epcis_core.model.namespaces import Context
from epcis_core.model.times import Offset, Timestamp
from epcis_core.vocabulary import VocabularyList, words


def ref(name: str) -> JsonSchemaValue:
    """Return a reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


_UNIQUE: Final[JsonSchemaValue] = {"uniqueItems": True}

EXTENSION_NAME: Final = (
    r"^[A-Za-z][A-Za-z0-9+.\-]*:(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?#\[\]]|%[0-9A-Fa-f]{2})*$"
)
"""Names that members of other namespaces may have: a prefix or scheme, and what a URI may hold."""

_TIME: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})$"
)

_CONTEXT: Final = [ref("Uri"), {"type": "object"}]

SCALARS: Final[Mapping[str, tuple[Any, str, JsonSchemaValue]]] = {
    "Context": (
        Context,
        "A JSON-LD context: an address, an object of prefixes, or a list of both.",
        {"oneOf": [*_CONTEXT, {"type": "array", "items": {"oneOf": _CONTEXT}} | _UNIQUE]},
    ),
    "CertificationInfo": (
        CertificationInfo,
        "Where the proof of a certification is found: one URI, or a list.",
        {},
    ),
    "Uri": (
        Uri,
        "An absolute URI (RFC 3986): an EPC URN, a GS1 Digital Link or any other.",
        {"pattern": EXTENSION_NAME, "maxLength": 4096},
    ),
    "Timestamp": (
        Timestamp,
        "A point in time with its zone (xsd:dateTimeStamp).",
        {"pattern": _TIME},
    ),
    "Offset": (Offset, "An offset from UTC, from -14:00 to +14:00; never Z.", {}),
    "Unit": (Unit, "A UN/ECE Recommendation 20 code.", {}),
    "Hex": (Hex, "Bytes as pairs of hexadecimal digits.", {}),
    "Version": (Version, "A version of EPCIS; always text.", {}),
}
"""Definitions of single values: the type, what it is, and what the schema adds to it."""

_TERMS: Final[Mapping[VocabularyList, tuple[str, str]]] = {
    VocabularyList.BIZ_STEP: ("BizStep", "A business step"),
    VocabularyList.DISPOSITION: ("Disposition", "A disposition"),
    VocabularyList.BUSINESS_TRANSACTION_TYPE: (
        "BusinessTransactionType",
        "A type of business document",
    ),
    VocabularyList.SOURCE_DEST_TYPE: ("SourceDestType", "A kind of source or destination"),
    VocabularyList.ERROR_REASON: ("ErrorReason", "A reason for which an event is wrong"),
    VocabularyList.COMPONENT: ("Component", "A component of a vector or of a place"),
    VocabularyList.MEASUREMENT_TYPE: ("MeasurementType", "A property that is measured"),
    VocabularyList.SENSOR_ALERT_TYPE: ("SensorAlertType", "A state of alert"),
}
_NOT_OUR_SPELLING: Final = "^(?!urn:epcglobal:cbv|https?://ns\\.gs1\\.org/cbv/)"
_NOT_OUR_WEB_SPELLING: Final = "^(?!https?://(?:www\\.)?gs1\\.org/voc/)"
_OF_WEB_VOCABULARY: Final = {VocabularyList.MEASUREMENT_TYPE, VocabularyList.SENSOR_ALERT_TYPE}


def definitions_of_terms() -> dict[str, JsonSchemaValue]:
    """Return a definition for the terms of each vocabulary: its bare words, or a URI."""
    return {
        name: {
            "description": f"{text}: a word of the CBV, or a URI of another vocabulary.",
            "type": "string",
            "if": {"pattern": ":"},
            "then": ref("Uri")
            | {
                "pattern": _NOT_OUR_WEB_SPELLING
                if vocabulary in _OF_WEB_VOCABULARY
                else _NOT_OUR_SPELLING
            },
            "else": {"enum": list(words(vocabulary))},
        }
        for vocabulary, (name, text) in _TERMS.items()
    }


def _filled(name: str) -> JsonSchemaValue:
    return {"required": [name], "properties": {name: {"minItems": 1}}}


def _action_is(word: str) -> JsonSchemaValue:
    return {"required": ["action"], "properties": {"action": {"const": word}}}


_EVENTS: Final[JsonSchemaValue] = {"items": ref("Event")}

MEMBERS: Final[Mapping[tuple[type[object], str], JsonSchemaValue]] = {
    (DocumentBody, "eventList"): _EVENTS,
    (ResultsBody, "eventList"): _EVENTS,
    (EpcisEvent, "bizStep"): ref("BizStep"),
    (EpcisEvent, "disposition"): ref("Disposition"),
    (EpcisEvent, "ilmd"): ref("Ilmd"),
    (ObjectEvent, "epcList"): _UNIQUE,
    (TransformationEvent, "inputEPCList"): _UNIQUE,
    (TransformationEvent, "outputEPCList"): _UNIQUE,
    (ExtensionEvent, "type"): ref("Uri"),
    (PersistentDisposition, "set"): _UNIQUE | {"items": ref("Disposition")},
    (PersistentDisposition, "unset"): _UNIQUE | {"items": ref("Disposition")},
    (QuantityElement, "quantity"): {"minimum": 0},
    (BusinessTransaction, "type"): ref("BusinessTransactionType"),
    (Source, "type"): ref("SourceDestType"),
    (Destination, "type"): ref("SourceDestType"),
    (ErrorDeclaration, "reason"): ref("ErrorReason"),
    (SensorReport, "type"): ref("MeasurementType"),
    (SensorReport, "exception"): ref("SensorAlertType"),
    (SensorReport, "component"): ref("Component"),
}
"""What is added to a member, by the class that has it, or its base; a reference replaces it."""

REQUIRED: Final[Mapping[type[BaseModel], tuple[str, ...]]] = {SensorReport: ("type",)}
"""Members that JSON requires and the model does not."""

_INPUTS: Final = {"anyOf": [_filled("inputEPCList"), _filled("inputQuantityList")]}
_OUTPUTS: Final = {"anyOf": [_filled("outputEPCList"), _filled("outputQuantityList")]}
_CHILDREN: Final[JsonSchemaValue] = {
    "$comment": "Children are named; only DELETE may mean all of them.",
    "if": _action_is("DELETE"),
    "else": {"anyOf": [_filled("childEPCs"), _filled("childQuantityList")]},
}

RULES: Final[Mapping[type[BaseModel], tuple[JsonSchemaValue, ...]]] = {
    ObjectEvent: (
        {
            "$comment": "Something is named: objects, an amount, or a reading at a read point.",
            "anyOf": [
                {"required": ["epcList"]},
                _filled("quantityList"),
                {"required": ["readPoint"], "allOf": [_filled("sensorElementList")]},
            ],
        },
        {
            "$comment": "Master data of a lot or instance belongs to the event that begins it.",
            "dependentSchemas": {"ilmd": {"properties": {"action": {"const": "ADD"}}}},
        },
    ),
    AggregationEvent: (
        {
            "$comment": "Only an observation may leave out the parent.",
            "if": _action_is("OBSERVE"),
            "else": {"required": ["parentID"]},
        },
        _CHILDREN,
    ),
    AssociationEvent: (_CHILDREN,),
    TransactionEvent: (
        {
            "$comment": "Objects are named; only DELETE may mean all of them.",
            "if": _action_is("DELETE"),
            "else": {"anyOf": [{"required": ["epcList"]}, _filled("quantityList")]},
        },
    ),
    TransformationEvent: (
        {
            "$comment": "Inputs and outputs, or one side and what joins it to other events.",
            "anyOf": [
                {"allOf": [_INPUTS, _OUTPUTS]},
                {"required": ["transformationID"], "anyOf": [_INPUTS, _OUTPUTS]},
            ],
        },
    ),
    PersistentDisposition: (
        {"$comment": "Something is set, or something is unset.", "minProperties": 1},
    ),
}
"""What the members of a part need of each other."""
