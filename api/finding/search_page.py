"""The search: whatever a person types, pastes or scans, and what it may mean, in words."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import view_of
from api.finding.links import hit_link
from api.finding.sightings import sightings_of
from api.hints import hint
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from epcis_core.findings import Language
from epcis_core.provenance.kinds import key_of
from epcis_core.store.search import Hit, search
from epcis_core.store.typed import Typed

router = APIRouter(tags=["pages"])

_SURE: Final = 0.9


@router.get("/search", summary="What a person may mean by what they type")
@router.get("/search.json", summary="What a person may mean by what they type")
def find(request: Request, q: str = "", of: Annotated[str, Query()] = "") -> Response:
    """Find whatever a person types or scans; one sure hit leads on to its page.

    Args:
        request: the request.
        q: a key, a lot, a document's number, a name; any spelling.
        of: the GTIN of a product, of which `q` is a lot.
    """
    query = q.strip()
    hits = found(request, f"{of} {query}" if of and query else query or of)
    namer = namer_for(request)
    seen = sightings_of(request, [hit.id for hit in hits], namer)
    if not wants_page(request):
        told = [
            {**hit.as_json(), "last_seen": seen[hit.id].as_json() if hit.id in seen else None}
            for hit in hits
        ]
        return as_json({"query": q, "hits": told, **_hint(q, hits)})
    sure = surely(hits)
    if sure is not None:
        return RedirectResponse(hit_link(sure, lang=request.query_params.get("lang")), 303)
    gtin = of or product_in(query)
    return page(
        request,
        "search.html",
        status=200 if hits or not query else 404,
        query=query,
        hits=hits,
        seen=seen,
        n=namer,
        gtin=gtin,
        product=namer.product(gtin) if gtin else None,
        hint=_hint(q, hits, texts_for(request).language).get("hint"),
        link=hit_link,
    )


def found(request: Request, text: str) -> list[Hit]:
    """Return what a text may mean to whoever asks."""
    state = request.app.state
    return search(state.ledger, view_of(request), text, books=state.books)


def surely(hits: list[Hit]) -> Hit | None:
    """Return the one hit that was surely meant; of a product alone a lot is asked for first."""
    sure = [hit for hit in hits if hit.score >= _SURE]
    return sure[0] if len(sure) == 1 and sure[0].kind != "class" else None


def product_in(text: str) -> str | None:
    """Return the GTIN that a text is, with no lot beside it; of 14 digits."""
    keys = [key_of(one) for one in Typed.read(text).keys]
    gtins = [one.gtin for one in keys if one is not None and not (one.lot or one.serial)]
    return gtins[0] if gtins else None


def _hint(text: str, hits: list[Hit], language: Language = "en") -> dict[str, Any]:
    """Return a hint where nothing was found under what was typed itself."""
    return {} if any(hit.why in {"exact", "lot"} for hit in hits) else hint(text, language)
