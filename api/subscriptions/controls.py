"""What a subscriber asks for: when to be told, since when events count, and where to send them.

References:
    EPCIS 2.0, sections 8.2.5 and 12.7 (subscriptions)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.definitions import json_object
from api.errors import Refusal
from api.subscriptions.schedule import FIELDS, Schedule, ScheduleError, parse_schedule
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.model.base import Number
from epcis_core.model.times import microseconds

SOCKET_PARAMETERS: Final = (*FIELDS, "stream", "reportIfEmpty", "initialRecordTime")
"""Parameters of an address that say when somebody who listens is told."""

_MEMBERS: Final = (
    "dest", "signatureToken", "secret", "stream", "schedule", "reportIfEmpty", "initialRecordTime",
)  # fmt: skip
_LONGEST_TOKEN: Final = 1_000
_CONTROLS: Final = "SubscriptionControlsException"
_INVALID: Final = "ValidationException"
_TRUTH: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Controls:
    """When somebody is told of events.

    Attributes:
        schedule: when the query is executed; None for whenever there are events.
        report_if_empty: tell of executions that found nothing.
        initial: since when events count, microseconds since 1970 UTC; None for from now on.
    """

    schedule: Schedule | None
    report_if_empty: bool
    initial: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A subscription that somebody asks for.

    Attributes:
        dest: the address to send events to.
        token: to sign them with; None for no signature.
        controls: when to send them.
    """

    dest: str
    token: str | None
    controls: Controls


def read_wish(body: bytes) -> Wish:
    """Read what somebody asks for who wants events to be sent.

    Args:
        body: JSON in UTF-8.

    Raises:
        Refusal: 400 for what is none.
    """
    members = json_object(body, _INVALID)
    for name in members:
        if name not in _MEMBERS:
            raise Refusal(
                400, _INVALID, f"A subscription has no {name!r}; it has {', '.join(_MEMBERS)}."
            )
    dest = members.get("dest")
    if not isinstance(dest, str):
        raise Refusal(400, _INVALID, f"Expected an address as dest, got {_shown(dest)}.")
    schedule = members.get("schedule")
    if schedule is not None and not isinstance(schedule, dict):
        raise Refusal(400, _CONTROLS, f"Expected an object as schedule, got {_shown(schedule)}.")
    return Wish(
        dest,
        _token(members),
        Controls(
            _when(members.get("stream"), schedule),
            _flag("reportIfEmpty", members.get("reportIfEmpty")),
            _moment(members.get("initialRecordTime")),
        ),
    )


def read_controls(parameters: list[tuple[str, str]]) -> Controls:
    """Read what somebody asks for who listens, from the parameters of an address.

    Raises:
        Refusal: 400 for what is none.
    """
    given: dict[str, Any] = {}
    for name, value in parameters:
        if name not in SOCKET_PARAMETERS:
            known = ", ".join(SOCKET_PARAMETERS)
            raise Refusal(
                400, "QueryParameterException", f"There is no {name!r} here; there is {known}."
            )
        if name in given:
            raise Refusal(400, _CONTROLS, f"{name} is given more than once.")
        given[name] = value
    schedule = {name: given[name] for name in FIELDS if name in given}
    return Controls(
        _when(_worded(given.get("stream")), schedule or None),
        _flag("reportIfEmpty", _worded(given.get("reportIfEmpty"))),
        _moment(given.get("initialRecordTime")),
    )


def _when(stream: Any, schedule: Mapping[str, Any] | None) -> Schedule | None:
    is_stream = _flag("stream", stream)
    if is_stream == (schedule is not None):
        raise Refusal(
            400,
            _CONTROLS,
            "A subscription has either a schedule or stream=true; "
            f"this one has {'both' if is_stream else 'neither'}.",
        )
    if schedule is None:
        return None
    try:
        return parse_schedule({name: _plain(value) for name, value in schedule.items()})
    except ScheduleError as error:
        raise Refusal(400, _CONTROLS, str(error)) from error


def _token(members: Mapping[str, Any]) -> str | None:
    """Return the token; the official sources name it `signatureToken` and `secret`."""
    given = [
        members[name] for name in ("signatureToken", "secret") if members.get(name) is not None
    ]
    if not given:
        return None
    token = given[0]
    if len(given) > 1 and token != given[1]:
        raise Refusal(400, _INVALID, "signatureToken and secret are the same, and differ here.")
    if not isinstance(token, str) or not 0 < len(token) <= _LONGEST_TOKEN:
        raise Refusal(
            400, _INVALID, f"Expected a text as signatureToken, of {_LONGEST_TOKEN} at most."
        )
    return token


def _flag(name: str, value: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    raise Refusal(400, _CONTROLS, f"{name}: expected true or false, got {_shown(value)}.")


def _moment(value: Any) -> int | None:
    if value is None:
        return None
    try:
        return microseconds(value if isinstance(value, str) else _shown(value))
    except ValueError as error:
        raise Refusal(400, _INVALID, f"initialRecordTime: {error}") from error


def _worded(value: str | None) -> Any:
    return value if value is None else _TRUTH.get(value, value)


def _plain(value: Any) -> Any:
    """Return a number as it was written."""
    return value.text if isinstance(value, Number) else value


def _shown(value: Any) -> str:
    return "nothing" if value is None else json_bytes(value).decode()[:80]
