"""Archives for tests: honest ones, and raw pieces to make others of."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from ingest.archives import Contents, contents_of
from ingest.limits import IntakeLimits

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of some files, in the order given."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def gzipped(*members: bytes) -> bytes:
    """A gzip file of one or several members."""
    return b"".join(gzip.compress(one, mtime=0) for one in members)


def raw_zip(
    members: Iterable[tuple[bytes, bytes]],
    *,
    flags: int = 0,
    method: int = 8,
    sizes: tuple[int, int] | None = None,
    checksum: int = 0,
    mode: int = 0,
    offsets: Mapping[int, int] | None = None,
) -> bytes:
    """A zip archive with whatever its headers are told to say.

    Args:
        members: names and compressed data, both as bytes.
        flags: general purpose bits of each member.
        method: compression method of each.
        sizes: unpacked size that local and central headers claim; 0 if not given.
        checksum: CRC-32 that the headers of each claim.
        mode: Unix mode of each, in the central header.
        offsets: members by number that stand, says the directory, elsewhere than they do.
    """
    local_size, central_size = sizes or (0, 0)
    body, directory, count = b"", b"", 0
    for count, (name, data) in enumerate(members, start=1):
        offset = (offsets or {}).get(count - 1, len(body))
        common = (flags, method, 0, 0, checksum, len(data))
        header = struct.pack("<4sHHHHHIIIHH", LOCAL, 20, *common, local_size, len(name), 0)
        body += header + name + data
        directory += struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            *(CENTRAL, 0x0314, 20, *common, central_size, len(name), 0, 0, 0, 0),
            *(mode << 16, offset),
        )
        directory += name
    return body + directory + end_record(count, len(directory), len(body))


def end_record(count: int, size: int, offset: int) -> bytes:
    """The record at the end of a zip archive that says where its directory is."""
    return struct.pack("<4sHHHHIIH", END, 0, 0, count & 0xFFFF, count & 0xFFFF, size, offset, 0)


def zeros(mebibytes: int) -> bytes:
    """Deflated zeros that never end properly: 1 kB for each MiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (mebibytes - 1)


def opened(data: bytes | BinaryIO) -> Contents:
    """What is in a file `sent`, under the default limits."""
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    return contents_of(source, "sent", IntakeLimits())


def held(contents: Contents) -> dict[str, bytes]:
    """The documents of a file, by name."""
    return {one.name: one.open().read() for one in contents.documents}


def messages(contents: Contents) -> list[str]:
    return [one.message for one in contents.findings]
