"""The documents about some lots, made from a ledger: for a page that asks, or for a command."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from api.event_documents import as_query_document
from api.notices.notice import Issue
from api.notices.trace_report import Report, disposals_of, disposing_events, trace_report
from api.notices.typeset import typeset
from api.paper_checkpoint import latest_on_paper
from api.web.event_page import facts_of_stored
from api.web.naming import Namer
from api.web.texts import Texts
from api.workbooks.book import workbook
from api.workbooks.chronicle import Chronicle, chronicle
from api.workbooks.foodchain_lab import foodchain_lab
from api.workbooks.fsma import fsma_tables
from api.workbooks.recall_book import recall_book
from epcis_core.findings import Syntax
from epcis_core.provenance.recall_result import Recall
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import StoredEvent, events_by_id
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.directory import Directory
from epcis_core.store.registry.issued_notices import latest_notices
from epcis_core.store.trace import as_known, balance_of, recall_lots, trace_lot
from epcis_core.store.view import View

_BATCH: Final = 500

Pieces = Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Source:
    """What documents are made from, and for whom.

    Attributes:
        ledger: the records.
        books: what stands beside them.
        view: through whose eyes.
        texts: the language.
        now: microseconds since 1970 UTC.
        as_of: ledger time, a timestamp; None for all that is known.
        owner: whose notices give the reason; empty for the authority.
        case_number: under which is looked; None for none.
    """

    ledger: Ledger
    books: Bookkeeping
    view: View
    texts: Texts
    now: int
    as_of: str | None = None
    owner: str = ""
    case_number: str | None = None

    def namer(self, texts: Texts | None = None) -> Namer:
        """Return names as whoever asks may know them; in another language, if one is given."""
        with self.ledger.reading() as cursor:
            view = self.view if self.as_of is None else as_known(cursor, self.view, self.as_of)
            names = self.ledger.names(cursor, view)
        return Namer(Directory(names, self.books, view.viewer), texts or self.texts)


def document(name: str, source: Source, ids: Sequence[str]) -> Pieces | None:
    """Return a document about objects, piece by piece.

    Args:
        name: one of `api.access.exports.DOCUMENTS`.
        source: what it is made from.
        ids: any spelling of identifiers, at least one.

    Returns:
        None where nothing is known of any of them.

    Raises:
        QueryError: `as_of` is no timestamp.
    """
    return _MAKERS[name](source, ids)


def _report(source: Source, ids: Sequence[str]) -> Report | None:
    ledger, view, as_of = source.ledger, source.view, source.as_of
    recall = recall_lots(ledger, view, ids, as_of=as_of, now=source.now)
    if not recall.subjects:
        return None
    balances = tuple(balance_of(ledger, view, one, as_of=as_of) for one in recall.subjects)
    stored = events_by_id(ledger, view, disposing_events(recall))
    facts = {one.event_id: facts_of_stored(one) for one in stored if not _declares(one)}
    return Report(recall, balances, tuple(disposals_of(recall, facts)), _reason(source, recall))


def _reason(source: Source, recall: Recall) -> str:
    """Return the reason that the latest notice about the same objects gave; empty for none."""
    about = orjson.dumps(recall.subjects).decode()
    for one in latest_notices(source.books, source.owner, most=1, subjects=about):
        wordings = orjson.loads(one.content)["wordings"]
        wording = wordings.get(source.texts.language) or next(iter(wordings.values()))
        return str(wording["reason"])
    return ""


def _report_pdf(source: Source, ids: Sequence[str]) -> Pieces | None:
    report = _report(source, ids)
    if report is None:
        return None
    paper = latest_on_paper(source.ledger, source.books, source.now)
    issue = Issue(None, 1, source.now, source.case_number, "", paper)
    return (typeset(trace_report(report, source.namer(), issue)),)


def _report_xlsx(source: Source, ids: Sequence[str]) -> Pieces | None:
    report = _report(source, ids)
    return None if report is None else (recall_book(report, source.namer()),)


def _chronicle(source: Source, ids: Sequence[str]) -> Chronicle | None:
    found = chronicle(source.ledger, source.view, ids, as_of=source.as_of, now=source.now)
    return found if found.subjects else None


def _fsma(source: Source, ids: Sequence[str]) -> Pieces | None:
    told = _chronicle(source, ids)
    if told is None:
        return None
    return (workbook(fsma_tables(told, source.namer(Texts("en"))), "en"),)


def _foodchain_lab(source: Source, ids: Sequence[str]) -> Pieces | None:
    told = _chronicle(source, ids)
    return None if told is None else (foodchain_lab(told, source.namer(Texts("en"))),)


def _events(syntax: Syntax) -> Callable[[Source, Sequence[str]], Pieces | None]:
    def made(source: Source, ids: Sequence[str]) -> Pieces | None:
        ledger, view, as_of = source.ledger, source.view, source.as_of
        traces = [trace_lot(ledger, view, one, as_of=as_of, now=source.now) for one in ids]
        wanted = [*dict.fromkeys(event for trace in traces for event in trace.events)]
        return as_query_document(_stored(source, wanted), syntax) if wanted else None

    return made


def _stored(source: Source, wanted: list[str]) -> Iterator[StoredEvent]:
    for at in range(0, len(wanted), _BATCH):
        found = events_by_id(source.ledger, source.view, wanted[at : at + _BATCH])
        yield from (one for one in found if not _declares(one))


def _declares(stored: StoredEvent) -> bool:
    """Tell whether a record declares an event wrong, and is not the event itself."""
    return stored.event.error_declaration is not None


_MAKERS: Final[Mapping[str, Callable[[Source, Sequence[str]], Pieces | None]]] = {
    "report.pdf": _report_pdf,
    "report.xlsx": _report_xlsx,
    "fsma.xlsx": _fsma,
    "foodchain-lab.xlsx": _foodchain_lab,
    "events.jsonld": _events("json"),
    "events.xml": _events("xml"),
}
