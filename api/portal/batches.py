"""Several lot records in one request, each of which is answered for itself.

An answer in the list of answers is read as the answer to one record is, by `[answer]` of the
mapping file. What a request leaves without an answer is unknown, and asked for or sent again.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from api.outward import Answer
from api.portal.about_delivery import about_delivery
from api.portal.adapter import Asked
from api.portal.answers import Outcome, at_pointer, outcome_of, read_json
from api.portal.lot_records import LotRecords
from api.portal.mapping import asked_in, placed
from api.portal.target_parts import Batch
from api.portal.targets import Target
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.model.times import utc_text
from epcis_core.store.portal.deliveries import Delivery, Status

_OF_ALL: Final = ("key", "time", "operation")
"""What headers may have of a request with several deliveries; its key is a hash of theirs."""


class Batches:
    """Speaks JSON with a target, several records at once; `api.portal.adapter.Together`.

    Args:
        target: how it wants things.
        batch: how it wants several.
        records: speaks with it otherwise.
    """

    def __init__(self, target: Target, batch: Batch, records: LotRecords) -> None:
        self._target = target
        self._batch = batch
        self._records = records

    @property
    def most(self) -> int:
        """See `Together.most`."""
        return self._batch.most

    def goes(self, delivery: Delivery) -> bool:
        """See `Together.goes`."""
        return delivery.operation in self._batch.operations

    def entry(self, delivery: Delivery, reference: str | None, now: int) -> object:
        """See `Together.entry`; of a withdrawal there is what stands in `entry` alone."""
        about = about_delivery(delivery, reference, now)
        record = None if delivery.record is None else json.loads(delivery.record)
        fill = self._target.filling.filled
        told = {} if record is None else fill(self._target.body, record, about)
        return (told or {}) | (fill(self._batch.entry, record, about) or {})

    def asked(self, entries: Sequence[tuple[Delivery, object]], now: int) -> Asked:
        """See `Together.asked`."""
        keys = "\n".join(one.key for one, _ in entries)
        about = {
            "key": hashlib.sha256(keys.encode()).hexdigest(),
            "time": utc_text(now),
            "operation": "batch",
        }
        headers = {
            name: placed(text, about, escape=False)
            for name, text in self._target.headers.items()
            if {*asked_in(text)} <= {*_OF_ALL}
        }
        body = json_bytes({self._batch.list: [entry for _, entry in entries]})
        return self._records.request(self._batch.method, self._batch.path, headers, body)

    async def send(self, asked: Asked, deliveries: Sequence[Delivery], now: int) -> list[Outcome]:
        """See `Together.send`."""
        answer = await self._records.answered(asked, now)
        if isinstance(answer, Outcome):
            return [replace(answer, is_of_all=True)] * len(deliveries)
        return [
            self._records.hidden(one) for one in outcomes_of(answer, deliveries, self._target, now)
        ]


def outcomes_of(
    answer: Answer, deliveries: Sequence[Delivery], target: Target, now: int
) -> list[Outcome]:
    """Return what became of each of several deliveries that were answered, in their order.

    Args:
        answer: to all of them.
        deliveries: they, in the order in which they were sent.
        target: how its answers are read; it has a `batch`.
        now: the clock, microseconds since 1970 UTC.
    """
    assert target.batch is not None  # noqa: S101 - for the checker: they went together
    if answer.status not in target.answer.accepted:
        outcome = outcome_of(answer, target.answer, now)
        if outcome.status is not Status.ACCEPTED:
            return [replace(outcome, is_of_all=True)] * len(deliveries)
        return [_unsaid(answer, "It was taken before, and nothing is said of each.")] * len(
            deliveries
        )
    listed = at_pointer(read_json(answer.body), target.batch.answers)
    if not isinstance(listed, list):
        told = f"Expected a list of answers at {target.batch.answers!r}, got none."
        return [_unsaid(answer, told)] * len(deliveries)
    if not target.batch.by and len(listed) != len(deliveries):
        told = f"Expected {len(deliveries)} answers, got {len(listed)}."
        return [_unsaid(answer, told)] * len(deliveries)
    return [
        _outcome_of_one(answer, own, target, now)
        for own in _own(listed, deliveries, target.batch, now)
    ]


def _own(
    listed: Sequence[Any], deliveries: Sequence[Delivery], batch: Batch, now: int
) -> Iterator[Any]:
    """Yield what was answered to each delivery; None for nothing."""
    if not batch.by:
        yield from listed
        return
    named = {str(at_pointer(one, batch.by)): one for one in reversed(listed)}
    for one in deliveries:
        yield named.get(placed(batch.equals, about_delivery(one, None, now), escape=False))


def _outcome_of_one(answer: Answer, own: Any, target: Target, now: int) -> Outcome:
    at = "" if target.batch is None else target.batch.status
    status = str(at_pointer(own, at) if at else answer.status)
    if own is None or not status.isdecimal():
        told = "The answer says nothing of this delivery."
        return replace(_unsaid(answer, told), is_of_all=False)
    return outcome_of(Answer(int(status), {}, json_bytes(own)), target.answer, now)


def _unsaid(answer: Answer, reason: str) -> Outcome:
    """Return what becomes of a delivery that may have been taken, where nothing is said of it."""
    return Outcome(Status.UNKNOWN, f"{answer.status}", reason, is_own_error=True, is_of_all=True)
