"""What a leaf commits to, worked out here a second time from the words of the design."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.proof.leaf import (
    SALT_SIZE,
    EntryMetadata,
    Leaves,
    content_digest,
    entry_leaf,
    leaf_hash,
)

METADATA = EntryMetadata(
    sequence=7,
    kind="event",
    subject="urn:x:é",
    record_time=1_790_000_000_000_000,
    capture_id="c-1",
    organisation="farm",
)
SALT = bytes(range(SALT_SIZE))


def by_hand(salt: bytes, reading: bytes, content: bytes, metadata: dict[str, Any]) -> bytes:
    """SHA-256(0x00 ‖ salt ‖ SHA-256(length ‖ reading ‖ length ‖ content) ‖ canonical JSON)."""
    inner = b"".join(len(part).to_bytes(8, "big") + part for part in (reading, content))
    text = json.dumps(metadata, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    outer = b"\x00" + salt + hashlib.sha256(inner).digest() + text.encode()
    return hashlib.sha256(outer).digest()


def test_metadata_are_json_with_members_in_order() -> None:
    assert METADATA.as_bytes().decode() == (
        '{"capture_id":"c-1","kind":"event","organisation":"farm","record_time":1790000000000000,'
        '"sequence":7,"subject":"urn:x:é"}'
    )


def test_a_leaf_is_known_for_good() -> None:
    """A published leaf may never come out differently: ledgers hold them."""
    leaf = entry_leaf(SALT, b'{"syntax":"json"}', b'{"type":"ObjectEvent"}', METADATA)
    assert (
        leaf.hex()
        == by_hand(
            SALT,
            b'{"syntax":"json"}',
            b'{"type":"ObjectEvent"}',
            {
                "capture_id": "c-1",
                "kind": "event",
                "organisation": "farm",
                "record_time": 1_790_000_000_000_000,
                "sequence": 7,
                "subject": "urn:x:é",
            },
        ).hex()
    )
    assert leaf.hex() == "9f1375b637ff211bcb875f8e0aa83c528c9d59795a01f0115d89f40c680b339a"


@given(
    salt=st.binary(min_size=SALT_SIZE, max_size=SALT_SIZE),
    reading=st.binary(max_size=40),
    content=st.binary(max_size=40),
    subject=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10),
    sequence=st.integers(0, 2**53),
)
def test_any_leaf_is_what_the_design_says(
    salt: bytes, reading: bytes, content: bytes, subject: str, sequence: int
) -> None:
    metadata = replace(METADATA, subject=subject, sequence=sequence)
    fields = {
        "capture_id": "c-1",
        "kind": "event",
        "organisation": "farm",
        "record_time": METADATA.record_time,
        "sequence": sequence,
        "subject": subject,
    }
    leaf = by_hand(salt, reading, content, fields)
    assert entry_leaf(salt, reading, content, metadata) == leaf
    leaves = Leaves(reading, METADATA)
    leaves.leaf(salt, b"another entry", 3, "urn:x:another")
    assert leaves.leaf(salt, content, sequence, subject) == leaf


@pytest.mark.parametrize(
    "other",
    [
        entry_leaf(bytes(SALT_SIZE), b"r", b"c", METADATA),
        entry_leaf(SALT, b"rc", b"", METADATA),
        entry_leaf(SALT, b"", b"rc", METADATA),
        entry_leaf(SALT, b"r", b"C", METADATA),
        entry_leaf(SALT, b"r", b"c", replace(METADATA, sequence=8)),
        entry_leaf(SALT, b"r", b"c", replace(METADATA, kind="receipt")),
        entry_leaf(SALT, b"r", b"c", replace(METADATA, subject="urn:x:e")),
        entry_leaf(SALT, b"r", b"c", replace(METADATA, record_time=0)),
        entry_leaf(SALT, b"r", b"c", replace(METADATA, capture_id="c-2")),
        entry_leaf(SALT, b"r", b"c", replace(METADATA, organisation="shop")),
        leaf_hash(SALT, content_digest(b"r", b"c"), b""),
    ],
    ids=[
        "salt", "border moved right", "border moved left", "content", "sequence", "kind", "subject",
        "record time", "capture", "organisation", "no metadata",
    ],
)  # fmt: skip
def test_whatever_changes_changes_the_leaf(other: bytes) -> None:
    assert len(other) == 32
    assert other != entry_leaf(SALT, b"r", b"c", METADATA)


def test_a_digest_covers_how_many_parts_there_are() -> None:
    digests = {content_digest(), content_digest(b""), content_digest(b"", b"")}
    assert len(digests) == 3
