"""How proofs are checked: paths through the tree, Ed25519, signed notes, checkpoints.

It is written for Python 3.9 and the standard library alone: `epcis_core/proof/verdict.py` and this
are the `verify.py` of every proof, which runs where this project is not installed. To check a
signature takes some milliseconds; none is ever made here, so that there is no secret to keep.

References:
    RFC 9162, sections 2.1.3.2 and 2.1.4.2; RFC 8032, section 5.1.7;
    C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof
"""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

SALT_SIZE = 16
ED25519, COSIGNATURE = 1, 4
PROOF_HEAD = "c2sp.org/tlog-proof@v1"
DASH = "— "
_DASHES = frozenset("-‐‑‒–—―−") | {"--", "---"}
_KEY_ID, _PUBLIC, _SIGNATURE, _TIME = 4, 32, 64, 8  # bytes
_MOST_SIGNATURES = 100
_DIGITS = 19


# The tree: RFC 9162.


def inner(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Tell whether a tree of some size and root has a leaf at an index (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = inner(one, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = inner(found, one)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(first: int, second: int, path: list[bytes], old: bytes, new: bytes) -> bool:
    """Tell whether a tree of size `second` and root `new` has grown out of one of size `first`."""
    if first == second:
        return not path and old == new
    if not 0 < first < second:
        return first == 0 and not path and old == hashlib.sha256().digest()
    if first & (first - 1) == 0:
        path = [old, *path]
    if not path:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    then = now = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            then, now = inner(one, then), inner(one, now)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            now = inner(now, one)
        node, last = node >> 1, last >> 1
    return last == 0 and (then, now) == (old, new)


def leaf_of(salt: bytes, reading: bytes, content: bytes, metadata: bytes) -> bytes:
    """Return the leaf of a record."""
    digest = hashlib.sha256()
    for part in (reading, content):
        digest.update(len(part).to_bytes(8, "big") + part)
    return hashlib.sha256(b"\x00" + salt + digest.digest() + metadata).digest()


# Signatures: Ed25519 (RFC 8032, section 5.1), and notes that carry them.

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def _add(a: _Point, b: _Point) -> _Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    g, h = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(factor: int, point: _Point) -> _Point:
    total: _Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _add(total, point)
        point, factor = _add(point, point), factor >> 1
    return total


def _point(y: int, sign: int) -> _Point | None:
    """Return the point of a coordinate, and None where there is none."""
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if y >= _P or (x * x - square) % _P or (not x and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return (x, y, 1, x * y % _P)


def _unpacked(text: bytes) -> _Point | None:
    number = int.from_bytes(text, "little")
    return _point(number & (1 << 255) - 1, number >> 255)


_BASE = _point(4 * pow(5, _P - 2, _P) % _P, 0)


def is_signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature of 64 bytes is that of a message under a key of 32 bytes."""
    if (len(public), len(signature)) != (_PUBLIC, _SIGNATURE):
        return False
    key, point = _unpacked(public), _unpacked(signature[:_PUBLIC])
    scalar = int.from_bytes(signature[_PUBLIC:], "little")
    if key is None or point is None or _BASE is None or scalar >= _ORDER:
        return False
    hashed = hashlib.sha512(signature[:_PUBLIC] + public + message).digest()
    factor = int.from_bytes(hashed, "little") % _ORDER
    one, other = _times(scalar, _BASE), _add(point, _times(factor, key))
    return not any((one[i] * other[2] - other[i] * one[2]) % _P for i in (0, 1))


class Key(NamedTuple):
    """A key that signatures are checked with: a log's, or a witness's that cosigns."""

    name: str
    id: bytes
    algorithm: int
    public: bytes


class Signature(NamedTuple):
    """A signature under a note."""

    name: str
    id: bytes
    value: bytes


class Checkpoint(NamedTuple):
    """What a log says of itself: the size of its tree and its root."""

    origin: str
    size: int
    root: bytes


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """Return the four bytes that name a key, with its name."""
    material = name.encode() + b"\n" + bytes([algorithm]) + public
    return hashlib.sha256(material).digest()[:_KEY_ID]


def read_key(text: str) -> Key:
    """Read a verifier key, `<name>+<id>+<algorithm and key>`; ValueError where it is none."""
    name, given, encoded = (*text.strip().split("+", 2), "", "")[:3]
    material = _decoded(encoded) if encoded else b""
    algorithm = material[0] if len(material) == 1 + _PUBLIC else 0
    if not is_name(name) or algorithm not in (ED25519, COSIGNATURE):
        raise ValueError(f"{text!r} is no verifier key")
    identity = key_id(name, algorithm, material[1:])
    if identity.hex() != given:
        raise ValueError(f"The id of the key {text!r} should be {identity.hex()}")
    return Key(name, identity, algorithm, material[1:])


def is_name(name: str) -> bool:
    """Tell whether a text may name a key."""
    return bool(name) and name.isprintable() and "+" not in name and len(name.split()) == 1


def read_note(text: str) -> tuple[str, list[Signature]]:
    """Split a note into its text and its signatures; raises ValueError where it is none."""
    body, found, lines = text.rpartition("\n\n")
    signatures = lines.split("\n")[:-1]
    if not (found and body and signatures and lines.endswith("\n")) or (
        len(signatures) > _MOST_SIGNATURES or any(one < " " and one != "\n" for one in text)
    ):
        raise ValueError("This is no signed note")
    return f"{body}\n", [read_signature(line) for line in signatures]


def as_typed(text: str) -> str:
    """Return notes that were scanned, or typed from paper, as they were written.

    What may differ: ends of lines, blanks around them, the dash before a name, a signature over
    several lines, and how many empty lines there are. A letter that is wrong stays wrong.
    """
    lines: list[str] = []
    for line in (one.strip() for one in text.lstrip("\ufeff").splitlines()):
        last = lines[-1] if lines else ""
        dash, _, rest = line.partition(" ")
        if rest and dash in _DASHES:
            lines += [""] * bool(last and not last.startswith(DASH)) + [DASH + rest.strip()]
        elif line and last.startswith(DASH):
            between = "" if " " in last[len(DASH) :] else " "
            lines[-1] = f"{last}{between}{line}"
        elif line or last:
            lines.append(line)
    return "\n".join(lines).rstrip("\n") + "\n"


def read_signature(line: str) -> Signature:
    """Read a line with a signature; raises ValueError where it has none."""
    name, _, encoded = line[len(DASH) :].partition(" ")
    if not line.startswith(DASH) or not is_name(name):
        raise ValueError(f"{line!r} is no line with a signature")
    value = _decoded(encoded)
    if len(value) <= _KEY_ID:
        raise ValueError(f"{line!r} is no line with a signature")
    return Signature(name, value[:_KEY_ID], value[_KEY_ID:])


def signers(text: str, keys: list[Key]) -> list[tuple[Key, int | None]]:
    """Return which keys have signed a note, and when in seconds since 1970 UTC, if they say so.

    Raises ValueError where it is no note, or a signature under one of the keys is not right.
    """
    body, signatures = read_note(text)
    found: dict[Key, int | None] = {}
    for signature in signatures:
        for key in keys:
            if (key.name, key.id) != (signature.name, signature.id) or key in found:
                continue
            value, message, at = signature.value, body, None
            if key.algorithm == COSIGNATURE:
                at, value = int.from_bytes(value[:_TIME], "big"), value[_TIME:]
                message = f"cosignature/v1\ntime {at}\n{body}"
            if not is_signed_by(key.public, value, message.encode()):
                raise ValueError(f"The signature of {key.name} is not right")
            found[key] = at
    return list(found.items())


def read_checkpoint(body: str) -> Checkpoint:
    """Read the text of a checkpoint; raises ValueError where it is none."""
    lines = body.split("\n")
    origin, size, root = (*lines[:3], "", "", "")[:3]
    if lines[-1] or not all(lines[:-1]):
        raise ValueError("This is no checkpoint")
    return Checkpoint(origin, _number(size), _hash(root))


def read_proof(text: str) -> tuple[int, list[bytes], str]:
    """Read a proof of inclusion: index of the leaf, path, checkpoint; ValueError if it is none."""
    head, found, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[1:2] and lines[1].startswith("extra "):
        del lines[1]
    word, _, index = (*lines, "", "")[1].partition(" ")
    if lines[0] != PROOF_HEAD or word != "index" or not found:
        raise ValueError("This is no proof of inclusion")
    return _number(index), [_hash(line) for line in lines[2:]], note


def _number(text: str) -> int:
    """Return a decimal of at most 64 bits without leading zeros."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and str(int(text)) == text):
        raise ValueError(f"Expected a number, got {text!r}")
    return int(text)


def _decoded(text: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        decoded = b""
    if not text or base64.b64encode(decoded).decode() != text:
        raise ValueError(f"Expected Base 64, got {text!r}")
    return decoded


def _hash(text: str) -> bytes:
    decoded = _decoded(text)
    if len(decoded) != hashlib.sha256().digest_size:
        raise ValueError(f"{text!r} is no hash")
    return decoded
