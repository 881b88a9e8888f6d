"""Sending what is due to one target: alone, or several deliveries in one request.

Each delivery is noted before the first byte leaves, and after the answer has come. Where a request
with several is refused as a whole, or the target fails at it, nobody knows which of them was the
cause: each goes alone then.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from api.portal.adapter import Adapter, Together
from api.portal.answers import Outcome
from api.portal.target_parts import TargetError
from api.portal.targets import Target
from api.subscriptions.webhook import Pace
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.errors import EpcisError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.portal.deliveries import (
    Delivery,
    Status,
    note_accepted,
    note_back,
    note_sent,
)
from epcis_core.store.portal.progress import held, note_pace, reached
from epcis_core.store.portal.turns import next_deliveries, next_due

_log: Final = logging.getLogger("epcis.portal")
_SECOND: Final = 1_000_000  # microseconds
_ROUND: Final = 100
"""Requests until it is looked anew for what waited before: many may wait for one lot, and to see
that again each time would cost more than to send."""
_BREAKS: Final = 3
"""So many failures one after the other, and the target is left alone for a while."""

Told = list[tuple[Delivery, Outcome]]
"""What became of deliveries."""


class Sender:
    """Sends deliveries to one target.

    Args:
        books: where everything is noted.
        target: to whom.
        adapter: speaks its language.
        together: likewise for several in one request; None where each goes alone.
        pace: when what failed is tried again.
    """

    def __init__(
        self,
        books: Bookkeeping,
        target: Target,
        adapter: Adapter,
        together: Together | None,
        pace: Pace,
    ) -> None:
        self._books = books
        self._target = target
        self._adapter = adapter
        self._together = together
        self._pace = pace
        self._free = 0  # before which nothing is sent, microseconds since 1970 UTC
        self._alone: set[int] = set()  # deliveries that were refused together with others
        self._after = 0  # the number of the delivery that was sent last in this round
        self._sent_in_round = 0
        self.is_busy = False
        """Something was due when that was looked for last."""

    async def deliver(self, now: int) -> int | None:
        """Send what is next, if its time has come.

        Returns:
            When to come again, microseconds since 1970 UTC, which may be now; None where there is
            nothing to be sent before something changes.
        """
        state = reached(self._books, self._target.name)
        if (wait := max(state.resume, self._free)) > now:
            return wait
        found = self._next(now)
        self.is_busy = bool(found)
        if not found:
            self._after = 0
            return next_due(self._books, self._target.name, now)
        self._free = now + int(_SECOND / self._target.per_second)
        told = await self._sent(found, now)
        self._after = max(one.number for one, _ in told)
        self._note(told, now, state.failures)
        return now

    def _next(self, now: int) -> list[Delivery]:
        """Return what is due: behind what was sent last; now and then, or else, from the first."""
        if self._sent_in_round >= _ROUND:
            self._after = 0
        most = 1 if self._together is None else self._together.most
        found: list[Delivery] = []
        for after in dict.fromkeys((self._after, 0)):
            if after == 0:
                self._sent_in_round = 0
            found = next_deliveries(self._books, self._target.name, now, most=most, after=after)
            if found:
                break
        self._sent_in_round += 1
        return found

    async def _sent(self, found: Sequence[Delivery], now: int) -> Told:
        """Send the first of what is due, and what goes together with it."""
        first = found[0]
        is_unknown = first.status is Status.UNKNOWN
        reference = held(self._books, first.target, first.lot).reference
        if is_unknown or (reference is None and self._adapter.wants_reference(first)):
            try:
                back = await self._adapter.find(first, reference, now)
            except TargetError as error:
                return [(first, Outcome(first.status, reason=str(error)))]
            except Exception as error:  # noqa: BLE001 - the others go on, and it is shown
                return [(first, _untold(first, error))]
            if is_unknown and back.has:
                return [(first, Outcome(Status.ACCEPTED, "read back", reference=back.reference))]
            reference = back.reference or reference
            is_unknown = is_unknown and back.has is None
        if self._together is None or not self._together.goes(first):
            return [await self._sent_alone(first, reference, now)]
        chosen = [first]
        if first.number not in self._alone:
            chosen += [
                one
                for one in found[1:]
                if self._together.goes(one) and one.number not in self._alone
                if is_unknown or one.status is Status.WAITING  # others are to be read back
            ]
        return await self._sent_together(self._together, chosen, now)

    async def _sent_alone(
        self, delivery: Delivery, reference: str | None, now: int
    ) -> tuple[Delivery, Outcome]:
        try:
            asked = self._adapter.asked(delivery, reference, now)
        except Exception as error:  # noqa: BLE001 - the others go on, and it is shown
            return delivery, _untold(delivery, error)
        delivery = note_sent(self._books, delivery, asked.shown(), now)
        try:
            return delivery, await self._adapter.send(asked, now)
        except Exception as error:  # noqa: BLE001 - the others go on, and it is shown
            return delivery, _unread(delivery, error)

    async def _sent_together(
        self, together: Together, chosen: Sequence[Delivery], now: int
    ) -> Told:
        told: Told = []
        entries = []
        for one in chosen:
            reference = held(self._books, one.target, one.lot).reference
            try:
                entries.append((one, together.entry(one, reference, now)))
            except Exception as error:  # noqa: BLE001 - the others go on, and it is shown
                told.append((one, _untold(one, error)))
        if not entries:
            return told
        asked = together.asked(entries, now)
        with self._books.transaction():
            sent = [
                note_sent(self._books, one, replace(asked, body=json_bytes(entry)).shown(), now)
                for one, entry in entries
            ]
        try:
            outcomes = await together.send(asked, sent, now)
        except Exception as error:  # noqa: BLE001 - the others go on, and it is shown
            outcomes = [replace(_unread(one, error), is_of_all=True) for one in sent]
        if len(sent) > 1:
            outcomes = [self._apart(*one) for one in zip(sent, outcomes, strict=True)]
        return told + list(zip(sent, outcomes, strict=True))

    def _apart(self, delivery: Delivery, outcome: Outcome) -> Outcome:
        """Let a delivery go alone where its request failed as a whole by what was in it."""
        is_refused = outcome.status is Status.REJECTED
        if not (outcome.is_of_all and (is_refused or outcome.is_own_error)):
            return outcome
        self._alone.add(delivery.number)
        return replace(outcome, status=Status.WAITING) if is_refused else outcome

    def _note(self, told: Told, now: int, failures: int) -> None:
        """Note what became of deliveries, and whether the target is to be left alone."""
        tries = {max(one.attempts, 1) for one, _ in told}
        due = {each: now + self._pace.wait(each) for each in tries}  # together now, and again
        with self._books.transaction():
            done = [
                self._noted(replace(one, due=due[max(one.attempts, 1)]), outcome, now, failures)
                for one, outcome in told
            ]
            if not any(done):
                failures += 1
                pause = self._pace.wait(failures) if failures >= _BREAKS else 0
                resume = now + max(pause, *(outcome.pause or 0 for _, outcome in told))
                note_pace(self._books, self._target.name, failures, resume, told[0][1].reason)
            elif failures:
                note_pace(self._books, self._target.name, 0, 0, None)

    def _noted(self, delivery: Delivery, outcome: Outcome, now: int, failures: int) -> bool:
        """Note what became of one, which is due again unless that was its end, and tell that."""
        if outcome.status is Status.ACCEPTED:
            note_accepted(self._books, delivery, outcome.told, now, outcome.reference)
        elif outcome.status is Status.REJECTED or self._is_poison(delivery, outcome, failures):
            self._put_back(delivery, outcome, Status.REJECTED, now)
            _log.warning("%s: %s is rejected: %s", delivery.target, delivery.lot, outcome.reason)
        else:
            self._put_back(delivery, outcome, outcome.status, now)
            return False
        self._alone.discard(delivery.number)
        return True

    def _is_poison(self, delivery: Delivery, outcome: Outcome, failures: int) -> bool:
        """Tell whether the target fails at this delivery, again and again, and not at others."""
        too_often = delivery.attempts >= self._target.attempts
        return outcome.is_own_error and too_often and failures < _BREAKS

    def _put_back(self, delivery: Delivery, outcome: Outcome, status: Status, now: int) -> None:
        answered = now if outcome.told else delivery.answered
        back = replace(
            delivery,
            status=status,
            answer=outcome.told or None,
            answered=answered,
            reason=outcome.reason,
        )
        note_back(self._books, back)


def _untold(delivery: Delivery, error: Exception) -> Outcome:
    """Return what becomes of a delivery that cannot be told."""
    if isinstance(error, TargetError):
        return Outcome(delivery.status, reason=str(error))
    if isinstance(error, EpcisError):
        return Outcome(Status.REJECTED, reason=str(error))
    _log.error("%s: %s cannot be told", delivery.target, delivery.lot, exc_info=error)
    return Outcome(Status.REJECTED, reason=_failed(error))


def _unread(delivery: Delivery, error: Exception) -> Outcome:
    """Return what becomes of a delivery whose answer could not be read."""
    _log.error("%s: what was answered to %s", delivery.target, delivery.lot, exc_info=error)
    return Outcome(Status.UNKNOWN, reason=_failed(error), is_own_error=True)


def _failed(error: Exception) -> str:
    """Say that something failed here; what is told of it might hold a secret, and stays out."""
    return f"It failed here, and the log tells where: {type(error).__name__}."
