"""Judging the records of every lot in the background, for the figures of the province.

It waits until nothing new has come for a while, works one lot at a time, and rests after each piece
of work nine times as long as that took, so that nobody who asks for something waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Self

from api.clock import now
from api.dossier.completeness_page import day_of
from epcis_core.dossier.completeness import completeness
from epcis_core.dossier.lot_chain import product_of
from epcis_core.dossier.material import Material
from epcis_core.errors import EpcisError
from epcis_core.rules.profiles import profiles_for
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.changed_lots import changed_lots
from epcis_core.store.dossier import lot_material
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.judged_lots import (
    JudgedLot,
    due_lots,
    forget_judged,
    judged_up_to,
    keep_judged,
    note_due,
)
from epcis_core.store.view import EVERYTHING

_log: Final = logging.getLogger("epcis.judging")

DAY: Final = 86_400_000_000
"""Microseconds after which a lot is judged again, for the registry may know more by then."""

_HOUR: Final = 3_600_000_000  # microseconds after which a lot that failed is tried again
_MOST_OBJECTS: Final = 1_000
_AT_ONCE: Final = 50  # lots that are read from the list together
_QUIET: Final = 5.0  # seconds without anything new before work begins
_LONGEST: Final = 60.0  # seconds after which it begins all the same
_REST: Final = 9  # times as long as a lot has taken
_LOOK: Final = 0.5  # seconds between two looks whether something is new, or the end of a server


@dataclass(slots=True)
class Judge:
    """Judges lots, as whoever sees all sees them.

    Attributes:
        ledger: what was recorded.
        books: the registry, where the outcome is kept.
        clock: the time, microseconds since 1970 UTC.
        failed: lots that could not be judged, and when each is tried again; the others go on.
    """

    ledger: Ledger
    books: Bookkeeping
    clock: Callable[[], int] = now
    failed: dict[str, int] = field(default_factory=dict)

    def look(self) -> bool:
        """Note the lots of the next stretch of the ledger; tell whether there was one."""
        found = changed_lots(self.ledger, EVERYTHING, judged_up_to(self.books))
        if found is not None:
            note_due(self.books, found)
        return found is not None

    def due(self) -> list[str]:
        """Return some of the lots that are to be judged now."""
        moment = self.clock()
        self.failed = {lot: again for lot, again in self.failed.items() if again > moment}
        found = due_lots(self.books, moment - DAY, most=_AT_ONCE + len(self.failed))
        return [lot for lot in found if lot not in self.failed]

    def judge(self, lot: str) -> None:
        """Judge a lot and keep the outcome; one that cannot be judged is left for a while."""
        try:
            self._judge(lot)
        except Exception:  # noqa: BLE001 - the others go on, and it is shown
            _log.exception("%s could not be judged", lot)
            self.failed[lot] = self.clock() + _HOUR

    def _judge(self, lot: str) -> None:
        material = lot_material(self.ledger, EVERYTHING, self.books, lot, max_objects=_MOST_OBJECTS)
        if material.trace.objects:
            keep_judged(self.books, judged(material, self.clock()))
        else:
            forget_judged(self.books, lot)

    def judge_all(self) -> None:
        """Judge all that is due, without a rest."""
        while self.look():
            pass
        while lots := self.due():
            for lot in lots:
                self.judge(lot)


def judged(material: Material, moment: int) -> JudgedLot:
    """Return what the records of a lot are like.

    Args:
        material: what is known of it.
        moment: microseconds since 1970 UTC.
    """
    subject = material.trace.subject
    sector = material.sectors.get(product_of(subject), "")
    by_profile = (
        completeness(material, law, moment) for law in profiles_for(sector, day_of(moment))
    )
    gaps = {gap.code for gap in material.trace.gaps if subject in gap.objects}
    return JudgedLot(
        subject,
        sector,
        {one.profile.name: (one.met, one.asked) for one in by_profile},
        tuple(sorted(gaps)),
        moment,
    )


class Judging:
    """A judge at work beside a server, in a thread of its own. Use it as a context manager.

    Args:
        judge: who does it.
        quiet: seconds without anything new before work begins.
    """

    def __init__(self, judge: Judge, *, quiet: float = _QUIET) -> None:
        self._judge, self._quiet = judge, quiet
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="judging", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while self._wait_until_quiet():
            try:
                self._work()
            except EpcisError as error:
                _log.warning("%s", error)
            except Exception:  # noqa: BLE001 - it goes on, and is shown
                _log.exception("The judge of lots")

    def _wait_until_quiet(self) -> bool:
        """Wait until nothing is new for a while, or for the longest; False where a server ends."""
        begun = since = time.monotonic()
        seen = self._judge.ledger.commits
        while time.monotonic() - since < self._quiet:
            if self._ended.wait(min(self._quiet, _LOOK)):
                return False
            if self._judge.ledger.commits != seen and time.monotonic() - begun < _LONGEST:
                seen, since = self._judge.ledger.commits, time.monotonic()
        return not self._ended.is_set()

    def _work(self) -> None:
        """Judge what is due, until there is nothing or a server ends."""
        while not self._ended.is_set():
            # To judge all may take longer than a day, and then all are due anew: what is new by
            # then is noted in between.
            while self._rested(self._judge.look):
                pass
            lots = self._judge.due()
            if not lots:
                return
            for lot in lots:
                self._rested(partial(self._judge.judge, lot))
                if self._ended.is_set():
                    return

    def _rested(self, work: Callable[[], bool | None]) -> bool:
        """Do a piece of work and rest; tell whether there may be more, and a server goes on."""
        begun = time.monotonic()
        is_more = work()
        return not self._ended.wait(_REST * (time.monotonic() - begun)) and bool(is_more)
