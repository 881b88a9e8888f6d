"""What is in a file that was sent: one document, or those of a gzip file or a zip archive.

An archive is read through once before its first document is taken: its names, its sizes, its
checksums. If anything is wrong with it, it is refused whole; if nothing is, each document in it
stands for itself. Content decides what a file is, not its name.

References:
    RFC 1952 (gzip); APPNOTE.TXT, .ZIP File Format Specification, sections 4.3 and 4.4
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, Final, cast
from zipfile import ZipFile, ZipInfo

from epcis_core.findings import Finding, capped, finding
from ingest.files import SUFFIXES, ZIPPED_FORMATS, is_document
from ingest.limits import IntakeLimits
from ingest.sheets.workbook import is_workbook
from ingest.unpacking import GZIP_MAGIC, Meter, Moved, RefusedError, damaged, open_gzip
from ingest.zip_directory import (
    BROKEN,
    faults_of,
    is_folder,
    nested,
    path_of,
    read_directory,
    reason_of,
    unreadable_faults_of,
)

_ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_MAGIC: Final = b"ustar"
_TAR_MAGIC_AT: Final = 257
_OTHER_MAGICS: Final = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_HEAD: Final = 512  # bytes; enough to tell an archive


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file that was sent.

    Attributes:
        name: the file's; in an archive followed by its path there.
        size: bytes, unpacked.
        open: returns its bytes at their start, as a stream that can go back there.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a file that was sent.

    Attributes:
        documents: in order of their names; none where the file is refused.
        findings: about the file as a whole; with an error among them it is refused.
    """

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...] = ()


def archive_kind(head: bytes, name: str = "") -> str | None:
    r"""Return which kind of archive a file is by its first 512 bytes; None for no archive.

    >>> archive_kind(b"PK\x03\x04"), archive_kind(b"PK\x03\x04", "lots.xlsx")
    ('zip', None)
    """
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    if head.startswith(_ZIP_MAGICS):
        return None if name.lower().endswith(ZIPPED_FORMATS) else "zip"
    if head.startswith(_TAR_MAGIC, _TAR_MAGIC_AT):
        return "tar"
    return next((kind for magic, kind in _OTHER_MAGICS.items() if head.startswith(magic)), None)


def contents_of(
    source: BinaryIO, name: str, limits: IntakeLimits, moved: Moved = lambda _: None
) -> Contents:
    """Return the documents of a file, once all of it has been looked at.

    Args:
        source: the file, at its start; it must be possible to go back to it.
        name: what the reports call it.
        limits: how much is taken.
        moved: told how many bytes have come out as an archive is read through.
    """
    kind = archive_kind(_head(source), name)
    try:
        if kind == "gzip":
            return _of_gzip(source, name, limits, moved)
        if kind == "zip":
            return _of_zip(source, name, limits, moved)
    except RefusedError as refused:
        return Contents((), refused.found)
    if kind is not None:
        return Contents((), (finding("unsupported_archive", kind=kind),))
    return Contents((Document(name, size_of(source), partial(_at, source, source.tell())),))


def size_of(source: BinaryIO) -> int:
    """Return how many bytes a stream has from where it stands, and stay there."""
    start = source.tell()
    size = source.seek(0, io.SEEK_END) - start
    source.seek(start)
    return size


def _of_gzip(source: BinaryIO, name: str, limits: IntakeLimits, moved: Moved) -> Contents:
    """Return the one document of a gzip file."""
    stream = open_gzip(source, name, limits)
    if archive_kind(_head(stream)) is not None:
        raise RefusedError(nested(name))
    size = Meter(source, limits, moved).read_through(stream)
    return Contents((Document(name, size, partial(_at, stream, 0)),))


def _of_zip(source: BinaryIO, name: str, limits: IntakeLimits, moved: Moved) -> Contents:
    """Return the documents of a zip archive."""
    start = source.tell()
    archive = read_directory(source, name, limits)
    if is_workbook(archive):
        source.seek(start)
        return Contents((Document(name, size_of(source), partial(_at, source, start)),))
    files = [member for member in archive.infolist() if not is_folder(member)]
    documents = sorted(
        (member for member in files if is_document(PurePosixPath(path_of(member)))), key=path_of
    )
    faults = [*faults_of(archive.infolist())]
    for member in documents:
        faults += unreadable_faults_of(member)
    if not documents and not faults:
        faults.append(finding("no_documents", expected=" ".join(sorted(SUFFIXES))))
    if faults:
        raise RefusedError(*capped(faults))
    meter = Meter(source, limits, moved)
    sizes = [_read_through(archive, member, meter) for member in documents]
    left_out = [
        finding("member_skipped", member=repr(path_of(member)))
        for member in files
        if not is_document(PurePosixPath(path_of(member)))
    ]
    return Contents(
        tuple(
            Document(f"{name}/{path_of(member)}", size, partial(_open, archive, member))
            for member, size in zip(documents, sizes, strict=True)
        ),
        tuple(capped(left_out)),
    )


def _read_through(archive: ZipFile, member: ZipInfo, meter: Meter) -> int:
    """Return the size of a file in an archive, unpacked, once its checksum has been found right."""
    path = path_of(member)
    try:
        with _open(archive, member) as stream:
            if archive_kind(stream.read(_HEAD), path) is not None:
                raise RefusedError(nested(path))
            stream.seek(0)
            return meter.read_through(stream)
    except BROKEN as error:
        raise damaged(path, reason_of(error)) from None


def _open(archive: ZipFile, member: ZipInfo) -> BinaryIO:
    return cast("BinaryIO", archive.open(member))  # which reads, seeks and tells as one


def _at(stream: BinaryIO, start: int) -> BinaryIO:
    stream.seek(start)
    return stream


def _head(source: BinaryIO) -> bytes:
    """Return the first bytes, and go back before them."""
    start = source.tell()
    head = source.read(_HEAD)
    source.seek(start)
    return head
