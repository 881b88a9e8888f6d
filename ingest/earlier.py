"""Finding what a sender recorded before, for the rows that withdraw or replace it."""

from dataclasses import dataclass, field
from typing import Final

from epcis_core.findings import Finding, Where, finding, phrase
from epcis_core.store.captures import find_capture
from epcis_core.store.events import StoredEvent, find_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import View
from ingest.corrections import is_withdrawn, refusal

_WHY: Final = {
    "not_own": "correction_not_own",
    "already": "correction_already",
    "declaration": "correction_declaration",
}
_MOST: Final = 1000  # rows of one document that may look back


@dataclass(slots=True)
class EarlierRecords:
    """The records of one sender.

    Args:
        ledger: where they stand.
        organisation: the sender.
    """

    ledger: Ledger
    organisation: str
    _asked: int = field(init=False, default=0)
    _given: set[str] = field(init=False, default_factory=set)

    def __call__(self, named: str, at: Where) -> StoredEvent | Finding:
        """Return a record that the sender may correct, or why there is none.

        Each is returned once: to correct it twice in one document would double it.

        Args:
            named: its id, or the number of a receipt of an upload that brought one record.
            at: the cell that names it.
        """
        self._asked += 1
        if self._asked > _MOST:
            return finding("sheet_corrections_too_many", at=at, limit=_MOST)
        view = View(viewer=self.organisation)
        records = find_events(self.ledger, view, named) or self._of_receipt(named, view)
        if not records:
            return finding("sheet_correction_unknown", at=at, actual=repr(named))
        is_given = records[0].event_id in self._given
        refused = "already" if is_given else refusal(records, self.organisation)
        if refused is not None:
            return finding("sheet_correction_refused", at=at, why=phrase(_WHY[refused]))
        self._given.add(records[0].event_id)
        return records[0]

    def is_withdrawn(self, event_id: str) -> bool:
        """Tell whether the sender recorded an event and took it back, maybe in this document."""
        records = find_events(self.ledger, View(viewer=self.organisation), event_id)
        return event_id in self._given or is_withdrawn(records, self.organisation)

    def _of_receipt(self, named: str, view: View) -> list[StoredEvent]:
        report = find_capture(self.ledger, view, named)
        events = report["events"] if report is not None else []
        stored = [one["event_id"] for one in events if one["status"] in {"accepted", "duplicate"}]
        return find_events(self.ledger, view, stored[0]) if len(stored) == 1 else []
