"""Digests of secrets that are long and random; a password is hashed by other means."""

import hashlib


def digest_of(secret: str) -> bytes:
    """Return by what a key, a link or a session is known: 32 bytes, SHA-256."""
    return hashlib.sha256(b"epcis-ledger secret " + secret.encode("utf-8", "replace")).digest()
