"""The pages of recall notices: writing one, issuing it, and what was issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of, view_of
from api.access.exports import keep_with_case
from api.access.noting import note_done
from api.clock import now
from api.notices.notice import FIELDS, LONGEST, Edited, Issue, filled_in, notice
from api.notices.typeset import typeset
from api.paper_checkpoint import latest_on_paper
from api.web.answers import namer_for, page, texts_for
from api.web.forms import NotDoneError, ShortForm, number_in
from api.web.naming import recall_link
from api.web.recall_page import MOST_SUSPECTS
from api.web.stamp_orders import base_of
from api.web.texts import LANGUAGE_NAMES, LANGUAGES, Texts
from epcis_core.access.roles import Right
from epcis_core.errors import AccessError, QueryError, TooManyError
from epcis_core.findings import Language
from epcis_core.provenance.recall_result import Recall
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.issued_notices import (
    MOST_A_DAY,
    IssuedNotice,
    issue_notice,
    latest_notices,
    next_version,
    pdf_of_notice,
    versions_of_notice,
)
from epcis_core.store.registry.journal import What
from epcis_core.store.trace import recall_lots

router = APIRouter(include_in_schema=False)

PDF: Final = "application/pdf"
BOTH: Final = "both"
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a notice is about.

    Attributes:
        recall: with at least one subject.
        as_of: ledger time; None for now.
        number: of the notice of which it is another version; None for a new one.
    """

    recall: Recall
    as_of: str | None
    number: int | None


@router.get("/recall/notice")
def write(
    request: Request,
    id: Annotated[list[str] | None, Query()] = None,  # noqa: A002 - as the recall's
    *,
    as_of: str = "",
    language: str = "",
    number: Annotated[int | None, Query(ge=1, le=2**31)] = None,
) -> Response:
    """Show the text of a notice, filled in, to be edited; `number` goes on from one issued."""
    _check_may(request)
    ids, edited = id or [], None
    if number is not None:
        last = _versions(request, number)[0]
        ids = orjson.loads(last.subjects)
        edited = _kept(last)
    asked = _asked(request, ids, as_of or None, number)
    if asked is None:
        return RedirectResponse(recall_link(ids, as_of=as_of or None), 303)
    if edited is None or language:
        edited = _filled_in(request, language or texts_for(request).language)
    return _form(request, asked, edited)


@router.post("/recall/notice")
def issue(request: Request, form: ShortForm) -> Response:
    """Issue a notice, or show it as a draft."""
    _check_may(request)
    ids = form.get("ids", "").splitlines()
    number = number_in(form, "number") or None
    if number is not None:
        ids = orjson.loads(_versions(request, number)[0].subjects)
    asked = _asked(request, ids, form.get("as_of") or None, number)
    if asked is None:
        return RedirectResponse(recall_link(ids), 303)
    edited = _edited(form)
    try:
        _check(request, edited)
        if form.get("action") != "issue":
            return _pdf(_typeset(request, asked, edited, None, 1), "draft.pdf")
        issued = _issued(request, asked, edited)
    except NotDoneError as error:
        return _form(request, asked, edited, problem=str(error))
    return RedirectResponse(f"/recall/notices/{issued.number}", 303)


@router.get("/recall/notices/{number}")
def show(request: Request, number: str) -> Response:
    """Show a notice with its versions."""
    versions = _versions(request, number_in({"number": number}, "number"))
    return page(
        request,
        "issued_notice.html",
        versions=versions,
        ids=orjson.loads(versions[0].subjects),
        n=namer_for(request),
        may_issue=_may(request),
    )


@router.get("/recall/notices/{number}/{version}.pdf")
def download(request: Request, number: str, version: str) -> Response:
    """Answer with the PDF of a version, as it was issued."""
    given = number_in({"one": number}, "one"), number_in({"one": version}, "one")
    found = pdf_of_notice(_books(request), asker_of(request).owner, *given)
    if found is None:
        raise HTTPException(404, texts_for(request)("notices.unknown"))
    return _pdf(found, f"recall-notice-{given[0]}-{given[1]}.pdf")


def _may(request: Request) -> bool:
    """Tell whether the asker may issue notices: inspectors, and businesses of their own goods."""
    return not asker_of(request).rights.isdisjoint({Right.INSPECT, Right.PUBLISH})


def _check_may(request: Request) -> None:
    if not _may(request):
        raise HTTPException(403, texts_for(request)("notices.not_allowed"))


def _asked(
    request: Request, ids: list[str], as_of: str | None, number: int | None
) -> _Asked | None:
    """Return what a notice is about; None where nothing is known of any of it."""
    wanted = [*dict.fromkeys(text.strip() for text in ids if text.strip())]
    if not wanted:
        return None
    if len(wanted) > MOST_SUSPECTS:
        raise QueryError(texts_for(request)("recall.too_many", most=MOST_SUSPECTS), parameter="id")
    state = request.app.state
    found = recall_lots(state.ledger, view_of(request), wanted, as_of=as_of, now=now())
    return _Asked(found, as_of, number) if found.subjects else None


def _filled_in(request: Request, language: str) -> Edited:
    """Return the text as it is filled in, in a language or in both."""
    asker = asker_of(request)
    namer = namer_for(request)
    issuer = namer.party(asker.owner) if asker.owner else None
    phone = namer.book.party(asker.owner).get("phone") if asker.owner else None
    name = asker.name if asker.way == "session" else None
    contact = ", ".join(str(one) for one in (issuer, phone, name) if one)
    chosen: tuple[Language, ...] = tuple(one for one in LANGUAGES if language in {one, BOTH})
    return Edited({one: filled_in(Texts(one), issuer, contact) for one in chosen or LANGUAGES[:1]})


def _edited(form: Mapping[str, str]) -> Edited:
    chosen = form.get("language", "")
    return Edited(
        {
            one: {
                field: form.get(f"{one}-{field}", "").replace("\r\n", "\n").strip()
                for field in FIELDS
            }
            for one in [one for one in LANGUAGES if chosen in {one, BOTH}] or LANGUAGES[:1]
        },
        with_customers="customers" in form,
        with_calls="calls" in form,
    )


def _check(request: Request, edited: Edited) -> None:
    t = texts_for(request)
    for wording in edited.wordings.values():
        for field, text in wording.items():
            if not text:
                raise NotDoneError(t("notices.no_text", field=t(f"notices.{field}")))
            if len(text) > LONGEST:
                told = t("notices.too_long", field=t(f"notices.{field}"), most=LONGEST)
                raise NotDoneError(told)


def _typeset(
    request: Request, asked: _Asked, edited: Edited, number: int | None, version: int
) -> bytes:
    state = request.app.state
    told = Issue(
        number,
        version,
        now(),
        asker_of(request).case_number,
        base_of(request),
        latest_on_paper(state.ledger, state.books, now()),
    )
    namer = namer_for(request, as_of=asked.as_of)
    return typeset(notice(asked.recall, namer, edited, told))


def _issued(request: Request, asked: _Asked, edited: Edited) -> IssuedNotice:
    """Set a notice under the next number, and keep it as issued."""
    t, books, asker = texts_for(request), _books(request), asker_of(request)
    for _ in range(_TRIES):
        number, version = next_version(books, asker.owner, asked.number)
        pdf = _typeset(request, asked, edited, number, version)
        one = IssuedNotice(
            owner=asker.owner,
            number=number,
            version=version,
            subjects=orjson.dumps(asked.recall.subjects).decode(),
            languages=" ".join(edited.wordings),
            content=_content(edited),
            case_number=asker.case_number,
            issued_by=asker.name,
            issued=now(),
        )
        try:
            with books.transaction():
                kept = issue_notice(books, one, pdf)
                if kept is not None:
                    _note(request, kept)
                    return kept
        except TooManyError as error:
            raise NotDoneError(t("notices.too_many", most=MOST_A_DAY)) from error
        except AccessError as error:
            raise NotDoneError(t("notices.too_large")) from error
    raise NotDoneError(t("notices.busy"))


def _note(request: Request, kept: IssuedNotice) -> None:
    path = f"/recall/notices/{kept.number}/{kept.version}.pdf"
    note_done(request, What.NOTICE_ISSUED, f"{kept.number}.{kept.version} {kept.digest}")
    keep_with_case(request, asker_of(request), path)


def _content(edited: Edited) -> str:
    """Return the text of a notice as it is kept."""
    members = {
        "wordings": edited.wordings,
        "customers": edited.with_customers,
        "calls": edited.with_calls,
    }
    return orjson.dumps(members).decode()


def _kept(one: IssuedNotice) -> Edited:
    """Return the text of a notice that was kept."""
    members = orjson.loads(one.content)
    return Edited(members["wordings"], members["customers"], members["calls"])


def _form(request: Request, asked: _Asked, edited: Edited, *, problem: str = "") -> Response:
    owner, subjects = asker_of(request).owner, list(asked.recall.subjects)
    chosen = BOTH if len(edited.wordings) > 1 else next(iter(edited.wordings))
    namer = namer_for(request, as_of=asked.as_of)
    about = orjson.dumps(subjects).decode()
    return page(
        request,
        "notice.html",
        status=422 if problem else 200,
        ids=subjects,
        as_of=asked.as_of,
        things=namer.things(subjects),
        number=asked.number,
        chosen=chosen,
        choices=[*LANGUAGE_NAMES.items(), (BOTH, namer.texts("notices.both"))],
        names=LANGUAGE_NAMES,
        wordings=[(one, Texts(one), wording) for one, wording in edited.wordings.items()],
        fields=FIELDS,
        longest=LONGEST,
        with_customers=edited.with_customers,
        with_calls=edited.with_calls,
        earlier=latest_notices(_books(request), owner, subjects=about),
        problem=problem,
    )


def _versions(request: Request, number: int) -> list[IssuedNotice]:
    """Return the versions of a notice of the asker's own.

    Raises:
        HTTPException: 404 where it has none of this number.
    """
    found = versions_of_notice(_books(request), asker_of(request).owner, number)
    if not found:
        raise HTTPException(404, texts_for(request)("notices.unknown"))
    return found


def _pdf(content: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=PDF, headers=headers)


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
