"""What one entry of the ledger commits to.

A leaf binds the bytes as received, whatever is needed to read them again, and what the ledger said
about them when it took them. The salt keeps anybody who sees only the leaf from guessing a lot.

    leaf = SHA-256(0x00 ‖ salt ‖ SHA-256(content) ‖ capture metadata)

References:
    RFC 9162, section 2.1.1 (0x00 marks a leaf)
"""

import hashlib
from typing import NewType

Digest = NewType("Digest", bytes)

SALT_SIZE = 16
"""Bytes of salt per leaf."""


def content_digest(*parts: bytes) -> Digest:
    """Return SHA-256 over parts, each with its length in front (8 bytes, big-endian)."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return Digest(digest.digest())


def leaf_hash(salt: bytes, content: Digest, metadata: bytes) -> Digest:
    """Return the hash of a leaf.

    Args:
        salt: 16 random bytes that belong to this leaf alone.
        content: digest of the entry's content, 32 bytes.
        metadata: capture metadata as canonical JSON in UTF-8.

    Returns:
        32 bytes.
    """
    return Digest(hashlib.sha256(b"\x00" + salt + content + metadata).digest())
