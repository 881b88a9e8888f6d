"""The public page of a lot or product: what whoever buys it may know, the same for everybody.

It has neither a cookie nor a script, and nothing in it depends on who asks but the language. What
it shows comes from the registry alone, so that it says nothing about what else the ledger holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from babel import Locale
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.clock import now
from api.negotiation import is_held, tag_of
from api.web import times
from api.web.answers import SECURITY_HEADERS, environment
from api.web.public_content import PublicContent, ShownCertificate, Stage
from api.web.public_map import sketch_of
from api.web.texts import LANGUAGE_NAMES, Texts, choose_language
from epcis_core.identifiers import Identifier
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.certificates import certificates
from epcis_core.store.registry.publications import Publication
from epcis_core.store.registry.recall_notices import RecallNotice
from epcis_core.store.registry.stamps import is_void

VARY: Final = "Accept, Accept-Language"

MOST_LISTED: Final = 20
"""Versions that a page lists: the one that it shows, and those before."""


@dataclass(frozen=True, slots=True)
class _Version:
    """A version of the page: its number, the day since when it was shown, its address."""

    number: int
    day: str
    href: str


@dataclass(frozen=True, slots=True)
class _Notice:
    """A recall in the words of who declared it, and since when."""

    words: str
    day: str
    by_authority: bool


@dataclass(frozen=True, slots=True)
class _Certified:
    """A certificate and whether it `holds`, or is `expired` or `withdrawn` today."""

    certificate: ShownCertificate
    state: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One version of a page, with what has become known since.

    Attributes:
        content: what was published.
        versions: the one that is shown, and some before it, the newest first.
        latest: the number of the latest.
        notices: recalls that hold.
        is_own: whether the page is of the very thing that was asked for, and not of its product.
    """

    content: PublicContent
    versions: Sequence[Publication]
    latest: int
    notices: Sequence[RecallNotice]
    is_own: bool


def texts_of_public(request: Request) -> Texts:
    """Return the texts of a page that keeps no cookie."""
    header = request.headers.get("accept-language")
    return Texts(choose_language(request.query_params.get("lang"), None, header))


def public_page(request: Request, asked: Identifier, shown: Shown) -> Response:
    """Answer with the page of what was published, or only say that the asker has it already."""
    t = texts_of_public(request)
    content, books = shown.content, request.app.state.books
    today = times.here_at(now()).date()
    name = content.name_en if t.language == "en" else content.name_vi
    place = content.origin.place
    return _answer(
        request,
        "public.html",
        200,
        content=content,
        asked=asked,
        name=name,
        country=_country(content.origin.country, t),
        sketch=sketch_of(content.origin.latitude, content.origin.longitude, place),
        fresh=_fresh(content, today),
        is_over=content.expires is not None and date.fromisoformat(content.expires) < today,
        stages=[(one, _days(one, t)) for one in content.stages],
        certified=[*_certified(books, shown, today)],
        notices=notices_in_words(shown.notices, t),
        versions=[*_versions(request, shown.versions, t)],
        latest_href=_version_href(request, shown.latest),
        earlier_href=_version_href(request, shown.versions[-1].version - 1),
        version=shown.versions[0].version,
        is_latest=shown.versions[0].version == shown.latest,
        is_own=shown.is_own,
        is_void=asked.gtin is not None
        and asked.serial is not None
        and is_void(books, asked.gtin, asked.serial),
        day=lambda text: times.calendar_day(date.fromisoformat(text), t.language),
    )


def recalled_page(request: Request, asked: Identifier, notices: Sequence[RecallNotice]) -> Response:
    """Answer with a page that has a recall alone, of what nobody has published."""
    words = notices_in_words(notices, texts_of_public(request))
    return _answer(request, "public_neutral.html", 200, asked=asked, notices=words)


def neutral_page(request: Request, asked: Identifier) -> Response:
    """Answer with the page of whatever is not published, whether the ledger knows it or not."""
    return _answer(request, "public_neutral.html", 404, asked=asked, notices=())


def notices_in_words(notices: Sequence[RecallNotice], t: Texts) -> list[_Notice]:
    """Return recalls as a page tells them."""
    return [
        _Notice(
            one.words,
            times.day(times.here_at(one.declared), t.language),
            not one.declared_by,
        )
        for one in notices
    ]


def _answer(request: Request, template: str, status: int, **values: Any) -> Response:
    t = texts_of_public(request)
    settings = request.app.state.settings
    html = (
        environment(settings.root)
        .get_template(template)
        .render(t=t, languages=[*_language_links(request)], demo=settings.demo, **values)
    )
    headers = {
        **SECURITY_HEADERS,
        "Cache-Control": "public, no-cache",
        "Content-Language": t.language,
        "Vary": VARY,
    }
    if status == HTTPStatus.OK:
        headers["ETag"] = tag_of(html.encode())
        if is_held(request.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(status_code=304, headers=headers)
    return HTMLResponse(html, status_code=status, headers=headers)


def _language_links(request: Request) -> Iterator[tuple[str, str, str]]:
    """Yield (language, its name, this page in it)."""
    raw = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    given = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    for language, name in LANGUAGE_NAMES.items():
        yield language, name, f"{raw}?{urlencode([*given, ('lang', language)])}"


def _versions(request: Request, versions: Sequence[Publication], t: Texts) -> Iterator[_Version]:
    for one in versions:
        day = times.day(times.here_at(one.published), t.language)
        yield _Version(one.version, day, _version_href(request, one.version))


def _version_href(request: Request, version: int) -> str:
    raw = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    asked = request.query_params.get("lang")
    query = urlencode([("version", version), *([("lang", asked)] if asked else [])])
    return f"{raw}?{query}"


def _country(code: str, t: Texts) -> str:
    names: Mapping[str, str] = Locale(t.language).territories
    return names.get(code.upper(), code)


def _fresh(content: PublicContent, today: date) -> tuple[str, int] | None:
    """Return since which event how many days went by; None where that says nothing."""
    told = ("harvested", content.harvested) if content.harvested else ("made", content.produced)
    if told[1] is None:
        return None
    days = (today - date.fromisoformat(told[1])).days
    return (told[0], days) if days >= 0 else None


def _days(stage: Stage, t: Texts) -> str:
    first = times.calendar_day(date.fromisoformat(stage.day), t.language)
    if stage.until == stage.day:
        return first
    return t(
        "public.from_to",
        first=first,
        last=times.calendar_day(date.fromisoformat(stage.until), t.language),
    )


def _certified(books: Bookkeeping, shown: Shown, today: date) -> Iterator[_Certified]:
    """Yield the certificates of a page as they stand today."""
    if not shown.content.certificates:
        return
    own = certificates(books, shown.versions[0].organisation)
    known = {one.id: one.state(today) for one in own}
    for one in shown.content.certificates:
        state = known.get(one.id, "withdrawn")
        yield _Certified(one, state if state in {"withdrawn", "expired"} else "holds")
