"""How an answer reaches whoever asked: as a page in their language, or as JSON."""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

import jinja2
import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.requests import HTTPConnection

from api.access.asker import asker_of, view_of
from api.negotiation import weights
from api.web import naming, texts, times
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.directory import Directory
from epcis_core.store.trace import as_known

LANGUAGE_COOKIE: Final = "language"
_COOKIE_AGE: Final = 365 * 24 * 3600

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""What every page forbids browsers to do."""


def wants_page(request: Request) -> bool:
    """Tell whether the caller is to get a page rather than JSON.

    A path that ends in `.json` asks for JSON, else what `Accept` weighs more. Who names neither
    gets the page of an address that has one, and JSON from the interface and in answer to a form,
    since browsers always name `text/html`.

    References:
        RFC 9110, section 12.5.1
    """
    path = request.url.path
    if path.endswith(".json"):
        return False
    asked = weights(request.headers.get("accept", ""))
    page = asked.get("text/html", asked.get("text/*", 0.0))
    json = [weight for kind, weight in asked.items() if kind.endswith(("/json", "+json"))]
    if page == 0 and not json:
        return request.method in {"GET", "HEAD"} and not path.startswith("/epcis/")
    return page >= max(json, default=0.0)


_HEAD_ENDS: Final = "<!-- the head ends here -->"


def texts_for(request: HTTPConnection) -> texts.Texts:
    """Return the texts in the language of the caller."""
    return texts.Texts(
        texts.choose_language(
            request.query_params.get("lang"),
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language"),
        )
    )


def namer_for(request: Request, *, as_of: str | None = None) -> naming.Namer:
    """Return names from the ledger in the language of the caller, as known at a ledger time."""
    with request.app.state.ledger.reading() as cursor:
        view = view_of(request) if as_of is None else as_known(cursor, view_of(request), as_of)
        names = request.app.state.ledger.names(cursor, view)
    books: Bookkeeping = request.app.state.books
    return naming.Namer(Directory(names, books, view.viewer), texts_for(request))


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page.

    Args:
        request: what it answers.
        template: file name of the template.
        status: HTTP status.
        **values: what the template shows.
    """
    t = texts_for(request)
    found = environment(request.app.state.settings.root).get_template(template)
    html = found.render(**_shown(request, t), **values)
    return _as_page(request, t, HTMLResponse(html, status_code=status))


def flowing_page(request: Request, template: str, **values: Any) -> Response:
    """Return a page of which the head is sent before the rest of it is worked out.

    The rest is what a function among the values gives, which the main block of the template calls.
    Where that fails, the reader is told so, and the connection is cut.

    Args:
        request: what it answers.
        template: file name of the template.
        **values: what the template shows.
    """
    t = texts_for(request)
    found = environment(request.app.state.settings.root).get_template(template)
    pieces = found.generate(**_shown(request, t), **values)
    answer = StreamingResponse(_flow(pieces, t), media_type="text/html; charset=utf-8")
    answer.headers["X-Accel-Buffering"] = "no"  # else a proxy keeps the head until there is more
    return _as_page(request, t, answer)


def _flow(pieces: Iterator[str], t: texts.Texts) -> Iterator[str]:
    head = []
    for piece in pieces:
        head.append(piece)
        if _HEAD_ENDS in piece:
            break
    yield "".join(head)
    try:
        rest = "".join(pieces)
    except Exception:
        yield f'<p class="problem" role="alert">{t("site.cut")}</p>'
        raise
    yield rest


def _shown(request: Request, t: texts.Texts) -> dict[str, Any]:
    """Return what every page shows."""
    return {
        "t": t,
        "languages": _language_links(request),
        "json_link": _json_link(request),
        "demo": request.app.state.settings.demo,
        "practice": request.app.state.practice,
        "asker": asker_of(request),
    }


def _as_page(request: Request, t: texts.Texts, answer: Response) -> Response:
    """Return an answer with what the headers of every page say."""
    answer.headers.update(SECURITY_HEADERS)
    answer.headers["Content-Language"] = t.language
    answer.headers["Vary"] = "Accept, Accept-Language, Cookie"
    answer.headers["Cache-Control"] = "no-store"
    if request.query_params.get("lang") in texts.LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            t.language,
            max_age=_COOKIE_AGE,
            path=request.app.state.settings.root or "/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
    return answer


def as_json(body: Any, *, status: int = 200) -> Response:
    """Return JSON; `orjson.Fragment` within stays as it was written."""
    return Response(
        orjson.dumps(body),
        status_code=status,
        media_type="application/json",
        headers={"Vary": "Accept", "Cache-Control": "no-store"},
    )


def error_page(request: Request, status: int, title: str) -> Response:
    """Return a friendly page for an error.

    Args:
        request: what went wrong.
        status: HTTP status.
        title: what is wrong, in a sentence.
    """
    return page(request, "error.html", status=status, code=status, reason=title)


def _language_links(request: Request) -> list[tuple[str, str, str]]:
    """Return (language, its name, this page in it)."""
    # A page that answered a form can only be asked for again at its own address.
    path = request.url.path
    given = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return [
        (language, name, f"{path}?{urlencode([*given, ('lang', language)])}")
        for language, name in texts.LANGUAGE_NAMES.items()
    ]


def _json_link(request: Request) -> str:
    path = request.url.path.rstrip("/") or "/index"
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return f"{path}.json" + (f"?{urlencode(query)}" if query else "")


@cache
def environment(root: str = "") -> jinja2.Environment:
    """Return the templates, which escape whatever they print.

    Args:
        root: what stands before every path of the server. Values hold paths without it; `at` in a
            template, and its functions that make links, put it before them.
    """

    def at(path: str) -> str:
        return root + path if path.startswith("/") else path  # else a place on the page itself

    def linked(link: Callable[..., str]) -> Callable[..., str]:
        return lambda *given, **more: at(link(*given, **more))

    found = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(
        at=at,
        trace_link=linked(naming.trace_link),
        case_link=linked(naming.case_link),
        event_link=linked(naming.event_link),
        recall_link=linked(naming.recall_link),
        balance_link=linked(naming.balance_link),
        party_link=linked(naming.party_link),
        document_link=linked(naming.document_link),
        static=linked(static_link),
        mark=lambda: secrets.token_urlsafe(16),
        times=times,
    )
    return found


def _template(name: str) -> str:
    return (files("api.web") / "templates" / name).read_text(encoding="utf-8")


STATIC_FILES: Final[Mapping[str, str]] = {
    "style.css": "text/css",
    "page.js": "text/javascript",
    "steps.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
"""What is served as it is, with its media type."""


@cache
def static_file(name: str) -> bytes:
    """Return the bytes of a file of `STATIC_FILES`."""
    return (files("api.web") / "static" / name).read_bytes()


@cache
def static_link(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    return f"/static/{name}?v={hashlib.sha256(static_file(name)).hexdigest()[:12]}"
