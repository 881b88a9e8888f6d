"""Unpacking as a stream: gzip, and a meter that stops what is made to exhaust the ledger.

What an archive's own headers say of sizes is never trusted; bytes are counted as they come out.

References:
    RFC 1952, section 2.2 (a gzip file is one member or several)
"""

import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, Final

from epcis_core.errors import EpcisError
from epcis_core.findings import Finding, Phrase, finding, phrase
from ingest.limits import IntakeLimits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP_MAGIC: Final = b"\x1f\x8b"

_PACKED_CHUNK: Final = 2**14  # bytes; what stands behind a member's end is copied once per member
_CHUNK: Final = 2**16  # bytes; what is read ahead of the meter
_PADDING: Final = b"\0"  # between members, as tapes have it
_FREE: Final = 32 * 2**20  # bytes that any archive may unpack to, whatever its ratio
_WITH_HEADER: Final = 31  # zlib reads the header and the checksum of gzip too

Moved = Callable[[int], None]
"""Called with how many bytes have come out so far."""


class RefusedError(EpcisError):
    """An archive is not taken: it carries the findings that say why."""

    def __init__(self, *found: Finding) -> None:
        self.found = found
        super().__init__(" ".join(one.message for one in found))


def damaged(name: str, reason: Phrase) -> RefusedError:
    """Return the refusal of a file, or of what is in it, that cannot be unpacked."""
    return RefusedError(finding("damaged_archive", name=name, reason=reason))


class Meter:
    """Counts what one archive unpacks to, and from how much.

    Args:
        source: the archive.
        limits: how much is taken.
        moved: told as the count grows.
    """

    def __init__(self, source: BinaryIO, limits: IntakeLimits, moved: Moved) -> None:
        self._source = source
        self._limits = limits
        self._moved = moved
        self._packed = 0
        self._unpacked = 0

    def read_through(self, stream: BinaryIO) -> int:
        """Unpack a stream to its end and return its size in bytes.

        Args:
            stream: what is read from the archive from here on.

        Raises:
            RefusedError: it is too large, too much larger than what it came from, or damaged.
        """
        before, start = self._unpacked, self._source.tell()
        while data := stream.read(_CHUNK):
            self._unpacked += len(data)
            self._check(self._packed + self._source.tell() - start)
            self._moved(self._unpacked)
        self._packed += self._source.tell() - start
        return self._unpacked - before

    def _check(self, packed: int) -> None:
        limits = self._limits
        if self._unpacked > limits.unpacked_size:
            raise RefusedError(finding("unpacked_too_large", limit=limits.unpacked_size))
        if self._unpacked > max(_FREE, limits.ratio * packed):
            raise RefusedError(finding("compression_ratio", limit=limits.ratio))


class GzipStream(io.RawIOBase):
    """The bytes that a gzip file holds, of all its members one after the other.

    Going back to the start unpacks again; nothing is kept.

    Args:
        source: the file, at its start.
        name: of the file, for findings.
        members: how many members it may have.
    """

    def __init__(self, source: BinaryIO, name: str, members: int) -> None:
        super().__init__()
        self._source = source
        self._start = source.tell()
        self._name = name
        self._most_members = members
        self._begin()

    def readable(self) -> bool:
        """Tell that bytes can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that one can go back, though to the start alone."""
        return True

    def tell(self) -> int:
        """Return how many bytes have come out."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go back to the start.

        Raises:
            UnsupportedOperation: another place is asked for.
        """
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("What a gzip file holds can only be read from its start")
        self._source.seek(self._start)
        self._begin()
        return 0

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Unpack into a buffer and return how many bytes; 0 at the end.

        Raises:
            RefusedError: the file is damaged, or has too many members.
        """
        view = memoryview(buffer).cast("B")
        data = self._unpack(len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _begin(self) -> None:
        self._packed = b""
        self._inner: zlib._Decompress | None = None
        self._members = 0
        self._position = 0

    def _unpack(self, most: int) -> bytes:
        data = b""
        while not data and self._has_more():
            data = self._step(most)
        return data

    def _has_more(self) -> bool:
        """Read on where needed, and tell whether there is more to unpack."""
        while not self._packed and (chunk := self._source.read(_PACKED_CHUNK)):
            is_between = self._inner is None and self._members
            self._packed = chunk.lstrip(_PADDING) if is_between else chunk
        if self._inner is not None and not self._packed:
            raise damaged(self._name, phrase("archive_cut"))
        return bool(self._packed)

    def _step(self, most: int) -> bytes:
        """Unpack what stands there, up to the end of a member."""
        inner = self._inner or self._next_member()
        try:
            data = inner.decompress(self._packed, most)
        except zlib.error as error:
            raise damaged(self._name, self._reason(str(error))) from None
        self._inner = None if inner.eof else inner
        self._packed = inner.unused_data.lstrip(_PADDING) if inner.eof else inner.unconsumed_tail
        return data

    def _next_member(self) -> "zlib._Decompress":
        self._members += 1
        if self._members > self._most_members:
            raise RefusedError(finding("too_many_members", limit=self._most_members))
        return zlib.decompressobj(_WITH_HEADER)

    def _reason(self, message: str) -> Phrase:
        if "incorrect data check" in message or "incorrect length check" in message:
            return phrase("archive_checksum")
        if "header" in message and self._members > 1:
            return phrase("archive_trailing")
        return phrase("archive_data")


def open_gzip(source: BinaryIO, name: str, limits: IntakeLimits) -> BinaryIO:
    """Open a gzip file as a stream of what it holds, which can go back to its start."""
    return io.BufferedReader(GzipStream(source, name, limits.members), _CHUNK)
