"""Documents that one syntax has and the other has not: the form they take there.

XML has an EPCISMasterDataDocument, and an EPCISQueryDocument may have a header; JSON has neither.
So that nothing is lost, such a document is written in JSON with members of the namespace of this
project, which everybody else sees as extensions like any other:

- An EPCISMasterDataDocument is an EPCISDocument without events: its master data stands in
  `epcisHeader.epcisMasterData`, where readers of JSON look for it, and the member `DOCUMENT` names
  the document that it is in XML.
- The header that such a document has in XML, and that of an EPCISQueryDocument, is the member
  `HEADER`.
- The pointers in the mark of types follow; see `epcis_core.codecs.xml_types`.

References:
    EPCIS 2.0, sections 9.5 and 10
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from epcis_core.codecs.document import DocumentKind
from epcis_core.codecs.xml_names import JSON
from epcis_core.codecs.xml_types import mark_of, types_in
from epcis_core.findings import escape_pointer
from epcis_core.model.namespaces import TYPES

DOCUMENT: Final = f"{JSON}document"
"""Member of a document in JSON: which document it is in XML."""

HEADER: Final = f"{JSON}epcisHeader"
"""Member of a document in JSON: the header that it has in XML."""

_MASTER_DATA: Final[DocumentKind] = "EPCISMasterDataDocument"
_BODY_MOVES: Final = ("/epcisBody/vocabularyList", "/epcisHeader/epcisMasterData/vocabularyList")
_HEADER_MOVES: Final = ("/epcisHeader", f"/{escape_pointer(HEADER)}")


def json_form(kind: DocumentKind, head: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a document's head as JSON has them.

    Args:
        kind: which document it is.
        head: the members of its head.
    """
    given = dict(head)
    if kind == "EPCISDocument":
        return given
    header = given.pop("epcisHeader", None)
    if kind == _MASTER_DATA:
        body = dict(given["epcisBody"])
        data = {"vocabularyList": body.pop("vocabularyList")} if "vocabularyList" in body else None
        given["type"] = "EPCISDocument"
        given["epcisHeader"] = {} if data is None else {"epcisMasterData": data}
        given["epcisBody"] = {**body, "eventList": []}
        given[DOCUMENT] = _MASTER_DATA
    moves = []
    if header is not None:
        given[HEADER] = header
        moves.append(_HEADER_MOVES)
    if kind == _MASTER_DATA:
        moves.append(_BODY_MOVES)
    _move_types(given, moves)
    return given


def xml_form(
    kind: DocumentKind, head: Mapping[str, Any], *, holds_events: bool
) -> tuple[DocumentKind, dict[str, Any]]:
    """Return which document something is in XML, and the members of its head there.

    Args:
        kind: which document it is.
        head: the members of its head.
        holds_events: there are events in it, which a document of master data cannot hold.
    """
    given = dict(head)
    moves = []
    is_flagged = given.get(DOCUMENT) == _MASTER_DATA and kind == "EPCISDocument"
    if is_flagged and not holds_events and not _has_more(given):
        kind = _MASTER_DATA
        del given[DOCUMENT]
        body = {name: one for name, one in given["epcisBody"].items() if name != "eventList"}
        given["type"] = kind
        given["epcisBody"] = given.pop("epcisHeader", {}).get("epcisMasterData", {}) | body
        moves.append(_BODY_MOVES[::-1])
    if kind != "EPCISDocument" and isinstance(given.get(HEADER), dict):
        given["epcisHeader"] = given.pop(HEADER)
        moves.append(_HEADER_MOVES[::-1])
    _move_types(given, moves)
    return kind, given


def _move_types(head: dict[str, Any], moves: Iterable[tuple[str, str]]) -> None:
    """Let the types of values follow them from one pointer to another."""
    types = types_in(head.get(TYPES))
    if types is None:
        return
    moved = {}
    for at, name in types.items():
        to = next((f"{b}{at[len(a) :]}" for a, b in moves if at.startswith(f"{a}/")), at)
        moved[to] = name
    head[TYPES] = mark_of(moved)


def _has_more(given: Mapping[str, Any]) -> bool:
    """Tell whether somebody added to the header what has no place in the other document."""
    header = given.get("epcisHeader", {})
    return bool(header.keys() - {"epcisMasterData"}) or bool(
        header.get("epcisMasterData", {}).keys() - {"vocabularyList"}
    )
