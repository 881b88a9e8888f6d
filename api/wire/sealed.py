"""What a client keeps for the server and cannot read nor change: encrypted and authenticated.

References:
    NIST SP 800-38D (AES-GCM)
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE: Final = 12  # bytes


def sealed(data: bytes, key: bytes, bound: bytes) -> str:
    """Seal bytes into letters, digits, hyphens and underscores.

    Args:
        data: what is sealed.
        key: 256 bits of the server's own.
        bound: what it is good for; to open it the same must be said.
    """
    nonce = secrets.token_bytes(_NONCE)
    whole = nonce + AESGCM(key).encrypt(nonce, data, bound)
    return urlsafe_b64encode(whole).decode().rstrip("=")


def unsealed(text: str, key: bytes, bound: bytes) -> bytes | None:
    """Open what was sealed; None where it was not sealed by this key for this, or was changed."""
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return AESGCM(key).decrypt(whole[:_NONCE], whole[_NONCE:], bound)
    except (NoBase64, ValueError, InvalidTag):
        return None
