"""What became of a delivery, read from what a target answered."""

import json
import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from api.outward import Answer
from api.portal.target_parts import Answers, Sign
from epcis_core.errors import EpcisError
from epcis_core.store.portal.deliveries import Status

_SECOND: Final = 1_000_000  # microseconds
_NOT_NOW: Final = frozenset({401, 403, 408, 425, 429})
"""Answers that are about the target or this client, and not about what was sent."""
_CLIENT_ERRORS: Final = range(400, 500)
_SERVER_ERRORS: Final = range(500, 600)
_SHOWN: Final = 2_000  # characters of an answer that are kept
_IS_REFUSED: Final = re.compile("ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)")
_LONGEST_PAUSE: Final = 24 * 3600  # seconds that a target may ask for


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery.

    Attributes:
        status: `ACCEPTED`, `REJECTED`, `WAITING` for what did not arrive or is to be sent again,
            or `UNKNOWN`.
        told: the answer as it is kept; empty where there was none.
        reason: why it was not taken.
        reference: what the target calls the lot.
        pause: for how long the target wants nothing, in microseconds; None for not said.
        is_own_error: the target failed by itself, perhaps at this very delivery.
        is_of_all: it is what became of a request with several deliveries, and not of one of them.
    """

    status: Status
    told: str = ""
    reason: str | None = None
    reference: str | None = None
    pause: int | None = None
    is_own_error: bool = False
    is_of_all: bool = False


def outcome_of(answer: Answer, answers: Answers, now: int) -> Outcome:
    """Return what became of a delivery that was answered.

    Args:
        answer: it.
        answers: how the target's answers are read.
        now: the clock, microseconds since 1970 UTC.
    """
    body = read_json(answer.body)
    told = f"{answer.status} {answer.body.decode(errors='replace')}"[:_SHOWN].strip()
    reference = at_pointer(body, answers.reference) if answers.reference else None
    named = None if reference is None else str(reference)
    if answer.status in answers.accepted:
        if answers.success is None or _says(body, answers.success):
            return Outcome(Status.ACCEPTED, told, reference=named)
        return Outcome(Status.REJECTED, told, _reason(answer, body, answers))
    if answer.status in answers.duplicate and (
        answers.duplicate_sign is None or _says(body, answers.duplicate_sign)
    ):
        return Outcome(Status.ACCEPTED, told, reference=named)
    reason = _reason(answer, body, answers)
    if answer.status in _CLIENT_ERRORS and answer.status not in _NOT_NOW:
        return Outcome(Status.REJECTED, told, reason)
    return Outcome(
        Status.WAITING,
        told,
        reason,
        pause=_pause(answer.headers.get("retry-after"), now),
        is_own_error=answer.status in _SERVER_ERRORS,
    )


def unanswered(error: EpcisError | httpx.HTTPError) -> Outcome:
    """Return what becomes of a delivery whose request failed before an answer came."""
    if isinstance(error, EpcisError):
        return Outcome(Status.WAITING, reason=str(error))
    if told := _certificate_fault(error):
        return Outcome(Status.WAITING, reason=told)
    if isinstance(error, httpx.ConnectError):
        return Outcome(Status.WAITING, reason=f"Nobody is there: {error}")
    return Outcome(Status.UNKNOWN, reason=f"No answer: {error}")


def _certificate_fault(error: BaseException | None) -> str:
    """Say which side refused the other's certificate, so that nothing can have been taken.

    A server that refuses ours says so after the handshake (RFC 8446, section 4.4.2.4), where the
    request may be on its way already.
    """
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"The certificate of the portal is not believed: {error.verify_message}."
        if isinstance(error, ssl.SSLError) and _IS_REFUSED.search(error.reason or ""):
            words = str(error.reason).lower().replace("_", " ")
            return f"The portal refuses the certificate that it is shown: {words}."
        error = error.__cause__ or error.__context__
    return ""


def at_pointer(document: Any, pointer: str) -> Any:
    """Return what stands in JSON at a JSON Pointer; None for nothing.

    >>> at_pointer({"data": [{"id": 7}]}, "/data/0/id")
    7
    """
    found = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def _says(body: Any, sign: Sign) -> bool:
    found = at_pointer(body, sign.at)
    return type(found) is type(sign.equals) and found == sign.equals


def _reason(answer: Answer, body: Any, answers: Answers) -> str:
    said = at_pointer(body, answers.reason) if answers.reason else None
    words = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return f"{answer.status}" if said is None else f"{answer.status}: {words}"[:_SHOWN]


def _pause(text: str | None, now: int) -> int | None:
    """Read Retry-After: seconds, or a date (RFC 9110, section 10.2.3)."""
    if text is None:
        return None
    if text.strip().isdecimal():
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.fromtimestamp(now / _SECOND, UTC)).total_seconds()
    return int(min(max(seconds, 0), _LONGEST_PAUSE) * _SECOND)


def read_json(body: bytes) -> Any:
    """Return what an answer says; None where that is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
