"""Lot records as JSON in a target's own shape, which a mapping file describes."""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx

from api.outward import Outward, OutwardError
from api.portal.about_delivery import about_delivery
from api.portal.answers import Outcome, at_pointer, outcome_of
from api.portal.connector import Asked
from api.portal.credentials import Credentials
from api.portal.mapping import MappingError, placed
from api.portal.targets import Target, TargetError
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.store.portal.deliveries import Delivery, Operation, Status

_READ: Final = 200


class LotRecords:
    """Speaks JSON with a target; `api.portal.connector.Adapter`.

    Args:
        target: how it wants things.
        outward: what it is called by.
    """

    def __init__(self, target: Target, outward: Outward) -> None:
        self._target = target
        self._outward = outward
        self._credentials = Credentials(target.authentication, outward)

    def asked(self, delivery: Delivery, reference: str | None, now: int) -> Asked:
        """See `Adapter.asked`."""
        call = self._target.call(delivery.operation)
        if call is None:
            raise MappingError(f"{self._target.name} has no way to {delivery.operation} a lot.")
        about = about_delivery(delivery, reference, now)
        template = call.body
        if template is None and delivery.operation is not Operation.WITHDRAW:
            template = self._target.body
        record = json.loads(delivery.record or "{}")
        body = b""
        if template is not None and call.method not in {"GET", "DELETE"}:
            body = json_bytes(self._target.filling.filled(template, record, about) or {})
        headers = {"Accept": "application/json", "User-Agent": "epcis-ledger"}
        if body:
            headers["Content-Type"] = "application/json"
        headers |= {
            name: placed(value, about, escape=False) for name, value in self._target.headers.items()
        }
        return Asked(call.method, self._url(call.path, about), headers, body)

    async def send(self, asked: Asked, now: int) -> Outcome:
        """See `Adapter.send`."""
        try:
            shown = await self._credentials.headers(asked.body, now)
            headers = sendable({**asked.headers, **shown})
            answer = await self._outward.request(
                asked.method, asked.url, headers, asked.body or None
            )
        except (OutwardError, TargetError) as error:
            return Outcome(Status.WAITING, reason=str(error))
        except httpx.ConnectError as error:
            return Outcome(Status.WAITING, reason=f"Nobody is there: {error}")
        except httpx.HTTPError as error:
            return Outcome(Status.UNKNOWN, reason=f"No answer: {error}")
        self._credentials.refused(answer.status)
        return self._credentials.hidden(outcome_of(answer, self._target.answer, now))

    async def holds(self, delivery: Delivery, reference: str | None, now: int) -> bool | None:
        """See `Adapter.holds`."""
        back = self._target.read_back
        if back is None:
            return None
        about = about_delivery(delivery, reference, now)
        if "{reference}" in back.path and reference is None:
            return None  # it has never told what it calls the lot
        try:
            headers = sendable(await self._credentials.headers(b"", now))
            status, body = await self._outward.get(self._url(back.path, about), headers)
        except (OutwardError, httpx.HTTPError) as error:
            raise TargetError(f"It cannot be read back: {error}") from error
        is_gone = delivery.operation is Operation.WITHDRAW
        if status in back.absent:
            return is_gone
        if status != _READ:
            self._credentials.refused(status)
            raise TargetError(f"It cannot be read back: the answer was {status}.")
        try:
            found = at_pointer(json.loads(body), back.at)
        except (ValueError, RecursionError) as error:
            raise TargetError("What was read back is no JSON.") from error
        return str(found) == placed(back.equals, about, escape=False)

    def _url(self, path: str, about: Mapping[str, Any]) -> str:
        return self._target.address.rstrip("/") + placed(path, about, escape=True)


def sendable(headers: dict[str, str]) -> dict[str, str]:
    """Return headers that can be sent.

    Raises:
        TargetError: one cannot; its value, which may be a secret, is not told.
    """
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable() and value == value.strip()):
            raise TargetError(f"The header {name} has characters that no header may have.")
    return headers
