"""Where a hit of the search leads to."""

from urllib.parse import urlencode

from api.web.naming import trace_link
from epcis_core.provenance.kinds import key_of
from epcis_core.store.search import Hit

NAMED = frozenset({"party", "place", "document"})
"""Kinds of hits that have a page of what is said of them, and no trace."""


def about_link(key: str, **more: str | None) -> str:
    """Return the address of what is said of a party, a place or a document."""
    return "/about?" + urlencode({"id": key, **{k: v for k, v in more.items() if v}})


def lots_link(gtin: str, **more: str | None) -> str:
    """Return the address of the lots of a product, where one of them is asked for."""
    return "/search?" + urlencode({"q": gtin, **{k: v for k, v in more.items() if v}})


def hit_link(hit: Hit, **more: str | None) -> str:
    """Return the address of what a hit is about."""
    if hit.kind in NAMED:
        return about_link(hit.id, **more)
    key = key_of(hit.id) if hit.kind == "product" else None
    return trace_link(hit.id, **more) if key is None else lots_link(key.gtin or hit.id, **more)
