"""Capture jobs as clients see them, in JSON and in XML.

Beside the standard's members there are `progress` (`events` done, `bytesRead` of `size`), `counts`
of events by what became of them, which are complete where `errors` is not, and `errorsLeftOut`. A
problem in `errors` has beside the standard's members the `code` of its finding, `where` it is, the
`reference` it rests on, and the `eventIndex` and `eventID` of its event. In XML all of these stand
in a namespace of the ledger's own.

References:
    EPCIS 2.0, section 12.6 (capture jobs); RFC 9457
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from epcis_core.model.times import utc_text
from ingest.job_states import JobError, JobState

NAMESPACE: Final = "https://epcis-ledger.org/ns/job"
"""Of the members that the standard does not have, in XML."""

_KINDS: Final[Mapping[str, tuple[int, str]]] = {
    "event_id_conflict": (409, "ResourceAlreadyExistsException"),
    "too_many_events": (413, "CaptureLimitExceededException"),
}
_STANDARD: Final = ("type", "title", "status", "detail")


def job_members(state: JobState) -> dict[str, Any]:
    """Return a capture job as JSON members."""
    finished = {} if state.finished is None else {"finishedAt": utc_text(state.finished)}
    return {
        "captureID": state.capture_id,
        "createdAt": utc_text(state.created),
        **finished,
        "running": state.finished is None,
        "success": state.success,
        "captureErrorBehaviour": "proceed" if state.proceed else "rollback",
        "errors": [_problem(error) for error in state.errors],
        "errorsLeftOut": state.left_out,
        "counts": dict(state.counts),
        "progress": _progress(state),
    }


def job_xml(state: JobState) -> bytes:
    """Return a capture job as an `EPCISCaptureJob`, by the schema of EPCIS 2.0."""
    members = job_members(state)
    named = ("captureErrorBehaviour", "createdAt", "finishedAt")
    inner = "".join(_element(name, members[name]) for name in named if name in members)
    if problems := "".join(f"<error>{''.join(_in_xml(one))}</error>" for one in members["errors"]):
        inner += f"<errors>{problems}</errors>"
    inner += _own("errorsLeftOut", members["errorsLeftOut"])
    inner += _own("counts", members["counts"]) + _own("progress", members["progress"])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<epcis:EPCISCaptureJob xmlns:epcis="urn:epcglobal:epcis:xsd:2" '
        f'xmlns:job="{NAMESPACE}" captureID={quoteattr(state.capture_id)} '
        f'running="{_text(members["running"])}" success="{_text(members["success"])}">'
        f"{inner}</epcis:EPCISCaptureJob>"
    ).encode()


def _progress(state: JobState) -> dict[str, int]:
    done = sum(state.counts.get(name, 0) for name in ("accepted", "duplicate", "rejected"))
    return {"events": done, "bytesRead": state.bytes_read, "size": state.size}


def _problem(error: JobError) -> dict[str, Any]:
    """Return an error as a problem."""
    status, kind = _KINDS.get(error.code or "", (400, "ValidationException"))
    if error.code is None:
        status, kind = 500, "ImplementationException"
    own = {
        "detail": _place(error.where) or None,
        "code": error.code,
        "where": dict(error.where) or None,
        "reference": error.reference,
        "eventIndex": error.index,
        "eventID": error.event_id,
    }
    problem = {"type": f"epcisException:{kind}", "title": error.message, "status": status}
    return problem | {name: value for name, value in own.items() if value is not None}


def _place(where: Mapping[str, str | int]) -> str:
    """Return a place in words.

    >>> _place({"pointer": "/epcisBody/eventList/0", "line": 3, "column": 7})
    'At /epcisBody/eventList/0, line 3, column 7.'
    """
    parts = [str(where["pointer"])] if where.get("pointer") else []
    parts += [f"{name} {where[name]}" for name in ("line", "column") if name in where]
    return f"At {', '.join(parts)}." if parts else ""


def _in_xml(problem: Mapping[str, Any]) -> Iterator[str]:
    for name in _STANDARD:
        if name in problem:
            yield _element(name, problem[name])
    for name, value in problem.items():
        if name not in _STANDARD:
            yield _own(name, value)


def _own(name: str, value: Any) -> str:
    """Return a member that the standard does not have; one with members of its own around these."""
    if isinstance(value, dict):
        inner = "".join(_own(one, within) for one, within in value.items())
        return f"<job:{name}>{inner}</job:{name}>"
    return _element(f"job:{name}", value)


def _element(name: str, value: Any) -> str:
    return f"<{name}>{escape(_text(value))}</{name}>"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
