"""What one entry of the ledger commits to.

A leaf binds the bytes as received, whatever is needed to read them again, and what the ledger said
about them when it took them. The salt keeps anybody who sees only the leaf from guessing a lot.

    leaf = SHA-256(0x00 ‖ salt ‖ SHA-256(what is needed to read ‖ bytes) ‖ capture metadata)

References:
    RFC 9162, section 2.1.1 (0x00 marks a leaf)
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Final, Literal, NewType

import orjson

Digest = NewType("Digest", bytes)
"""32 raw bytes of SHA-256."""

EntryKind = Literal["event", "receipt", "master_data", "document", "decision"]
"""What an entry of the log is about.

`event`: an event as received. `receipt`: the same event as another organisation sent it.
`master_data`: a new version of one element. `document`: what a document said beside its events.
`decision`: what the operator has decided about records that are kept, such as to erase some.
"""

SALT_SIZE: Final = 16
"""Bytes of salt per leaf."""


@dataclass(frozen=True, slots=True)
class EntryMetadata:
    """What the ledger said about an entry when it took it.

    Attributes:
        sequence: its place in the log, from 0.
        kind: what it is about.
        subject: the event's id, or the canonical identifier of the master data; empty for a
            document and a decision.
        record_time: when the ledger took it, microseconds since 1970 UTC.
        capture_id: the capture it came with; empty for a decision.
        organisation: who sent it, or decided.
    """

    sequence: int
    kind: EntryKind
    subject: str
    record_time: int
    capture_id: str
    organisation: str

    def as_bytes(self) -> bytes:
        """Return the metadata as JSON in UTF-8: members in order of name, no white space."""
        return orjson.dumps(
            {
                "capture_id": self.capture_id,
                "kind": self.kind,
                "organisation": self.organisation,
                "record_time": self.record_time,
                "sequence": self.sequence,
                "subject": self.subject,
            }
        )


def content_digest(*parts: bytes) -> Digest:
    """Return SHA-256 over parts, each with its length in front (8 bytes, big-endian).

    >>> content_digest(b"ab", b"c") == content_digest(b"a", b"bc")
    False
    """
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
        metadata: capture metadata as `EntryMetadata.as_bytes` writes them.

    Returns:
        32 bytes.

    References:
        RFC 9162, section 2.1.1
    """
    return Digest(hashlib.sha256(b"\x00" + salt + content + metadata).digest())


def entry_leaf(salt: bytes, reading: bytes, content: bytes, metadata: EntryMetadata) -> Digest:
    """Return the leaf of an entry.

    Args:
        salt: the entry's own.
        reading: what a reader needs beside the content: syntax and namespaces, as canonical JSON.
        content: the bytes as received; of master data, the element as JSON.
        metadata: what the ledger said of it.
    """
    return leaf_hash(salt, content_digest(reading, content), metadata.as_bytes())


class Leaves:
    """Makes the leaves of entries that differ in sequence, subject, salt and content alone.

    They are those of `entry_leaf`; what the entries share is written and hashed once.

    Args:
        reading: as for `entry_leaf`.
        shared: metadata of any of them.
    """

    def __init__(self, reading: bytes, shared: EntryMetadata) -> None:
        self._begun = hashlib.sha256(len(reading).to_bytes(8, "big") + reading)
        # "sequence" and "subject" stand last in the order of names.
        empty = replace(shared, sequence=0, subject="").as_bytes()
        self._metadata = empty.removesuffix(b'0,"subject":""}')

    def leaf(self, salt: bytes, content: bytes, sequence: int, subject: str) -> Digest:
        """Return the leaf of one entry."""
        digest = self._begun.copy()
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
        metadata = b'%b%d,"subject":%b}' % (self._metadata, sequence, orjson.dumps(subject))
        return leaf_hash(salt, Digest(digest.digest()), metadata)
