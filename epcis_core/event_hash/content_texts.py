"""Single texts and values as the digest of an event's content has them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from epcis_core.errors import IdentifierError
from epcis_core.event_hash.spelling import number_of, uri_of, uris_of
from epcis_core.identifiers import parse_identifier
from epcis_core.model.base import Number
from epcis_core.model.namespaces import Namespaces

_UUID: Final = "urn:uuid:"


def framed(text: str) -> str:
    """Lead a text by its length in bytes of UTF-8, so that nothing of it can move into the next."""
    return f"{len(text) if text.isascii() else len(text.encode())}:{text}"


def joined(parts: Iterable[str]) -> str:
    """Join parts, each framed; without a step between, as most of the digest is this."""
    return "".join([f"{len(p) if p.isascii() else len(p.encode())}:{p}" for p in parts])


def scalar(value: Any) -> str:
    """Return what is no text as one: a number, true, false or null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return number_of(value.text if isinstance(value, Number) else str(value))


def identifying_all(texts: Sequence[str], namespaces: Namespaces) -> list[str]:
    """Return URIs as `identifying` does; most are keys that say nothing beside."""
    return [
        uri if uri[:1] == "h" and ("/10/" not in text or "/21/" not in uri) else _told(text, uri)
        for text, uri in zip(texts, uris_of(texts, namespaces), strict=True)
    ]


def identifying(text: str, namespaces: Namespaces) -> str:
    """Return a text in its canonical spelling; behind a serial number the lot that it came with.

    A UUID is the same in capital letters (RFC 9562, section 4).
    """
    text = text.strip()
    return text.lower() if text.startswith(_UUID) else _told(text, uri_of(text, namespaces))


def _told(text: str, spelled: str) -> str:
    """Return a text's canonical spelling with what that leaves out of it."""
    if spelled[: len(_UUID)].lower() == _UUID:
        return spelled.lower()
    if "/10/" not in text or "/21/" not in spelled:
        return spelled
    try:
        lot = parse_identifier(text).lot
    except IdentifierError:
        return spelled
    return spelled if lot is None else f"{spelled} {lot}"
