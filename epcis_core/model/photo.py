"""The photograph that an event names: by the SHA-256 of its bytes, in a member of our own.

The bytes stand elsewhere. Since the event holds their digest, its hash and its leaf in the log bind
them too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces

PREFIX: Final = "ledger"
NAMESPACE: Final = "https://epcis-ledger.org/ns/ledger#"
"""Of members that the ledger itself gives a meaning to."""

DIGEST: Final = f"{NAMESPACE}sha256"
"""The member with the digest, its namespace spelled out."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """A photograph as an event names it.

    Attributes:
        digest: SHA-256 of its bytes, 64 small hexadecimal digits.
        kind: its media type, as the event says it.
    """

    digest: str
    kind: str

    @property
    def members(self) -> dict[str, Any]:
        """What an event gets that names it.

        >>> NamedPhoto("00ff", "image/jpeg").members
        {'ledger:photo': {'ledger:sha256': '00ff', 'ledger:mediaType': 'image/jpeg'}}
        """
        told = {f"{PREFIX}:sha256": self.digest, f"{PREFIX}:mediaType": self.kind}
        return {f"{PREFIX}:photo": told}


def photo_of(event: EpcisEvent, namespaces: Namespaces) -> NamedPhoto | None:
    """Return the photograph that an event names; None for none, or for one named in another way.

    Args:
        event: it.
        namespaces: the prefixes in force inside it.
    """
    photo = _member(event.extensions, "photo", namespaces)
    if not isinstance(photo, Mapping):
        return None
    digest, kind = (_member(photo, name, namespaces) for name in ("sha256", "mediaType"))
    if not isinstance(digest, str) or not isinstance(kind, str) or not _DIGEST.fullmatch(digest):
        return None
    return NamedPhoto(digest, kind)


def _member(members: Mapping[str, Any], local: str, namespaces: Namespaces) -> Any:
    """Return the first member of a name in our namespace, whatever its prefix."""
    wanted = (NAMESPACE, local)
    return next(
        (value for name, value in members.items() if namespaces.expand(name) == wanted), None
    )
