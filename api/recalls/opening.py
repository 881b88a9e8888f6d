"""How a recall, or an exercise, is opened: what is suspect, whom it concerns, what was traced."""

import json
import secrets
from collections.abc import Mapping
from typing import Final

from fastapi import Request

from api.access.asker import asker_of, view_of
from api.access.noting import note_done
from api.clock import now
from api.outbreaks.asked import object_meant
from api.recalls.concerned import concerned
from api.recalls.tracing import traced
from api.web.answers import texts_for, wants_page
from api.web.forms import NotDoneError
from api.web.texts import Texts
from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.outbreaks import lots_of_late
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.recall_parties import RecallParty
from epcis_core.store.registry.recalls import OpenedRecall, open_recall, recall_of_form

CALL_AFTER: Final = 4
"""Hours after which who says nothing is to be called, where nobody chose another number."""

_LONGEST_WAIT: Final = 720  # hours
_DIGITS: Final = 6
_MOST_THINGS: Final = 100
_LONGEST_MARK: Final = 100
_LOTS_TO_CHOOSE_FROM: Final = 500


def begun(request: Request, form: Mapping[str, str]) -> OpenedRecall:
    """Open a recall, or an exercise, as a form asks; a form that is sent twice opens one.

    Raises:
        NotDoneError: what it asks cannot be.
    """
    books: Bookkeeping = request.app.state.books
    t, at = told_in(request), now()
    is_practice = form.get("action") == "practise"
    things = _things(request, form, is_practice=is_practice)
    hours = form.get("call_after", "").strip() or str(CALL_AFTER)
    if not hours.isdecimal() or len(hours) > _DIGITS or not 0 < int(hours) <= _LONGEST_WAIT:
        raise NotDoneError(t("board.no_hours", most=_LONGEST_WAIT))
    recall, tracing = traced(request, things)
    if not recall.subjects:
        raise NotDoneError(t("board.unknown", things=", ".join(things)))
    words = form.get("words", "").strip() or t("board.usual_words")
    asker = asker_of(request)
    new = OpenedRecall(
        recall.subjects,
        words,
        asker.name,
        at,
        asker.case_number,
        int(hours),
        is_practice,
        tracing,
    )
    try:
        with books.transaction():
            mark = form.get("mark", "")[:_LONGEST_MARK] or None
            before = None if mark is None else recall_of_form(books, mark)
            if before is not None:
                return before
            one = open_recall(books, new, concerned(recall), mark=mark)
            note_done(request, What.RECALL_OPENED, about(one))
            return one
    except AccessError as error:
        raise NotDoneError(t("board.words_too_long")) from error


def _things(request: Request, form: Mapping[str, str], *, is_practice: bool) -> list[str]:
    """Return what is recalled: named in lines, or for an exercise a lot chosen by chance."""
    named = [line.strip() for line in form.get("things", "").splitlines() if line.strip()]
    if len(named) > _MOST_THINGS:
        raise NotDoneError(told_in(request)("board.too_many", most=_MOST_THINGS))
    if named:
        return [object_meant(request, one) for one in named]
    lots = lots_of_late(request.app.state.ledger, view_of(request), _LOTS_TO_CHOOSE_FROM)
    if not is_practice or not lots:
        raise NotDoneError(told_in(request)("board.nothing"))
    return [secrets.choice(lots)]


def about(one: OpenedRecall, party: RecallParty | None = None) -> str:
    """Return what the journal says of a recall, or a party of it."""
    kind = "practice" if one.is_practice else "recall"
    told = json.dumps(one.things) if party is None else party.party
    return f"{kind} {one.number} {told}"


def told_in(request: Request) -> Texts:
    """Return the texts in the language of whoever asks; a machine is told in English."""
    return texts_for(request) if wants_page(request) else Texts("en")
