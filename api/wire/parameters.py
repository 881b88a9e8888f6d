"""Parameters of a query in an address: a list by repeating its name, or with `|` between values.

The standard's OpenAPI file has lists with `|` between; clients also repeat the name. A `|` that
stands in the address as it is parts values of a list. One that is written `%7C` does so too where a
value is a term or a URI, which have none; many clients encode all that is not plain.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_plus

from epcis_core.query.parameters import FIXED, SPELLINGS

_TYPED: Final = re.compile(r"EQ_(bizTransaction|source|destination)_.")
_TEXTS: Final = frozenset({"EQ_stringValue"})
"""Lists of texts, which may hold anything."""


def pairs_in(query: str) -> Iterator[tuple[str, str]]:
    """Yield the parameters of an address, each value of a list by itself.

    Args:
        query: what stands behind the `?`, still encoded.

    >>> [*pairs_in("EQ_bizStep=shipping|receiving")]
    [('EQ_bizStep', 'shipping'), ('EQ_bizStep', 'receiving')]
    >>> [*pairs_in("EQ_stringValue=a%7Cb&perPage=3")]
    [('EQ_stringValue', 'a|b'), ('perPage', '3')]
    """
    for part in query.split("&"):
        written, _, value = part.partition("=")
        if not part:
            continue
        name = unquote_plus(written)
        if not _is_list(name):
            yield name, unquote_plus(value)
            continue
        for piece in value.split("|"):
            whole = unquote_plus(piece)
            for one in [whole] if name in _TEXTS else whole.split("|"):
                yield name, one


def _is_list(name: str) -> bool:
    fixed = FIXED.get(SPELLINGS.get(name, name))
    if fixed is not None:
        return fixed.takes in {"texts", "actions"}
    return _TYPED.match(name) is not None
