"""Archives made to harm are refused with a sentence, soon, in little memory, and store nothing."""

import io
import json
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from epcis_core.store.events import count_contents
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.intake import capture_file
from ingest.limits import IntakeLimits
from tests.conftest import ROOT
from tests.ingest.archives import end_record, gzipped, messages, opened, raw_zip, zeros, zipped
from tests.ingest.documents import NOW, document, observed

FARM = document(observed(eventID="urn:x:farm"))
PACKED = zipped({"farm.json": FARM})

RATIO = (
    "The archive unpacks to more than 200 times its size (limit ratio), as archives do that are "
    "made to exhaust a system."
)
MANY = "The archive holds more than 10000 files (limit members); split it up."
UNSAFE = (
    "{} is no safe name for a file in an archive: expected a path that begins in the archive and "
    "stays in it, without '..', a drive letter or control characters."
)
NESTED = (
    "{} holds an archive within the archive, which is not opened; unpack it and send its files."
)
DAMAGED = (
    "'{}' cannot be unpacked: {}. Nothing in the archive was taken; pack it again and send it "
    "again."
)


def bomb_as_gzip() -> bytes:
    return b"\x1f\x8b\x08\0\0\0\0\0\0\3" + zeros(10_000)


def bomb_as_zip() -> bytes:
    return raw_zip([(b"a.json", zeros(10_000))], sizes=(0xFFFFFFF0, 0xFFFFFFF0))


def bomb_that_lies_about_its_size() -> bytes:
    return raw_zip([(b"a.json", zeros(10_000))], sizes=(7, 7))


def bomb_of_files_that_share_their_data() -> bytes:
    members = [(f"{number:05}.json".encode(), b"") for number in range(5000)]
    kernel = [(b"kernel.json", zeros(100))]
    return raw_zip(
        kernel + members, sizes=(100 * 2**20,) * 2, offsets=dict.fromkeys(range(1, 5001), 0)
    )


def bomb_in_many_files() -> bytes:
    members = [(f"{number}.json".encode(), zeros(20)) for number in range(500)]
    checksum = zlib.crc32(bytes(20 * 2**20))
    return raw_zip(members, sizes=(20 * 2**20,) * 2, checksum=checksum)


def a_million_empty_gzip_members() -> bytes:
    return gzipped(b"") * 1_000_000


def a_hundred_thousand_files() -> bytes:
    one = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, *(0,) * 7, 1, *(0,) * 6) + b"a"
    return one + entry * 100_000 + end_record(100_000, len(entry) * 100_000, len(one))


def endless_name_in_a_gzip_header() -> bytes:
    return b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + b"A" * 50_000_000


def empty_deflate_blocks() -> bytes:
    return b"\x1f\x8b\x08\0\0\0\0\0\0\3" + b"\0\0\0\xff\xff" * 4_000_000


ATTACKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a gzip bomb": (bomb_as_gzip, RATIO),
    "a zip bomb": (bomb_as_zip, RATIO),
    "a zip bomb that lies": (
        bomb_that_lies_about_its_size,
        DAMAGED.format("a.json", "its checksum is wrong"),
    ),
    "files over each other": (
        bomb_of_files_that_share_their_data,
        DAMAGED.format("sent", "files in it lie over each other"),
    ),
    "a bomb in many files": (bomb_in_many_files, RATIO),
    "a million gzip members": (a_million_empty_gzip_members, MANY),
    "a hundred thousand files": (a_hundred_thousand_files, MANY),
    "an endless gzip header": (
        endless_name_in_a_gzip_header,
        DAMAGED.format("sent", "its data end too early"),
    ),
    "blocks of nothing": (
        empty_deflate_blocks,
        DAMAGED.format("sent", "its data end too early"),
    ),
}

CHILD = """
import json, resource, sys
from ingest.intake import check_file
from ingest.limits import IntakeLimits
used = resource.getrusage(resource.RUSAGE_SELF)
most = int(used.ru_utime + used.ru_stime + 3)  # whole seconds: between two and three are left
resource.setrlimit(resource.RLIMIT_CPU, (most, most))
resource.setrlimit(resource.RLIMIT_DATA, (256 * 2**20, 256 * 2**20))
with open(sys.argv[1], "rb") as file:
    reports = [one.as_json() for one in check_file(file, "sent", limits=IntakeLimits())]
after = resource.getrusage(resource.RUSAGE_SELF)
seconds = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
with open("/proc/self/status") as status:  # ru_maxrss would count the parent too
    (peak,) = [int(line.split()[1]) for line in status if line.startswith("VmHWM:")]
print(json.dumps([reports, seconds, peak // 1024]))
"""


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_soon_and_in_little_memory(tmp_path: Path, name: str) -> None:
    make, expected = ATTACKS[name]
    path = tmp_path / "sent"
    path.write_bytes(make())
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    reports, seconds, mebibytes = json.loads(done.stdout)
    found: list[dict[str, Any]] = [one for report in reports for one in report["findings"]]
    assert [one["message"] for one in found] == [expected]
    assert seconds < 2
    assert mebibytes < 256


def test_a_directory_that_claims_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.zip"
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        file.truncate(2**30)
        file.seek(0, io.SEEK_END)
        file.write(end_record(1, 2**30 - 4, 4))
    with path.open("rb") as source:
        assert messages(opened(source)) == [MANY]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"../../etc/farm.json", "'../../etc/farm.json'"),
        (b"in/../../farm.json", "'in/../../farm.json'"),
        (b"..\\farm.json", r"'..\\farm.json'"),
        (b"/etc/farm.json", "'/etc/farm.json'"),
        (b"\\farm.json", r"'\\farm.json'"),
        (b"C:\\farm.json", r"'C:\\farm.json'"),
        (b"c:farm.json", "'c:farm.json'"),
        (b"farm.json\0.txt", r"'farm.json\x00.txt'"),
        (b"farm\x1b[2J.json", r"'farm\x1b[2J.json'"),
        (b"a\nb.json", r"'a\nb.json'"),
        (b"", "''"),
    ],
)
def test_a_name_that_leads_out_of_the_archive_refuses_it(name: bytes, shown: str) -> None:
    data = raw_zip([(b"farm.json", b"\3\0"), (name, b"\3\0")])
    assert messages(opened(data)) == [UNSAFE.format(shown)]


@pytest.mark.parametrize("name", ["a..b.json", "in/a...json", "vườn nho.json", "a b:c.json"])
def test_a_name_that_only_looks_as_if_it_did_is_taken(name: str) -> None:
    assert [one.name for one in opened(zipped({name: FARM})).documents] == [f"sent/{name}"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFBLK, stat.S_IFSOCK])
def test_a_link_or_device_refuses_the_archive(kind: int) -> None:
    data = raw_zip([(b"farm.json", b"/etc/passwd")], method=0, mode=kind | 0o777)
    assert messages(opened(data)) == [
        "'farm.json' is a link or a device; expected files and folders alone."
    ]


@pytest.mark.parametrize("second", [b"farm.json", b"./farm.json", b".\\farm.json"])
def test_a_file_given_twice_refuses_the_archive(second: bytes) -> None:
    data = raw_zip([(b"farm.json", b"\3\0"), (second, b"\3\0")])
    assert messages(opened(data))[0].endswith(
        " stands in the archive more than once; a file may stand in it once."
    )


def test_an_encrypted_file_refuses_the_archive() -> None:
    data = raw_zip([(b"farm.json", b"secret" * 5)], flags=1)
    assert messages(opened(data)) == [
        "'farm.json' is encrypted with a password; pack it again without one."
    ]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_is_not_read_refuses_the_archive(method: int) -> None:
    data = zipped({"farm.json": FARM}, method)
    assert messages(opened(data)) == [
        f"'farm.json' is compressed by method {method}; expected 0 (stored) or 8 (deflate)."
    ]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        pytest.param(zipped({"in/a.zip": PACKED}), "'in/a.zip'", id="zip in zip, by name"),
        pytest.param(zipped({"a.json": PACKED}), "'a.json'", id="zip in zip, by content"),
        pytest.param(zipped({"a.json.gz": gzipped(FARM)}), "'a.json.gz'", id="gzip in zip"),
        pytest.param(gzipped(PACKED), "'sent'", id="zip in gzip"),
        pytest.param(gzipped(gzipped(FARM)), "'sent'", id="gzip in gzip"),
        pytest.param(
            gzipped(b"farm.json".ljust(257, b"\0") + b"ustar\x0000".ljust(255, b"\0")),
            "'sent'",
            id="tar in gzip",
        ),
    ],
)
def test_an_archive_within_an_archive_is_not_opened(data: bytes, shown: str) -> None:
    assert messages(opened(data)) == [NESTED.format(shown)]


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"7z\xbc\xaf\x27\x1c\0\4", "7z"), (b"Rar!\x1a\x07\1\0", "rar"), (b"BZh91AY&SY", "bzip2")],
)
def test_an_archive_of_another_kind_is_named(data: bytes, kind: str) -> None:
    assert messages(opened(data)) == [
        f"The file is an archive of kind {kind}; expected zip or gzip."
    ]


WHOLE = gzipped(FARM)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(WHOLE[:-3], "its data end too early", id="cut in the checksum"),
        pytest.param(WHOLE[:40], "its data end too early", id="cut in the data"),
        pytest.param(WHOLE[:5], "its data end too early", id="cut in the header"),
        pytest.param(WHOLE + WHOLE[:20], "its data end too early", id="a second member cut"),
        pytest.param(
            WHOLE[:-8] + bytes(4) + WHOLE[-4:], "its checksum is wrong", id="another checksum"
        ),
        pytest.param(WHOLE[:-4] + bytes(4), "its checksum is wrong", id="another length"),
        pytest.param(
            WHOLE + b"garbage", "something that is not gzip stands behind its data", id="garbage"
        ),
        pytest.param(WHOLE[:10] + b"\xff" * 30, "its compressed data are broken", id="broken data"),
    ],
)
def test_a_damaged_gzip_file_is_refused(ledger: Ledger, data: bytes, reason: str) -> None:
    assert refused(ledger, data) == [DAMAGED.format("sent", reason)]


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        pytest.param(PACKED[:-30], "sent", "the list of its files cannot be read", id="cut"),
        pytest.param(
            PACKED.replace(b"PK\1\2", b"PK\1\3"),
            "sent",
            "the list of its files cannot be read",
            id="no directory",
        ),
        pytest.param(
            zipped({"a.json": FARM, "b.json": b"12345678"}, zipfile.ZIP_STORED).replace(
                b"12345678", b"12345679"
            ),
            "b.json",
            "its checksum is wrong",
            id="one byte of the second file",
        ),
        pytest.param(
            PACKED.replace(zlib.compress(FARM)[2:40], b"\xff" * 38),
            "farm.json",
            "its compressed data are broken",
            id="broken data",
        ),
        pytest.param(
            raw_zip([(b"farm.json", zlib.compress(FARM, wbits=-15)[:-40])], sizes=(999, 999)),
            "farm.json",
            "its checksum is wrong",
            id="a file cut",
        ),
    ],
)
def test_a_damaged_zip_archive_is_refused(
    ledger: Ledger, data: bytes, name: str, reason: str
) -> None:
    assert refused(ledger, data) == [DAMAGED.format(name, reason)]


def test_a_refusal_in_vietnamese() -> None:
    (found,) = opened(WHOLE[:-3]).findings
    assert found.message_in("vi") == (
        "Không giải nén được 'sent': dữ liệu bị cắt cụt. Không tệp nào bên trong được nhận; "
        "hãy nén lại rồi gửi lại."
    )


def refused(ledger: Ledger, data: bytes) -> list[str]:
    """Capture a file that is refused whole, and return what is said of it."""
    source: BinaryIO = io.BytesIO(data)
    (report,) = capture_file(ledger, source, "sent", now=NOW, limits=IntakeLimits())
    assert (report.status, report.total) == ("rejected", 0)
    assert count_contents(ledger, EVERYTHING)["events"] == 0
    return [one.message for one in report.findings]
