"""The parameters that several operations share, and the words for those that have none.

Those of a SimpleEventQuery come from the tables that read them (`epcis_core.query`). Those of a
family are one parameter here: an object whose members are parameters, by patterns of their names.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.openapi.operations import LANGUAGE, MASTER_DATA, QUERY, SOCKET
from api.subscriptions.controls import SOCKET_PARAMETERS
from api.web.texts import LANGUAGES
from api.wire.pages import PAGING
from epcis_core.query import master_data_query as of_master_data
from epcis_core.query.families import FAMILIES
from epcis_core.query.parameter import Takes
from epcis_core.query.parameters import CONTROLS, FIXED, SPELLINGS

Described = dict[str, Any]

_TEXT: Final = {"type": "string"}
_TIME: Final = {"type": "string", "format": "date-time"}
_TAKEN: Final[Mapping[Takes, Described]] = {
    "texts": {"type": "array", "items": _TEXT, "minItems": 1},
    "actions": {"type": "array", "items": {"enum": ["ADD", "OBSERVE", "DELETE"]}, "minItems": 1},
    "time": _TIME,
    "flag": {"type": "boolean"},
    "truth": {"type": "boolean"},
    "order": {"type": "string", "examples": ["eventTime", "recordTime"]},
    "direction": {"enum": ["ASC", "DESC"]},
    "count": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
    "text": _TEXT,
}
_FAMILIES: Final = "QueryFamilies"
_ATTRIBUTES: Final = "MasterDataFamilies"

WORDS: Final[Mapping[str, str]] = {
    "as_of": "A time: answer from what the ledger knew then.",
    "at": "A time: of a container the load that it had then, else its latest.",
    "before": "The id of a capture, from which an earlier page goes on.",
    "capture_id": "The id of a capture.",
    "direction": "Where the object came from, where it went, or both.",
    "event_id": "The id of an event, percent-encoded, its slashes too.",
    "id": "An object in any spelling: Digital Link, EPC URI, element string, scanned barcode.",
    "lenient": "Let what the lenient mode allows be no error.",
    "max_objects": "The most objects of an answer.",
    "name": "The name.",
    "proceed": "Keep the events without errors where others have some.",
    "of": "The GTIN of a product of which the text is a lot number.",
    "q": "Any spelling of a key, a lot, a serial or document number, part of one, or a name.",
    "since": "The first day, as the calendar in Viet Nam has it: `2026-03-11`.",
    "subscription_id": "The id of a subscription.",
    "token": "A token of a page.",
    "digest": "The SHA-256 of its bytes, in hexadecimal digits.",
    "until": "The last day, which is part of it, in the same form.",
    "value": "The value: a URI percent-encoded, its slashes too, or a bare word.",
    "if-none-match": "Names of the content that the asker has, as `ETag` gave them.",
}
"""What parameters mean whose routes do not say it."""

SPELLED: Final[Mapping[str, str]] = {
    name.lower(): name
    for name in (
        *("GS1-EPCIS-Version", "GS1-EPCIS-Min", "GS1-EPCIS-Max"),
        *("GS1-CBV-Version", "GS1-CBV-Min", "GS1-CBV-Max"),
        *("GS1-EPC-Format", "GS1-CBV-XML-Format", "GS1-Extensions"),
        *("GS1-Capture-Error-Behaviour", "If-None-Match"),
    )
}
"""Headers as the standards spell them."""

_SAID: Final[Mapping[str, tuple[Described, str]]] = {
    "stream": ({"type": "boolean"}, "Tell of events as they come."),
    "reportIfEmpty": ({"type": "boolean"}, "Tell of times at which there was nothing, too."),
    "initialRecordTime": (_TIME, "Since when events count, by the time of their capture."),
}


def parameter_components() -> dict[str, Described]:
    """Return every shared parameter by the name under which `parameters_of` refers to it."""
    shared = dict(_of_query())
    shared |= dict(_of_master_data())
    shared |= {
        name: _in_query(name, *_SAID.get(name, (_TEXT, f"The `{name}` of a schedule.")))
        for name in SOCKET_PARAMETERS
    }
    languages = {"enum": list(LANGUAGES)}
    shared[LANGUAGE] = _in_query(LANGUAGE, languages, "The language of the page; it is kept.")
    return shared


def parameters_of(names: tuple[str, ...]) -> list[Described]:
    """Return references to the shared parameters that an operation takes."""
    groups = {
        QUERY: [name for name, _ in _of_query()],
        MASTER_DATA: [name for name, _ in _of_master_data()],
        SOCKET: SOCKET_PARAMETERS,
    }
    wanted = (one for name in names for one in groups.get(name, [name]))
    return [{"$ref": f"#/components/parameters/{name}"} for name in wanted]


def _of_query() -> Iterator[tuple[str, Described]]:
    for name, one in FIXED.items():
        yield name, _in_query(name, _TAKEN[one.takes], f"Events {one.finds}.")
    for name, control in CONTROLS.items():
        if name not in PAGING:
            words = f"{control.finds[0].upper()}{control.finds[1:]}."
            yield name, _in_query(name, _TAKEN[control.takes], words)
    for name, meant in SPELLINGS.items():
        same = _TAKEN[FIXED[meant].takes]
        yield name, _in_query(name, same, f"Another spelling of `{meant}`.")
    words = "All parameters whose names have a form; a list is given by repeating the name."
    yield _FAMILIES, _family("families", words, {k: f"Events {v}." for k, v in FAMILIES.items()})


def _of_master_data() -> Iterator[tuple[str, Described]]:
    for name, words in of_master_data.REQUIRED.items():
        yield name, _in_query(name, _TAKEN["truth"], words) | {"required": True}
    for name, one in of_master_data.FIXED.items():
        yield name, _in_query(name, _TAKEN[one.takes], one.finds)
    words = "All parameters `EQATTR_` with an attribute behind; a list by repeating the name."
    yield _ATTRIBUTES, _family("attributes", words, of_master_data.FAMILIES)


def _in_query(name: str, taken: Mapping[str, Any], words: str) -> Described:
    return {"name": name, "in": "query", "description": words, "schema": dict(taken)}


def _family(name: str, words: str, patterns: Mapping[str, str]) -> Described:
    """Return parameters whose names have a form, as one object that stands in the query itself."""
    members = {
        f"^(?:{pattern})$": {**_TEXT, "description": said} for pattern, said in patterns.items()
    }
    return {
        "name": name,
        "in": "query",
        "description": words,
        "style": "form",
        "explode": True,
        "schema": {"type": "object", "patternProperties": members, "additionalProperties": False},
    }
