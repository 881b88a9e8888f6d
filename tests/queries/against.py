"""The ledger's answers against the evaluation in memory, and pages against the whole."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.query.conditions import EventQuery
from epcis_core.query.evaluation import selected
from epcis_core.query.master_data import MasterData, Version
from epcis_core.query.parameters import parse_query
from epcis_core.store.events import StoredEvent, all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import page_of_events, query_events
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import NOW, SITE, captured, codes, document, place
from tests.queries.asks import Asked, asked
from tests.queries.happening import Members, event
from tests.queries.in_xml import as_xml
from tests.queries.things import EX, with_numbers
from tests.world.chance import Chooser, happens

EVENTS: Final = 24
"""Events that the queries of one ledger are about."""

KNOWN: Final = MasterData(
    [
        Version(
            0,
            "",
            "urn:epcglobal:epcis:vtype:Location",
            SITE,
            (("urn:epcglobal:cbv:mda:name", "Vườn"),),
            (f"{SITE}/254/a",),
        ),
    ]
)
"""The master data that every ledger gets."""


def told(chooser: Chooser, ledger: Ledger, most: int = EVENTS) -> list[Members]:
    """Capture random events, in some documents, and return them."""
    site = {**place(SITE, name="Vườn"), "children": [f"{SITE}/254/a"]}
    assert captured(ledger, document(elements=[site])).status == "accepted"
    events = [event(chooser, _event_id(n)) for n in range(chooser.number(1, most))]
    for n, some_of_them in enumerate((events[: most // 3], events[most // 3 :])):
        texts = (json.dumps(one, ensure_ascii=False) for one in some_of_them)
        data = with_numbers(document(*texts).decode()).encode()
        written = as_xml(data) if happens(chooser, 50) else data
        report = captured(ledger, written, now=NOW + n, lenient=True)
        assert report.status == "accepted", codes(report)
    return events


def _event_id(n: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-0000000abc{n:02d}" if n % 2 else f"urn:x:event:{n}"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A stored event, read from its text once."""

    sequence: int
    record_time: int
    event_id: str
    event: EpcisEvent
    namespaces: Namespaces

    @classmethod
    def of(cls, one: StoredEvent) -> "Remembered":
        """Read a stored event."""
        return cls(one.sequence, one.record_time, one.event_id, one.event, one.namespaces)


def wrong_with(asked_for: Asked, ledger: Ledger, stored: Sequence[Remembered]) -> str | None:
    """Tell what is wrong with the ledger's answer to a query; None for nothing."""
    prefixes = {**BUILT_IN, "ex": EX} if asked_for.is_bound else BUILT_IN
    query = parse_query(asked_for.pairs, Namespaces(prefixes))
    expected = [one.sequence for one in selected(stored, query, KNOWN)]
    found = query_events(ledger, EVERYTHING, query)
    if [one.sequence for one in found] != expected:
        return f"{asked_for.pairs}: {[one.sequence for one in found]}, in memory {expected}"
    if asked_for.found is not None and asked_for.found not in {one.event_id for one in found}:
        return f"{asked_for.pairs}: does not find {asked_for.found}"
    paged = in_pages(ledger, query, asked_for.size) if asked_for.size else expected
    return None if paged == expected else f"{asked_for.pairs}: pages {paged}, at once {expected}"


def in_pages(ledger: Ledger, query: EventQuery, size: int) -> list[int]:
    """The sequences of the events that a query finds, page by page."""
    found: list[int] = []
    page = page_of_events(ledger, EVERYTHING, query, size)
    while True:
        assert len(page.events) <= size
        found += [one.sequence for one in page.events]
        if page.after is None:
            return found
        page = page_of_events(ledger, EVERYTHING, query, size, page.after)


def wrong_in(chooser: Chooser, queries: int) -> list[str]:
    """Ask an own ledger so many queries, and tell what is wrong with the answers."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "queries.duckdb") as ledger,
    ):
        events = told(chooser, ledger)
        stored = [Remembered.of(one) for one in all_events(ledger, EVERYTHING)]
        answers = (wrong_with(asked(chooser, events), ledger, stored) for _ in range(queries))
        return [wrong for wrong in answers if wrong is not None]
