"""Passwords: which are taken, how they are kept, and whether one is right.

Argon2id with 64 MiB takes a third of a second of two cores; so few are worked out at once, see
`AT_ONCE`, and the others wait in turn.

References:
    RFC 9106, section 4, second recommended option
    OWASP ASVS 5.0, V6.2
"""

import secrets
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import argon2
from argon2.profiles import RFC_9106_LOW_MEMORY

AT_ONCE: Final = 2
"""How many passwords are worked out at once, 64 MiB each."""

SHORTEST: Final = 12
"""Characters of a password at least."""

LONGEST: Final = 128
"""Characters of a password at most."""

Fault = Literal["short", "long", "common", "own"]
"""What is wrong with a new password: its length, that many have it, that it is who has it."""

_hasher: Final = argon2.PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def fault_of(password: str, *known: str) -> Fault | None:
    """Return what is wrong with a new password; None for nothing.

    Which characters it has is everybody's own choice.

    Args:
        password: it, as typed.
        *known: of whom it is to be: address and name.

    >>> fault_of("Mat khau 1234", "lan@farm.example", "Lan"), fault_of("bốn con cừu trắng")
    ('common', None)
    """
    size = len(_normal(password))
    if size < SHORTEST:
        return "short"
    if size > LONGEST:
        return "long"
    plain = _plain(password)
    if plain in _common():
        return "common"
    own = {_plain(one) for text in known for one in (text, text.partition("@")[0])} - {""}
    return "own" if plain in own or plain.rstrip("0123456789") in own else None


def hash_password(password: str) -> str:
    """Return what is kept of a password: its hash, with salt and parameters."""
    return _hasher.hash(_normal(password))


def is_right(password: str, hashed: str | None) -> bool:
    """Tell whether a password is that of a hash.

    Args:
        password: as typed.
        hashed: as `hash_password` gave it; None is no hash, and takes as long.
    """
    if len(password) > 4 * LONGEST:  # longer than any in another spelling
        password = ""
    try:
        _hasher.verify(hashed or _nobody(), _normal(password))
    except argon2.exceptions.VerifyMismatchError:
        return False
    return hashed is not None


def _normal(password: str) -> str:
    """Return a password as it is hashed: keyboards write one letter with an accent in two ways."""
    return unicodedata.normalize("NFKC", password)


def _plain(text: str) -> str:
    """Return letters and digits of a text, small and without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(one for one in apart if one.isalnum())


@cache
def _common() -> frozenset[str]:
    text = (files("api.access") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


@cache
def _nobody() -> str:
    """Return a hash that no password is right for: it takes as long as that of an account."""
    return hash_password(secrets.token_urlsafe())
