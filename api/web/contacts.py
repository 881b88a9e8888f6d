"""Whom a page tells to call: name, number and address of parties."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.web.naming import Namer
from api.web.texts import Texts


@dataclass(frozen=True, slots=True)
class Contact:
    """A party and how to reach it.

    Attributes:
        role: in the chain, in words.
        phone: as written; None if unknown.
        dial: digits for a `tel:` link; None where the text holds no number.
    """

    party: str
    name: str
    role: str | None
    phone: str | None
    dial: str | None
    address: str | None


def contact_of(party: str, known: Mapping[str, Any], namer: Namer) -> Contact:
    """Return how to reach a party, by what master data says of it."""
    phone = str(known["phone"]) if known.get("phone") else None
    role = role_in_words(str(known["role"]), namer.texts) if known.get("role") else None
    return Contact(party, namer.party(party), role, phone, dialled(phone), address_of(known))


def role_in_words(stated: str, texts: Texts) -> str:
    """Return a role in the language of the page where it is a word known here, else as stated."""
    key = f"actor.{stated.strip().lower().replace(' ', '_')}"
    return texts(key) if texts.has(key) else stated


def dialled(phone: str | None) -> str | None:
    """Return what a `tel:` link dials, or None where a text is no telephone number.

    >>> dialled("+84 259 000 1303")
    '+842590001303'
    >>> dialled("ask at the gate") is None
    True
    """
    if phone is None:
        return None
    digits = "".join(c for c in phone if c in "0123456789")
    plus = "+" if phone.strip().startswith("+") else ""
    return plus + digits if 3 <= len(digits) <= 15 else None  # noqa: PLR2004 - E.164


def address_of(known: Mapping[str, Any]) -> str | None:
    """Return an address in one line."""
    parts = [known.get(name) for name in ("streetAddressOne", "city", "state")]
    return ", ".join(str(part) for part in parts if part) or None
