"""All links of a key as JSON, and the header that leads to them.

References:
    RFC 9264, section 4.2; GS1-Conformant Resolver Standard 1.2
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from api.resolver.choosing import LINKSET, VOCABULARY
from api.resolver.standing import OwnType, Standing
from api.web.public_content import PublicContent
from api.web.texts import LANGUAGES, Texts
from epcis_core.identifiers.schemes import CANONICAL_DOMAIN
from epcis_core.store.registry.resolver_links import ResolverLink

CONTEXT_HEADER: Final = (
    "<https://ref.gs1.org/standards/resolver/linkset-context>; "
    'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
)
"""The `Link` of a linkset: by what it is read as JSON-LD."""

_CANONICAL: Final = f"https://{CANONICAL_DOMAIN}"
_EPCIS_TYPE: Final = "application/ld+json"


def linkset_header(anchor: str, base: str) -> str:
    """Return the `Link` that leads from any answer to all links."""
    return f'<{here(anchor, base)}?linkType=linkset>; rel="linkset"; type="{LINKSET}"'


def here(anchor: str, base: str) -> str:
    """Return a Digital Link on this server.

    Args:
        anchor: the same on GS1's own domain.
        base: where this server is found, without a slash at its end.
    """
    return base + anchor.removeprefix(_CANONICAL)


def own_address(one: Standing, own_type: OwnType, base: str) -> str:
    """Return the address at which this server itself answers a link type."""
    if own_type == "epcis":
        return f"{base}/epcis/events?{urlencode({one.event_parameter: one.anchor})}"
    return f"{here(one.anchor, base)}?linkType=gs1:{own_type}"


def linkset_of(found: Sequence[Standing], base: str, t: Texts) -> dict[str, Any]:
    """Return all links of a key and of what it belongs to, the closest first.

    Each key has one default link, told without language or media type.

    Args:
        found: what is public under each, see `standings`.
        base: where this server is found.
        t: the language of the titles that are this server's own.
    """
    return {"linkset": [_context(one, base, t) for one in found]}


def _context(one: Standing, base: str, t: Texts) -> dict[str, Any]:
    links: dict[str, list[dict[str, Any]]] = {}
    for own_type in one.own_types:
        is_page = own_type != "epcis"
        told = {
            "href": own_address(one, own_type, base),
            "title": t(f"links.own_{own_type}"),
            "type": "text/html" if is_page else _EPCIS_TYPE,
            **({"hreflang": list(LANGUAGES)} if is_page else {}),
        }
        links.setdefault(own_type, []).append(told)
    for link in one.links:
        links.setdefault(link.link_type, []).append(_told(link))
    chosen = one.default
    default = (
        {"href": own_address(one, "pip", base), "title": t("links.own_pip")}
        if chosen is None
        else {"href": chosen.href, "title": chosen.title}
    )
    described = {}
    if one.publication is not None:
        content = PublicContent.model_validate_json(one.publication.content)
        described["description"] = content.name_en if t.language == "en" else content.name_vi
    return {
        "anchor": here(one.anchor, base),
        **described,
        f"{VOCABULARY}defaultLink": [default],
        **{f"{VOCABULARY}{name}": told for name, told in links.items()},
    }


def _told(link: ResolverLink) -> dict[str, Any]:
    return {
        "href": link.href,
        "title": link.title,
        "type": link.media_type,
        **({"hreflang": [link.hreflang]} if link.hreflang else {}),
    }
