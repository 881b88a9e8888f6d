"""Digital Links as addresses of this server: every key of the table, with all its qualifiers.

Nobody is led anywhere but to an address that the owner of a key has registered for it; and what is
answered comes from the registry alone, so that no answer tells what the ledger holds.

References:
    GS1-Conformant Resolver Standard 1.2; GS1 Digital Link Standard: URI Syntax
"""

from typing import Annotated, Final
from urllib.parse import urlsplit, urlunsplit

import orjson
from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.convertors import Convertor, register_url_convertor

from api.clock import now
from api.negotiation import is_held, tag_of
from api.resolver.choosing import (
    LINKSET,
    best_links,
    link_type_of,
    wants_linkset,
)
from api.resolver.description import FOR_ALL, METHODS, base_of, for_all
from api.resolver.linkset import (
    CONTEXT_HEADER,
    here,
    linkset_header,
    linkset_of,
    own_address,
)
from api.resolver.scans import ScanCounter
from api.resolver.standing import Standing, notices_of, standings
from api.web.answers import wants_page
from api.web.public_content import PublicContent
from api.web.public_page import (
    MOST_LISTED,
    VARY,
    Shown,
    neutral_page,
    public_page,
    recalled_page,
    texts_of_public,
)
from api.wire.paths import segment_of, value_of
from epcis_core.errors import IdentifierError
from epcis_core.findings import finding
from epcis_core.identifiers import Identifier
from epcis_core.identifiers.digital_link import read_digital_link
from epcis_core.identifiers.schemes import CANONICAL_DOMAIN, KEYS
from epcis_core.identifiers.widening import whole_link
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.publications import versions_of
from epcis_core.store.registry.resolver_links import ResolverLink

router = APIRouter(tags=["resolver"])

ADDRESS: Final = "/{key:primary_key}/{rest:path}"
"""The path of a Digital Link."""

_ALL_LINKS: Final = frozenset({"linkset", "all"})
_LARGEST: Final = 2**63 - 1


class _PrimaryKey(Convertor[str]):
    """A segment of a path that is the AI of a key of the table."""

    regex = "|".join(KEYS)

    def convert(self, value: str) -> str:
        """Return the AI."""
        return value

    def to_string(self, value: str) -> str:
        """Return the AI."""
        return value


register_url_convertor("primary_key", _PrimaryKey())

_Key = Annotated[str, Path(description="The AI of the key.", json_schema_extra={"enum": [*KEYS]})]
_Rest = Annotated[
    str, Path(description="Its value, then each qualifier's AI and value, percent-encoded.")
]


@router.get(ADDRESS, summary="What is public about a key of GS1's", response_class=Response)
def resolve(
    request: Request,
    key: _Key,
    rest: _Rest,
    *,
    link_type: Annotated[
        str | None,
        Query(alias="linkType", description="Such as `gs1:pip`; `linkset` for all links."),
    ] = None,
    version: Annotated[
        int | None, Query(ge=1, le=_LARGEST, description="Of the page; the latest where missing.")
    ] = None,
) -> Response:
    """Lead to what the owner of a key has registered for it, show its page, or list all links."""
    asked = _identifier(request, key, rest)
    found = standings(_books(request), asked)
    if not found:
        return _nothing(request, asked)
    if link_type in _ALL_LINKS or (
        link_type is None and wants_linkset(request.headers.get("accept", ""))
    ):
        return _linkset(request, found)
    answer = (
        _default(request, asked, found, version)
        if link_type is None
        else _of_type(request, asked, found, link_type, version)
    )
    answer.headers["Link"] = linkset_header(found[0].anchor, base_of(request))
    return for_all(answer)


@router.options(ADDRESS, summary="What may be asked of a key", response_class=Response)
def offer(key: _Key, rest: _Rest) -> Response:  # noqa: ARG001 - of the address
    """Say which methods there are, for pages of any site."""
    headers = {**FOR_ALL, "Allow": METHODS, "Access-Control-Allow-Headers": "Accept"}
    return Response(status_code=204, headers=headers)


def _identifier(request: Request, key: str, rest: str) -> Identifier:
    """Return what a path names.

    Raises:
        HTTPException: 400 where it is no Digital Link.
    """
    path = "/".join(segment_of(value_of(one)) for one in (key, *rest.split("/")))
    try:
        read = read_digital_link(f"https://{CANONICAL_DOMAIN}/{path}")
    except IdentifierError as error:
        told = finding(error.code, at=None, **error.values)
        language = texts_of_public(request).language if wants_page(request) else "en"
        raise HTTPException(400, told.message_in(language), dict(FOR_ALL)) from error
    assert read is not None  # noqa: S101 - the route takes keys alone
    return read


def _default(
    request: Request, asked: Identifier, found: list[Standing], version: int | None
) -> Response:
    """Answer who asks for nothing in particular; what is recalled is told before all else."""
    recalled = any(notices_of(found))
    first = found[0]
    link = None if recalled or version is not None else first.default
    if link is not None:
        _count(request, asked, first)
        return _led(request, link)
    shown = next((one for one in found if one.own_types), None)
    if shown is None:
        return _nothing(request, asked)
    return _page(request, asked, found, shown, version)


def _of_type(
    request: Request,
    asked: Identifier,
    found: list[Standing],
    link_type: str,
    version: int | None,
) -> Response:
    """Answer who asks for a type of link: from the closest key that has one.

    Raises:
        HTTPException: 404 where none has.
    """
    wanted = link_type_of(link_type)
    if wanted == "defaultLink":
        return _default(request, asked, found, version)
    recalled = wanted == "recallStatus" and any(notices_of(found))
    for one in found:
        links = [link for link in one.links if link.link_type == wanted]
        if links and not recalled:
            return _chosen(request, asked, one, links)
        if wanted == "epcis" and "epcis" in one.own_types:
            return RedirectResponse(own_address(one, "epcis", base_of(request)), 307)
        if wanted in one.own_types:
            return _page(request, asked, found, one, version)
    known = sorted({name for one in found for name in _types(one)})
    title = f"There is no link of type {link_type!r}; there are gs1:{', gs1:'.join(known)}."
    link = linkset_header(found[0].anchor, base_of(request))
    raise HTTPException(404, title, {**FOR_ALL, "Link": link})


def _types(one: Standing) -> set[str]:
    return {*one.own_types, *(link.link_type for link in one.links)}


def _chosen(
    request: Request, asked: Identifier, one: Standing, links: list[ResolverLink]
) -> Response:
    """Lead to the link that suits the asker; where several do alike, list them."""
    headers = request.headers
    best = best_links(links, headers.get("accept-language", ""), headers.get("accept", ""))
    _count(request, asked, one)
    if len(best) == 1:
        return _led(request, best[0])
    alike = Standing(one.anchor, best, None, ())
    body = orjson.dumps(linkset_of([alike], base_of(request), texts_of_public(request)))
    return Response(body, status_code=300, media_type=LINKSET, headers={"Vary": VARY})


def _led(request: Request, link: ResolverLink) -> Response:
    """Redirect to a registered address, with the query that was asked but for the link type."""
    passed = "&".join(
        pair
        for pair in request.url.query.split("&")
        if pair and pair.partition("=")[0] not in {"linkType", "lang"}
    )
    parts = urlsplit(link.href)
    query = "&".join(filter(None, [parts.query, passed]))
    answer = Response(status_code=307, headers={"Vary": VARY, "Cache-Control": "no-cache"})
    answer.headers["Location"] = urlunsplit(parts._replace(query=query))
    return answer


def _page(
    request: Request,
    asked: Identifier,
    found: list[Standing],
    one: Standing,
    version: int | None,
) -> Response:
    """Show the page of a key.

    Raises:
        HTTPException: 404 for a version that there never was.
    """
    notices = [*notices_of(found)]
    _count(request, asked, one)
    if one.publication is None:
        answer = recalled_page(request, asked, notices)
    else:
        versions = versions_of(_books(request), one.anchor, last=version, most=MOST_LISTED)
        if not versions or version not in {None, versions[0].version}:
            raise HTTPException(404, f"There is no version {version}.", dict(FOR_ALL))
        content = PublicContent.model_validate_json(versions[0].content)
        is_own = one.anchor in {whole_link(asked), str(asked.digital_link())}
        shown = Shown(content, versions, one.publication.version, notices, is_own)
        answer = public_page(request, asked, shown)
    answer.headers["Content-Location"] = own_address(one, "pip", base_of(request))
    return answer


def _linkset(request: Request, found: list[Standing]) -> Response:
    body = orjson.dumps(linkset_of(found, base_of(request), texts_of_public(request)))
    headers = {
        "Link": CONTEXT_HEADER,
        "Vary": VARY,
        "Cache-Control": "no-cache",
        "ETag": tag_of(body),
    }
    if is_held(request.headers.get("if-none-match", ""), headers["ETag"]):
        return for_all(Response(status_code=304, headers=headers))
    return for_all(Response(body, media_type=LINKSET, headers=headers))


def _nothing(request: Request, asked: Identifier) -> Response:
    """Answer about what is not public, in the same words whatever the ledger knows.

    Raises:
        HTTPException: 404 to a machine.
    """
    if not wants_page(request):
        address = here(whole_link(asked), base_of(request))
        raise HTTPException(404, f"Nothing is public about {address}.", dict(FOR_ALL))
    return for_all(neutral_page(request, asked))


def _count(request: Request, asked: Identifier, answering: Standing) -> None:
    """Count a look; one at the headers alone is none."""
    if not request.scope.get("is_head"):
        scans: ScanCounter = request.app.state.scans
        scans.count(str(asked.digital_link()), answering.anchor, now())


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
