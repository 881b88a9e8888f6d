"""The page on where Digital Links of an organisation's own keys lead."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of
from api.access.noting import note_done
from api.clock import now
from api.resolver.choosing import LINK_TYPES
from api.web.answers import page, texts_for
from api.web.forms import LineNumber, NotDoneError, ShortForm, number_in
from api.web.publications import check_own, public_address
from epcis_core.errors import AccessError, IdentifierError, TooManyError
from epcis_core.identifiers import parse_identifier
from epcis_core.identifiers.widening import whole_link
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.resolver_links import (
    LONGEST,
    LONGEST_TITLE,
    MOST,
    ResolverLink,
    add_link,
    links_by,
    remove_link,
)

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES: Final = ("text/html", "application/pdf", "application/json", "video/mp4")
_LANGUAGES: Final = ("vi", "en")
_ON_A_PAGE: Final = 50
_FIELDS: Final = ("thing", "link_type", "href", "title", "hreflang", "media_type")


@router.get("/links")
def show(request: Request, before: LineNumber = None) -> Response:
    """Show the links that the asker's organisation keeps."""
    return _page(request, {}, before=before)


@router.post("/links")
def change(request: Request, form: ShortForm) -> Response:
    """Add a link, or remove one."""
    if form.get("action") == "remove":
        _remove(request, form)
        return RedirectResponse("/links", 303)
    try:
        _add(request, form)
    except NotDoneError as error:
        return _page(request, form, problem=str(error))
    return RedirectResponse("/links", 303)


def _add(request: Request, form: Mapping[str, str]) -> None:
    t, books = texts_for(request), _books(request)
    given = {name: form.get(name, "").strip() for name in _FIELDS}
    try:
        anchor = whole_link(parse_identifier(given["thing"]))
    except IdentifierError as error:
        text = given["thing"][:LONGEST_TITLE]
        raise NotDoneError(t("links.no_thing", text=text)) from error
    check_own(request, anchor)
    one = ResolverLink(
        anchor,
        given["link_type"],
        given["href"],
        given["title"],
        asker_of(request).owner,
        given["hreflang"],
        given["media_type"],
        is_default="default" in form,
    )
    try:
        with books.transaction():
            add_link(books, one, now())
            note_done(request, What.LINK_ADDED, f"{anchor} → {one.href}")
    except TooManyError as error:
        raise NotDoneError(t("links.too_many", most=MOST)) from error
    except AccessError as error:
        raise NotDoneError(t("links.not_right", most=LONGEST_TITLE)) from error


def _remove(request: Request, form: Mapping[str, str]) -> None:
    books, owner = _books(request), asker_of(request).owner
    with books.transaction():
        done = remove_link(books, number_in(form, "link"), now(), organisation=owner or None)
        if done is None:
            raise HTTPException(404, texts_for(request)("links.unknown"))
        note_done(request, What.LINK_REMOVED, f"{done.anchor} → {done.href}")


def _page(
    request: Request, form: Mapping[str, str], *, before: int | None = None, problem: str = ""
) -> Response:
    owner = asker_of(request).owner
    found = links_by(_books(request), owner or None, before=before, most=_ON_A_PAGE + 1)
    shown = found[:_ON_A_PAGE]
    return page(
        request,
        "links.html",
        status=422 if problem else 200,
        links=[(one, parse_identifier(one.anchor).element_string()) for one in shown],
        following=shown[-1].number if len(found) > _ON_A_PAGE else None,
        types=LINK_TYPES,
        languages_of_links=_LANGUAGES,
        media_types=_MEDIA_TYPES,
        longest=LONGEST,
        longest_title=LONGEST_TITLE,
        public_address=public_address,
        form={name: form.get(name, "") for name in _FIELDS},
        problem=problem,
    )


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
