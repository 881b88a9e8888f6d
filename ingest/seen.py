"""Which events a document has brought before, kept small however many there are."""

from hashlib import blake2b
from typing import Final

_KEY: Final = 16  # bytes of the digest of an identity; two of them name its bucket
_BUCKET: Final = 2
_CONTENT: Final = 16  # bytes of the digest of an event's content
_RECORD: Final = _KEY - _BUCKET + _CONTENT


class Seen:
    """The content of each identity: some 40 bytes for an event, so 40 MB for a million.

    >>> seen = Seen()
    >>> seen.differs("urn:x:1", b"a" * 32), seen.differs("urn:x:1", b"a" * 32)
    (False, False)
    >>> seen.differs("urn:x:1", b"b" * 32)
    True
    """

    def __init__(self) -> None:
        self._buckets: dict[bytes, bytearray] = {}

    def differs(self, identity: str, content: bytes) -> bool:
        """Take note of an event, and tell whether one of its identity had other content.

        Args:
            identity: what makes it one and the same event.
            content: digest of its content, 16 bytes or more.
        """
        digest = blake2b(identity.encode(), digest_size=_KEY).digest()
        bucket = self._buckets.setdefault(digest[:_BUCKET], bytearray())
        key, held = digest[_BUCKET:], content[:_CONTENT]
        at = bucket.find(key)
        while at > 0 and at % _RECORD:
            at = bucket.find(key, at + 1)
        if at < 0:
            bucket += key + held
            return False
        return bucket[at + len(key) : at + _RECORD] != held
