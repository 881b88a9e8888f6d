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
from typing import Final

from api.portal.adapter import Adapter, Together
from api.portal.records import Made, Make
from api.portal.sender import Sender
from api.portal.target_parts import TargetError
from api.portal.targets import HOUR, Target
from api.subscriptions.webhook import Pace
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.changed_lots import changed_lots
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import (
    Delivery,
    Operation,
    accepted_delivery,
    add_delivery,
    count_open,
    drop_delivery,
    drop_parked,
    is_parked,
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
    reached,
    sweep,
)
from epcis_core.store.portal.standing import take_warnings
from epcis_core.store.registry.journal import SERVER, Entry, What, note
from epcis_core.store.view import EVERYTHING

_log: Final = logging.getLogger("epcis.portal")
_AT_ONCE: Final = 50  # lots that are read back before anything else is done
_NOTED_TOGETHER: Final = 8
"""Lots whose records are made before that is noted: more cost fewer writes, and more work is lost
where the process is killed."""
_ENOUGH: Final = 100  # deliveries under way
_SWEEP: Final = 24 * HOUR


class Connector:
    """Carries lots to one target.

    Args:
        ledger: where they come from.
        books: where everything is noted.
        target: to whom.
        adapter: speaks its language; None where all waits for a file that somebody hands over.
        make: makes the record of a lot.
        pace: when what failed is tried again.
        together: speaks its language for several deliveries at once; None where each goes alone.
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
        together: Together | None = None,
    ) -> None:
        self.target = target
        self._ledger = ledger
        self._books = books
        self._adapter = adapter
        self._make = make
        self._sender = None if adapter is None else Sender(books, target, adapter, together, pace)
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
        """Send what is next, if its time has come; see `Sender.deliver`."""
        return None if self._sender is None else await self._sender.deliver(now)

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
                found = await self._adapter.find(last, one.reference, now)
                if found.has is None:
                    raise TargetError(f"{self.target.name} cannot be read back.")
                asked += 1
                if not found.has:
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
            self._sender is not None
            and self._sender.is_busy
            and count_open(self._books, name, _ENOUGH) == _ENOUGH
            and reached(self._books, name).resume <= now
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
