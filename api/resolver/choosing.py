"""Which of several links an asker is led to: by type, then language, then media type.

References:
    GS1-Conformant Resolver Standard 1.2; RFC 9110, section 12.5
"""

from collections.abc import Sequence
from typing import Final

from api.negotiation import weights
from epcis_core.store.registry.resolver_links import ResolverLink

VOCABULARY: Final = "https://ref.gs1.org/voc/"
"""The namespace of GS1's link types, whose prefix is `gs1:`."""

LINKSET: Final = "application/linkset+json"
"""The media type of RFC 9264."""

LINK_TYPES: Final = (
    *("pip", "traceability", "certificationInfo", "recallStatus", "epcis", "instructions"),
    *("recipeInfo", "nutritionalInfo", "allergenInfo", "sustainabilityInfo", "support"),
    *("relatedVideo", "promotion", "review"),
)
"""The link types of GS1's that the page offers, the most used first."""

_NEUTRAL: Final = 0.0001
_SPELLINGS: Final = ("gs1:", VOCABULARY, "https://gs1.org/voc/", "https://www.gs1.org/voc/")


def link_type_of(text: str) -> str | None:
    """Return the last part of a link type of GS1's, however it is spelled; None for another.

    >>> link_type_of("gs1:pip"), link_type_of("https://gs1.org/voc/pip"), link_type_of("pip")
    ('pip', 'pip', None)
    """
    return next((text.removeprefix(begin) for begin in _SPELLINGS if text.startswith(begin)), None)


def wants_linkset(accept: str) -> bool:
    """Tell whether an asker would rather have all links than be led to one.

    >>> wants_linkset("application/linkset+json"), wants_linkset("text/html, */*;q=0.8")
    (True, False)
    """
    asked = weights(accept)
    linkset = asked.pop(LINKSET, 0.0)
    return linkset > 0 and linkset >= max(asked.values(), default=0.0)


def best_links(
    links: Sequence[ResolverLink], accept_language: str, accept: str
) -> tuple[ResolverLink, ...]:
    """Return the links that suit an asker best: one, or several that nothing tells apart.

    Args:
        links: of one type, in the order in which they were added.
        accept_language: the header.
        accept: likewise.
    """
    ranked = [(_rank(one, accept_language, accept), one) for one in links]
    best = max((rank for rank, _ in ranked), default=(0.0, 0.0))
    suiting = [one for rank, one in ranked if rank == best]
    first = suiting[0] if suiting else None
    return tuple(
        one
        for one in suiting
        if first is not None
        and (one.hreflang, one.media_type) == (first.hreflang, first.media_type)
    )


def _rank(link: ResolverLink, accept_language: str, accept: str) -> tuple[float, float]:
    own, kinds = link.hreflang.lower(), weights(accept)
    # Of no language in particular is worth less than the asker's, and more than another's.
    by_language = _NEUTRAL if not own else 0.0
    for asked, weight in weights(accept_language).items():
        if (
            own
            and asked
            and (f"{own}-".startswith(f"{asked}-") or f"{asked}-".startswith(f"{own}-"))
        ):
            by_language = max(by_language, weight)
    family = f"{link.media_type.partition('/')[0]}/*"
    by_kind = next((kinds[one] for one in (link.media_type, family, "*/*") if one in kinds), 0.0)
    return by_language, by_kind
