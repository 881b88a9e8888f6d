"""Lot records as JSON in a target's own shape, which a mapping file describes."""

import json
from collections.abc import Mapping
from typing import Final

import httpx

from api.outward import Answer, Outward, OutwardError
from api.portal.about_delivery import about_delivery
from api.portal.adapter import Asked, Found
from api.portal.answers import Outcome, at_pointer, outcome_of, unanswered
from api.portal.credentials import Credentials
from api.portal.mapping import MappingError, placed
from api.portal.target_parts import TargetError
from api.portal.targets import Target
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.store.portal.deliveries import Delivery, Operation

_READ: Final = 200


class LotRecords:
    """Speaks JSON with a target; `api.portal.adapter.Adapter`.

    Args:
        target: how it wants things.
        outward: what it is called by.
    """

    def __init__(self, target: Target, outward: Outward) -> None:
        self._target = target
        self._outward = outward
        self._credentials = Credentials(target.authentication, outward)

    def wants_reference(self, delivery: Delivery) -> bool:
        """See `Adapter.wants_reference`: it can then be read back."""
        back, call = self._target.read_back, self._target.call(delivery.operation)
        return (
            back is not None
            and call is not None
            and bool(back.reference)
            and "{reference}" in call.path
        )

    def asked(self, delivery: Delivery, reference: str | None, now: int) -> Asked:
        """See `Adapter.asked`."""
        call = self._target.call(delivery.operation)
        if call is None:
            raise MappingError(f"{self._target.name} has no way to {delivery.operation} a lot.")
        about = about_delivery(delivery, reference, now)
        if reference is None and "{reference}" in call.path:
            raise MappingError(
                f"{self._target.name} has not told what it calls this lot, or that answer was "
                f"lost; without it there is no way to {delivery.operation} the lot."
            )
        template = call.body
        if template is None and delivery.operation is not Operation.WITHDRAW:
            template = self._target.body
        record = json.loads(delivery.record or "{}")
        body = b""
        if template is not None and call.method not in {"GET", "DELETE"}:
            body = json_bytes(self._target.filling.filled(template, record, about) or {})
        headers = {
            name: placed(value, about, escape=False) for name, value in self._target.headers.items()
        }
        return self.request(call.method, placed(call.path, about, escape=True), headers, body)

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Asked:
        """Return a request to the target.

        Args:
            method: of HTTP.
            path: behind its address.
            headers: that the target wants.
            body: JSON, or nothing.
        """
        usual = {"Accept": "application/json", "User-Agent": "epcis-ledger"}
        if body:
            usual["Content-Type"] = "application/json"
        return Asked(method, self._at(path), {**usual, **headers}, body)

    async def send(self, asked: Asked, now: int) -> Outcome:
        """See `Adapter.send`."""
        answer = await self.answered(asked, now)
        if isinstance(answer, Outcome):
            return answer
        return self.hidden(outcome_of(answer, self._target.answer, now))

    async def answered(self, asked: Asked, now: int) -> Answer | Outcome:
        """Send a request, and return what was answered, or what became of it without an answer."""
        try:
            shown = await self._credentials.headers(asked.body, now)
            headers = sendable({**asked.headers, **shown})
            answer = await self._outward.request(
                asked.method, asked.url, headers, asked.body or None
            )
        except (OutwardError, TargetError, httpx.HTTPError) as error:
            return unanswered(error)
        self._credentials.refused(answer.status)
        return answer

    def hidden(self, outcome: Outcome) -> Outcome:
        """Return an outcome without what the target repeats of its secret."""
        return self._credentials.hidden(outcome)

    async def find(self, delivery: Delivery, reference: str | None, now: int) -> Found:
        """See `Adapter.find`."""
        back = self._target.read_back
        if back is None or ("{reference}" in back.path and reference is None):
            return Found(None)
        about = about_delivery(delivery, reference, now)
        try:
            headers = sendable(await self._credentials.headers(b"", now))
            path = placed(back.path, about, escape=True)
            status, body = await self._outward.get(self._at(path), headers)
        except (OutwardError, httpx.HTTPError) as error:
            raise TargetError(f"It cannot be read back: {error}") from error
        if status in back.absent:
            return Found(delivery.operation is Operation.WITHDRAW)
        if status != _READ:
            self._credentials.refused(status)
            raise TargetError(f"It cannot be read back: the answer was {status}.")
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise TargetError("What was read back is no JSON.") from error
        named = at_pointer(told, back.reference) if back.reference else None
        has = str(at_pointer(told, back.at)) == placed(back.equals, about, escape=False)
        return Found(has, None if named is None else str(named))

    def _at(self, path: str) -> str:
        return self._target.address.rstrip("/") + path


def sendable(headers: dict[str, str]) -> dict[str, str]:
    """Return headers that can be sent.

    Raises:
        TargetError: one cannot; its value, which may be a secret, is not told.
    """
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable() and value == value.strip()):
            raise TargetError(f"The header {name} has characters that no header may have.")
    return headers
