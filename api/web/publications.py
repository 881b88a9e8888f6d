"""The page on what everybody may see: what an organisation publishes, and what it recalls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of, view_of
from api.access.noting import note_done
from api.clock import now
from api.web import times
from api.web.answers import namer_for, page, texts_for
from api.web.forms import LineNumber, NotDoneError, ShortForm, number_in
from api.web.public_content import PublicContent
from api.web.public_facts import NothingKnownError, public_content
from api.web.public_told import Wish
from api.web.texts import Texts
from epcis_core.errors import AccessError, IdentifierError, TooManyError
from epcis_core.identifiers import Level, parse_identifier
from epcis_core.identifiers.schemes import CANONICAL_DOMAIN
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.own_keys import speaks_for
from epcis_core.store.registry.publications import (
    Publication,
    let_be_named,
    public_parties,
    publish,
    published_by,
)
from epcis_core.store.registry.recall_notices import (
    LONGEST,
    RecallNotice,
    declare_recall,
    lift_recall,
    recalls_by,
)
from epcis_core.store.registry.scans import looks_at

router = APIRouter(include_in_schema=False)

_LEVELS: Final = frozenset({Level.CLASS, Level.LOT, Level.INSTANCE})
_ON_A_PAGE: Final = 50
_LONGEST_SHOWN: Final = 200
_COUNTED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Row:
    """A public page as its owner sees it.

    Attributes:
        publication: the version that is shown now.
        name: what it shows, in words.
        day: since when.
        href: its address.
        scans: how often it was looked at in the last 30 days.
    """

    publication: Publication
    name: str
    day: str
    href: str
    scans: int


@router.get("/publications")
def show(request: Request, before: LineNumber = None, thing: str = "") -> Response:
    """Show what the asker's organisation has published; to the authority, what anybody has.

    A thing that other pages lead here with stands in the form.
    """
    return _page(request, {"action": "publish", "thing": thing}, before=before)


@router.post("/publications")
def change(request: Request, form: ShortForm) -> Response:
    """Do what one form of the page asks for."""
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        raise HTTPException(400, f"Expected action, one of {', '.join(_ACTIONS)}.")
    try:
        action(request, form)
    except NotDoneError as error:
        return _page(request, form, problem=str(error))
    return RedirectResponse("/publications", 303)


def own_thing(request: Request, text: str) -> str:
    """Return the canonical identifier of a product, lot or item that the asker speaks for.

    Raises:
        NotDoneError: it is none, or another's; that is told in the same words whoever has it.
    """
    t = texts_for(request)
    try:
        key = parse_identifier(text)
    except IdentifierError as error:
        raise NotDoneError(t("publications.no_thing", text=text[:_LONGEST_SHOWN])) from error
    if key.gtin is None or key.level not in _LEVELS:
        raise NotDoneError(t("publications.no_thing", text=text[:_LONGEST_SHOWN]))
    thing = str(key.digital_link())
    check_own(request, thing)
    return thing


def check_own(request: Request, thing: str) -> None:
    """Check that the asker speaks for a key.

    Raises:
        NotDoneError: they do not.
    """
    with _books(request).reading() as connection:
        if not speaks_for(connection, asker_of(request).owner, thing):
            raise NotDoneError(texts_for(request)("publications.not_own"))


def public_address(thing: str) -> str:
    """Return the path of the public page of a key."""
    return thing.removeprefix(f"https://{CANONICAL_DOMAIN}")


def _publish(request: Request, form: Mapping[str, str]) -> None:
    t, owner, books = texts_for(request), asker_of(request).owner, _books(request)
    thing = own_thing(request, form.get("thing", ""))
    wish = Wish(
        thing,
        owner,
        view_of(request),
        with_stages="stages" in form,
        with_certificates="certificates" in form,
    )
    try:
        content, photo = public_content(request.app.state.ledger, books, wish, now())
    except NothingKnownError as error:
        raise NotDoneError(t("publications.nothing_known")) from error
    try:
        with books.transaction():
            done = publish(books, thing, owner, content.model_dump_json(), now(), photo=photo)
            note_done(request, What.PUBLISHED, f"{thing} {done.version}")
    except TooManyError as error:
        raise NotDoneError(t("publications.too_many")) from error
    except AccessError as error:
        raise NotDoneError(t("publications.too_long")) from error


def _declare(request: Request, form: Mapping[str, str]) -> None:
    t, words = texts_for(request), form.get("words", "").strip()
    thing = own_thing(request, form.get("thing", ""))
    try:
        with _books(request).transaction():
            declare_recall(_books(request), thing, words, asker_of(request).owner, now())
            note_done(request, What.RECALL_DECLARED, thing)
    except TooManyError as error:
        raise NotDoneError(t("publications.too_many")) from error
    except AccessError as error:
        raise NotDoneError(t("publications.no_words", most=LONGEST)) from error


def _lift(request: Request, form: Mapping[str, str]) -> None:
    books, owner = _books(request), asker_of(request).owner
    with books.transaction():
        done = lift_recall(books, number_in(form, "notice"), now(), organisation=owner or None)
        if done is None:
            raise HTTPException(404, texts_for(request)("publications.no_recall"))
        note_done(request, What.RECALL_LIFTED, done.thing)


def _name(request: Request, form: Mapping[str, str]) -> None:
    owner = asker_of(request).owner
    if not owner:
        raise HTTPException(403, texts_for(request)("shares.nobody"))
    named = "named" in form
    with _books(request).transaction():
        let_be_named(_books(request), owner, named=named, now=now())
        note_done(request, What.NAMING_ALLOWED if named else What.NAMING_FORBIDDEN, owner)


_ACTIONS: Final[Mapping[str, Callable[[Request, Mapping[str, str]], None]]] = {
    "publish": _publish,
    "recall": _declare,
    "lift": _lift,
    "name": _name,
}


def _page(
    request: Request, form: Mapping[str, str], *, before: int | None = None, problem: str = ""
) -> Response:
    books, owner, t = _books(request), asker_of(request).owner, texts_for(request)
    request.app.state.scans.write()
    found = published_by(books, owner or None, before=before, most=_ON_A_PAGE + 1)
    shown = found[:_ON_A_PAGE]
    since = (times.here_at(now()) - _COUNTED).date().isoformat()
    rows = [
        _Row(
            one,
            _named(one, t),
            times.day(times.here_at(one.published), t.language),
            public_address(one.thing),
            looks_at(books, one.thing, since=since),
        )
        for one in shown
    ]
    notices: list[RecallNotice] = recalls_by(books, owner or None)
    return page(
        request,
        "publications.html",
        status=422 if problem else 200,
        rows=rows,
        following=shown[-1].number if len(found) > _ON_A_PAGE else None,
        notices=notices,
        n=namer_for(request),
        owner=owner,
        named=owner in public_parties(books),
        longest=LONGEST,
        public_address=public_address,
        form={name: form.get(name, "") for name in ("action", "thing", "words")},
        problem=problem,
    )


def _named(one: Publication, t: Texts) -> str:
    """Return what to call a published thing, by the names that it was published under."""
    content = PublicContent.model_validate_json(one.content)
    name = content.name_en if t.language == "en" else content.name_vi
    if content.serial:
        return t("thing.serial", name=name, serial=content.serial)
    return t("thing.lot", name=name, lot=content.lot) if content.lot else name


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
