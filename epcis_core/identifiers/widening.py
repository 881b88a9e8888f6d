"""What a Digital Link is about, from the closest to the widest: an item, its lot, its product.

References:
    GS1-Conformant Resolver Standard: walking up the tree
"""

from collections.abc import Iterator

from epcis_core.identifiers import escaping
from epcis_core.identifiers.identifier import Identifier, identifier_of_key
from epcis_core.identifiers.schemes import CANONICAL_DOMAIN, KEYS


def whole_link(identifier: Identifier) -> str:
    """Return an identifier's Digital Link with all its qualifiers, on GS1's own domain."""
    pairs = (f"/{ai}/{value.translate(escaping.DIGITAL_LINK)}" for ai, value in identifier.ais)
    return f"https://{CANONICAL_DOMAIN}{''.join(pairs)}"


def widening(identifier: Identifier) -> Iterator[Identifier]:
    """Yield an identifier, then the same without its last qualifier, down to the key alone."""
    key = KEYS[identifier.ais[0][0]]
    for length in range(len(identifier.ais), 0, -1):
        elements = dict(identifier.ais[:length])
        yield identifier_of_key(key, elements, text=whole_link(identifier))


def anchors(identifier: Identifier) -> list[str]:
    """Return what links for an identifier may be kept under, the closest first.

    Each is a Digital Link on GS1's own domain: whole, and where that is another canonical.

    >>> from epcis_core.identifiers import parse_identifier
    >>> item = parse_identifier("https://shop.example/01/04012345111118/10/L1/21/9876")
    >>> [one.removeprefix("https://id.gs1.org/01/04012345111118") for one in anchors(item)]
    ['/10/L1/21/9876', '/21/9876', '/10/L1', '']
    """
    found: dict[str, None] = {}
    for one in widening(identifier):
        found |= dict.fromkeys((whole_link(one), str(one.digital_link())))
    return list(found)
