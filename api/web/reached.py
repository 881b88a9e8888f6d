"""Answers with what the registry knows of their parties: names, and whom to call."""

from fastapi import Request

from api.web.answers import namer_for
from api.web.naming import Book
from epcis_core.provenance.recall_result import Recall
from epcis_core.provenance.result import Trace


def trace_reached(request: Request, answer: Trace, *, as_of: str | None) -> Trace:
    """Return a trace whose parties are known as the asker may know them."""
    return _reached(answer, namer_for(request, as_of=as_of).book)


def recall_reached(request: Request, answer: Recall, *, as_of: str | None) -> Recall:
    """Return a recall whose parties, and those to call, are known as the asker may know them."""
    book = namer_for(request, as_of=as_of).book
    calls = []
    for call in answer.call_list:
        known = book.party(call.party)
        update = {name: known[name] for name in ("name", "phone") if name in known}
        calls.append(call.model_copy(update=update))
    trace = _reached(answer.trace, book)
    return answer.model_copy(update={"call_list": tuple(calls), "trace": trace})


def _reached(answer: Trace, book: Book) -> Trace:
    parties = {party: {**known, **book.party(party)} for party, known in answer.parties.items()}
    return answer.model_copy(update={"parties": parties})
