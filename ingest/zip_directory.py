"""The directory of a zip archive: which files are in it, and what is wrong with any of them.

References:
    APPNOTE.TXT, .ZIP File Format Specification, sections 4.3.12 and 4.4
"""

import re
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import PurePosixPath
from typing import BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from epcis_core.findings import Finding, Phrase, finding, phrase
from ingest.limits import IntakeLimits
from ingest.unpacking import RefusedError, damaged

BROKEN: Final = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What reading an archive raises where its bytes are not as its format demands."""

_ENTRY_SIZE: Final = 512  # bytes of the directory per file, on average; 46 and its name are usual
_LEAST_DIRECTORY: Final = 2**17  # bytes; the end record is looked for in the last 64 kB
_HEADER_SIZE: Final = 30
_ENCRYPTED: Final = 0x1
_UNIX: Final = 3
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_ARCHIVES: Final = frozenset(
    {".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".7z", ".rar"}
)  # ends of names


class _Guarded:
    """A file that gives out no more at once than a directory may be large.

    The directory is read in one piece, of a size that the archive itself claims.
    """

    def __init__(self, source: BinaryIO, limits: IntakeLimits) -> None:
        self._source = source
        self._limits = limits
        self._most = max(_LEAST_DIRECTORY, limits.members * _ENTRY_SIZE)
        self._size = source.seek(0, 2)
        self.seek, self.tell, self.seekable = source.seek, source.tell, source.seekable

    def read(self, size: int = -1, /) -> bytes:
        left = self._size - self._source.tell()
        if (left if size < 0 else min(size, left)) > self._most:
            raise RefusedError(finding("too_many_members", limit=self._limits.members))
        return self._source.read(size)


def read_directory(source: BinaryIO, name: str, limits: IntakeLimits) -> ZipFile:
    """Open a zip archive whose directory is of a size that can be taken, and is sound.

    Args:
        source: the archive.
        name: of the archive, for findings.
        limits: how much is taken.

    Raises:
        RefusedError: there are too many files in it, or it is damaged.
    """
    try:
        archive = ZipFile(_Guarded(source, limits))
    except BROKEN:
        raise damaged(name, phrase("archive_directory")) from None
    members = archive.infolist()
    if len(members) > limits.members:
        raise RefusedError(finding("too_many_members", limit=limits.members))
    inside = sorted(members, key=lambda one: one.header_offset)
    for one, following in pairwise(inside):
        if one.header_offset + _HEADER_SIZE + one.compress_size > following.header_offset:
            raise damaged(name, phrase("archive_overlap"))
    return archive


def faults_of(members: Iterable[ZipInfo]) -> Iterator[Finding]:
    """Yield what is wrong with the files of an archive, as far as its directory shows it."""
    seen = set()
    for member in members:
        shown, path = member.orig_filename, path_of(member)
        if not _is_safe(member.orig_filename):
            yield finding("unsafe_member_name", member=repr(shown))
        elif path in seen:
            yield finding("duplicate_member", member=repr(shown))
        seen.add(path)
        if _is_special(member):
            yield finding("special_member", member=repr(shown))
        elif PurePosixPath(path).suffix.lower() in _ARCHIVES and not is_folder(member):
            yield nested(path)


def unreadable_faults_of(member: ZipInfo) -> Iterator[Finding]:
    """Yield what keeps the content of a file in an archive from being read."""
    if member.flag_bits & _ENCRYPTED:
        yield finding("encrypted_member", member=repr(path_of(member)))
    elif member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        shown = repr(path_of(member))
        yield finding("unsupported_compression", member=shown, method=member.compress_type)


def nested(path: str) -> Finding:
    """Return the finding for an archive within an archive."""
    return finding("nested_archive", member=repr(path))


def path_of(member: ZipInfo) -> str:
    """Return where a file stands in its archive, in one spelling."""
    return str(PurePosixPath(member.orig_filename.replace("\\", "/")))


def is_folder(member: ZipInfo) -> bool:
    """Tell whether an entry of the directory is a folder."""
    return member.orig_filename.endswith(("/", "\\"))


def reason_of(error: Exception) -> Phrase:
    """Return in plain words why the content of a file in an archive cannot be read."""
    if isinstance(error, EOFError):
        return phrase("archive_cut")
    return phrase("archive_checksum" if "CRC" in str(error) else "archive_data")


def _is_safe(name: str) -> bool:
    path = name.replace("\\", "/")
    return (
        bool(path)
        and not path.startswith("/")
        and not _DRIVE.match(path)
        and ".." not in path.split("/")
        and not any(unicodedata.category(character) == "Cc" for character in path)
    )


def _is_special(member: ZipInfo) -> bool:
    """Tell whether a member is a link, a device or anything else that is no file or folder."""
    kind = stat.S_IFMT(member.external_attr >> 16) if member.create_system == _UNIX else 0
    return kind not in {0, stat.S_IFREG, stat.S_IFDIR}
