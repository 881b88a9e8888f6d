"""Carrying lots to one target: what changed, what the target must be told of it, and telling it.

Three steps, each of which leaves everything that it knows on disk, so that the process may be
killed between any two, or within one:

* `look`: which lots may have changed since the sequence of the ledger that was looked at last
* `prepare`: the record of each of these; where the target has another, a delivery
* `deliver`: one request; it is noted before the first byte leaves, and after the answer has come

What was sent and not answered is *unknown*. It is read back where the target can be asked, and else
sent again with the same key, by which the target knows it. The clock is an argument everywhere.
"""

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import Final, Protocol

from api.portal.answers import Outcome
from api.portal.records import Made, Make
from api.portal.targets import HOUR, Target, TargetError
from api.subscriptions.webhook import Pace
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.errors import EpcisError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.changed_lots import changed_lots
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import (
    Delivery,
    Operation,
    Status,
    accepted_delivery,
    add_delivery,
    count_open,
    drop_delivery,
    drop_parked,
    is_parked,
    note_accepted,
    note_back,
    note_sent,
    open_delivery,
    take_up_again,
)
from epcis_core.store.portal.letting_go import let_go
from epcis_core.store.portal.progress import (
    changes,
    forget_change,
    held,
    held_lots,
    note_changes,
    note_lost,
    note_pace,
    reached,
    sweep,
)
from epcis_core.store.portal.standing import take_warnings
from epcis_core.store.portal.turns import next_delivery, next_due
from epcis_core.store.registry.journal import SERVER, Entry, What, note
from epcis_core.store.view import EVERYTHING

_log: Final = logging.getLogger("epcis.portal")
_SECOND: Final = 1_000_000  # microseconds
_AT_ONCE: Final = 50  # lots that are read back before anything else is done
_NOTED_TOGETHER: Final = 8
"""Lots whose records are made before that is noted: more cost fewer writes, and more work is lost
where the process is killed."""
_ENOUGH: Final = 100  # deliveries under way
_SWEEP: Final = 24 * HOUR
_BREAKS: Final = 3
"""So many failures one after the other, and the target is left alone for a while."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a target.

    Attributes:
        method: of HTTP.
        url: where it goes.
        headers: without those that show who sends.
        body: what is sent.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    def shown(self) -> str:
        """Return it as it is kept."""
        return f"{self.method} {self.url}\n{self.body.decode(errors='replace')}"


class Adapter(Protocol):
    """Speaks a target's language."""

    def asked(self, delivery: Delivery, reference: str | None, now: int) -> Asked:
        """Return the request of a delivery.

        Args:
            delivery: it.
            reference: what the target calls the lot; None for not said.
            now: the clock, microseconds since 1970 UTC.

        Raises:
            EpcisError: it cannot be told in the target's words.
        """

    async def send(self, asked: Asked, now: int) -> Outcome:
        """Send a request and tell what became of it."""

    async def holds(self, delivery: Delivery, reference: str | None, now: int) -> bool | None:
        """Tell whether the target has a delivery; None where it cannot be asked.

        Raises:
            TargetError: it does not answer that now.
        """


class Connector:
    """Carries lots to one target.

    Args:
        ledger: where they come from.
        books: where everything is noted.
        target: to whom.
        adapter: speaks its language; None where all waits for a file that somebody hands over.
        make: makes the record of a lot.
        pace: when what failed is tried again.
    """

    def __init__(
        self,
        ledger: Ledger,
        books: Bookkeeping,
        target: Target,
        adapter: Adapter | None,
        *,
        make: Make,
        pace: Pace,
    ) -> None:
        self.target = target
        self._ledger = ledger
        self._books = books
        self._adapter = adapter
        self._make = make
        self._pace = pace
        self._free = 0  # before which nothing is sent, microseconds since 1970 UTC
        self._unmade: dict[str, int] = {}  # lots without a record, and when that is tried again
        if adapter is not None:
            take_up_again(books, target.name)

    def look(self, now: int) -> bool:
        """Look at the next stretch of the ledger; False where there is nothing new."""
        name = self.target.name
        if self._has_enough(now):
            return False
        found = changed_lots(self._ledger, EVERYTHING, reached(self._books, name).sequence)
        if found is None:
            is_time = sweep(self._books, name, now, _SWEEP)
            if is_time:
                self.let_go(now)
            return is_time
        note_changes(self._books, name, found, now)
        return True

    def let_go(self, now: int) -> None:
        """Let go what was told so long ago that it need not be kept, and note that."""
        one = self.target
        gone = let_go(self._books, one.name, now - one.kept)
        if gone.deliveries or gone.exports:
            told = f"{one.name}: {gone.deliveries} + {gone.exports}, {one.kept_days} d"
            note(self._books, Entry(now, SERVER, "", What.PORTAL_LET_GO, told))

    def prepare(self, now: int) -> bool:
        """Make what the target must be told of lots that may have changed; False for none."""
        if self._has_enough(now):
            return False
        self._unmade = {lot: again for lot, again in self._unmade.items() if again > now}
        most = _NOTED_TOGETHER + len(self._unmade)
        found = changes(self._books, self.target.name, most=most)
        found = [one for one in found if one[0] not in self._unmade]
        made = [(lot, captured, self._made(lot, now)) for lot, captured in found]
        with self._books.transaction():
            for lot, captured, record in made:
                if lot not in self._unmade and self._replace(lot, record, captured, now):
                    forget_change(self._books, self.target.name, lot)
        return bool(found)

    async def deliver(self, now: int) -> int | None:
        """Send what is next, if its time has come.

        Returns:
            When to come again, microseconds since 1970 UTC, which may be now; None where there is
            nothing to be sent before something changes.
        """
        if self._adapter is None:
            return None
        state = reached(self._books, self.target.name)
        if (wait := max(state.resume, self._free)) > now:
            return wait
        delivery = next_delivery(self._books, self.target.name, now)
        if delivery is None:
            return next_due(self._books, self.target.name, now)
        self._free = now + int(_SECOND / self.target.per_second)
        delivery, outcome = await self._sent(self._adapter, delivery, now)
        self._note(delivery, outcome, now, state.failures)
        return now

    def warn(self, now: int) -> None:
        """Tell, once of each lot, that its deadline has come near, and that it is over."""
        one = self.target
        soon, late = take_warnings(self._books, one.name, now, one.deadline, one.warning)
        for words, lots in (("will soon be late", soon), ("are late", late)):
            if lots:
                _log.warning("%s: %d lots %s, such as %s", one.name, len(lots), words, lots[0])

    async def reconcile(self, now: int) -> tuple[int, int]:
        """Ask the target for every lot that it has taken; what it has not is sent again.

        Returns:
            How many lots were asked for, and how many it has not, or otherwise.

        Raises:
            TargetError: it cannot be asked.
        """
        if self._adapter is None:
            raise TargetError(f"{self.target.name} cannot be read back.")
        after, asked, lost = "", 0, 0
        while some := held_lots(self._books, self.target.name, after=after, most=_AT_ONCE):
            for one in some:
                after = one.lot
                last = accepted_delivery(self._books, self.target.name, one.lot)
                if last is None:
                    continue
                has = await self._adapter.holds(last, one.reference, now)
                if has is None:
                    raise TargetError(f"{self.target.name} cannot be read back.")
                asked += 1
                if not has:
                    lost += 1
                    note_lost(self._books, self.target.name, one.lot, now)
        return asked, lost

    def _made(self, lot: str, now: int) -> Made | None:
        """Make the record of a lot; one that cannot be made stays among the changes for a while."""
        try:
            return self._make(lot)
        except Exception:  # noqa: BLE001 - the others go on, and it is shown
            _log.exception("%s: the record of %s cannot be made", self.target.name, lot)
            self._unmade[lot] = now + HOUR
            return None

    def _has_enough(self, now: int) -> bool:
        """Tell whether there is so much to send that sending comes before finding more."""
        name = self.target.name
        return (
            self._adapter is not None
            and count_open(self._books, name, _ENOUGH) == _ENOUGH
            and reached(self._books, name).resume <= now
            and next_delivery(self._books, name, now) is not None
        )

    def _replace(self, lot: str, made: Made | None, captured: int, now: int) -> bool:
        """Put the delivery of a lot's present record in place of one that was not sent yet.

        Returns:
            False where one was sent meanwhile, with a file, whose end is waited for.
        """
        name = self.target.name
        has = held(self._books, name, lot)
        if (waiting := open_delivery(self._books, name, lot)) is not None:
            if not waiting.is_untouched:
                return False
            captured = min(captured, waiting.captured)
            drop_delivery(self._books, waiting.number)
        digest = None if made is None else made.hash
        if digest == has.hash:
            drop_parked(self._books, name, lot)
            return True
        operation = (
            Operation.WITHDRAW
            if digest is None
            else Operation.CREATE
            if has.hash is None
            else Operation.UPDATE
        )
        key = delivery_key(digest, name, operation, lot, has.edition)
        if is_parked(self._books, name, lot, key):
            return True
        new = Delivery(
            target=name,
            lot=lot,
            operation=operation,
            hash=digest,
            key=key,
            record=None if made is None else json_bytes(made.record).decode(),
            upstream=made.upstream if made is not None and self.target.upstream_first else (),
            captured=captured,
            made=now,
        )
        add_delivery(self._books, new)
        return True

    async def _sent(
        self, adapter: Adapter, delivery: Delivery, now: int
    ) -> tuple[Delivery, Outcome]:
        """Send a delivery, or find that the target has it, and return what became of it."""
        reference = held(self._books, delivery.target, delivery.lot).reference
        try:
            is_unknown = delivery.status is Status.UNKNOWN
            if is_unknown and await adapter.holds(delivery, reference, now):
                return delivery, Outcome(Status.ACCEPTED, "read back")
            asked = adapter.asked(delivery, reference, now)
        except TargetError as error:
            return delivery, Outcome(delivery.status, reason=str(error))
        except EpcisError as error:
            return delivery, Outcome(Status.REJECTED, reason=str(error))
        except Exception as error:  # noqa: BLE001 - the others go on, and it is shown
            _log.exception("%s: %s cannot be told", delivery.target, delivery.lot)
            return delivery, Outcome(Status.REJECTED, reason=_failed(error))
        delivery = note_sent(self._books, delivery, asked.shown(), now)
        try:
            return delivery, await adapter.send(asked, now)
        except Exception as error:  # noqa: BLE001 - the others go on, and it is shown
            _log.exception("%s: what was answered to %s", delivery.target, delivery.lot)
            return delivery, Outcome(Status.UNKNOWN, reason=_failed(error), is_own_error=True)

    def _note(self, delivery: Delivery, outcome: Outcome, now: int, failures: int) -> None:
        """Note what became of a delivery, and whether the target is to be left alone."""
        if outcome.status is Status.ACCEPTED:
            note_accepted(self._books, delivery, outcome.told, now, outcome.reference)
        elif outcome.status is Status.REJECTED or self._is_poison(delivery, outcome, failures):
            self._put_back(delivery, outcome, Status.REJECTED, now)
            _log.warning("%s: %s is rejected: %s", delivery.target, delivery.lot, outcome.reason)
        else:
            failures += 1
            due = now + self._pace.wait(max(delivery.attempts, 1))
            self._put_back(replace(delivery, due=due), outcome, outcome.status, now)
            pause = self._pace.wait(failures) if failures >= _BREAKS else 0
            resume = now + max(outcome.pause or 0, pause)
            note_pace(self._books, delivery.target, failures, resume, outcome.reason)
            return
        if failures:
            note_pace(self._books, delivery.target, 0, 0, None)

    def _is_poison(self, delivery: Delivery, outcome: Outcome, failures: int) -> bool:
        """Tell whether the target fails at this delivery, again and again, and not at others."""
        too_often = delivery.attempts >= self.target.attempts
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


def _failed(error: Exception) -> str:
    """Say that something failed here; what is told of it might hold a secret, and stays out."""
    return f"It failed here, and the log tells where: {type(error).__name__}."


def delivery_key(
    digest: str | None, target: str, operation: Operation, lot: str, edition: int
) -> str:
    """Return what names a delivery to its target, in 64 hexadecimal digits.

    The edition is in it: a record that goes back to what it was before is told anew, and no repeat.

    Args:
        digest: hash of the record; None for a withdrawal.
        target: its name.
        operation: what it is to do.
        lot: canonical.
        edition: how often the target has taken a record of the lot before.
    """
    text = "\n".join([target, operation, lot, digest or "", str(edition)])
    return hashlib.sha256(text.encode()).hexdigest()
