"""Keys that sign, as the C2SP writes them, and the checkpoints and cosignatures they make.

References:
    C2SP signed-note, tlog-checkpoint, tlog-cosignature; RFC 8032
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epcis_core.errors import ParseError
from epcis_core.proof.checks import (
    COSIGNATURE,
    DASH,
    ED25519,
    PROOF_HEAD,
    Checkpoint,
    Key,
    is_name,
    key_id,
)

SEED_SIZE: Final = 32
"""Bytes that a signing key is made of."""

_PRIVATE: Final = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs.

    Attributes:
        name: of the key; a log's is its origin.
        seed: 32 bytes, secret.

    Raises:
        ParseError: the name is empty or has a space or plus sign in it, or the seed another size.
    """

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise ParseError(f"Expected a name without spaces and plus signs, got {self.name!r}")
        if len(self.seed) != SEED_SIZE:
            raise ParseError(f"Expected a seed of {SEED_SIZE} bytes, got {len(self.seed)}")

    @classmethod
    def read(cls, text: str) -> "Signer":
        """Read a signing key, `PRIVATE+KEY+<name>+<id>+<algorithm and seed>`.

        Raises:
            ParseError: it is none, or not of Ed25519.
        """
        name, _, encoded = (*text.removeprefix(_PRIVATE).split("+", 2), "", "")[:3]
        try:
            material = base64.b64decode(encoded, validate=True)
        except ValueError:
            material = b""
        if not text.startswith(_PRIVATE) or material[:1] != bytes([ED25519]):
            raise ParseError("This is no signing key")
        signer = cls(name, material[1:])
        if signer.text != text:
            raise ParseError(f"Expected the id {signer.key.id.hex()} in the signing key")
        return signer

    @property
    def text(self) -> str:
        """The key as text; it is secret."""
        material = base64.b64encode(bytes([ED25519]) + self.seed).decode()
        return f"{_PRIVATE}{self.name}+{self.key.id.hex()}+{material}"

    @property
    def key(self) -> Key:
        """What its signatures are checked with."""
        return self._key(ED25519)

    @property
    def cosigning_key(self) -> Key:
        """What its cosignatures are checked with."""
        return self._key(COSIGNATURE)

    def sign(self, body: str) -> str:
        """Return the line with its signature under a text, which ends in a newline."""
        return _line(self.key, self._private.sign(body.encode()))

    def cosign(self, body: str, seconds: int) -> str:
        """Return the line with its cosignature under a checkpoint.

        Args:
            body: the checkpoint's text.
            seconds: the clock, since 1970 UTC.
        """
        message = f"cosignature/v1\ntime {seconds:d}\n{body}"
        value = seconds.to_bytes(8, "big") + self._private.sign(message.encode())
        return _line(self.cosigning_key, value)

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def _key(self, algorithm: int) -> Key:
        public = self._private.public_key().public_bytes_raw()
        return Key(self.name, key_id(self.name, algorithm, public), algorithm, public)


def key_text(key: Key) -> str:
    """Return a key that signatures are checked with as text: a verifier key."""
    material = base64.b64encode(bytes([key.algorithm]) + key.public).decode()
    return f"{key.name}+{key.id.hex()}+{material}"


def note(body: str, lines: Sequence[str]) -> str:
    """Return a text with signatures under it."""
    return "".join((body, "\n", *(f"{line}\n" for line in lines)))


def checkpoint_body(checkpoint: Checkpoint) -> str:
    """Return the text of a checkpoint, which its log signs."""
    root = base64.b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size:d}\n{root}\n"


def proof_text(index: int, path: Sequence[bytes], checkpoint: str) -> str:
    """Return a proof of inclusion as text.

    Args:
        index: of the leaf.
        path: the hashes of `inclusion_spans`.
        checkpoint: the signed note that it leads to.

    References:
        C2SP tlog-proof
    """
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in path)
    return f"{PROOF_HEAD}\nindex {index:d}\n{hashes}\n{checkpoint}"


def _line(key: Key, value: bytes) -> str:
    return f"{DASH}{key.name} {base64.b64encode(key.id + value).decode()}"
