"""What kind of object a canonical identifier stands for, read off its first key."""

from functools import lru_cache
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import Identifier, Level, parse_identifier
from epcis_core.provenance.result import ObjectKind

AMOUNTS: Final[frozenset[ObjectKind]] = frozenset({"lot", "class"})
"""What an event names by how much of it there is; of all else there is one."""

_CONTAINERS: Final = frozenset({"sscc", "grai"})
_KINDS: Final[dict[Level, ObjectKind]] = {
    Level.INSTANCE: "instance",
    Level.LOT: "lot",
    Level.CLASS: "class",
}


@lru_cache(maxsize=1 << 14)
def key_of(one: str) -> Identifier | None:
    """Return the GS1 key of an identifier, or None for another URI."""
    try:
        return parse_identifier(one)
    except IdentifierError:
        return None


@lru_cache(maxsize=1 << 14)
def kind_of(one: str) -> ObjectKind:
    """Return what an identifier stands for.

    A logistic unit (SSCC) or a returnable asset (GRAI) is a container.
    """
    key = key_of(one)
    if key is None:
        return "other"
    if key.scheme in _CONTAINERS:
        return "container"
    return _KINDS.get(key.level, "other")
