"""The anomalies of the ledger, worked out once for each state that it is in."""

import threading
from dataclasses import dataclass, field
from typing import Final

from epcis_core.provenance.anomalies.selling import Recalled
from epcis_core.store.anomalies import Odd, anomalies
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.later import last_entry
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.recall_notices import every_recall
from epcis_core.store.view import View

_DAY: Final = 24 * 3600 * 1_000_000
_State = tuple[View, int, tuple[Recalled, ...], int]


@dataclass(slots=True)
class KnownAnomalies:
    """Keeps the last list: nothing changes it but new records, recalls, and a new day.

    Whoever asks while it is worked out waits for it.
    """

    _state: _State | None = None
    _odd: Odd | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, ledger: Ledger, books: Bookkeeping, view: View, now: int) -> Odd:
        """Return what is odd.

        Args:
            ledger: where to look.
            books: what is recalled.
            view: what may be seen.
            now: microseconds since 1970 UTC.
        """
        recalls = tuple(
            Recalled(one.thing, one.declared, one.lifted) for one in every_recall(books)
        )
        with self._lock:
            state = (view, last_entry(ledger, view), recalls, now // _DAY)
            if self._odd is None or self._state != state:
                self._odd = anomalies(ledger, view, now=now, recalls=recalls)
                self._state = state
            return self._odd
