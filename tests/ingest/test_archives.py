"""Archives give the documents that were put into them, each with a report of its own."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.files import expand
from ingest.intake import capture_file, check_file, seekable
from ingest.limits import IntakeLimits
from ingest.report import CaptureReport, CheckReport
from tests.conftest import TEST_SCALE
from tests.ingest.archives import gzipped, held, messages, opened, zipped
from tests.ingest.documents import NOW, document, item, observed

FARM = document(observed(eventID="urn:x:farm"))
SHOP = document(observed(item("2"), eventID="urn:x:shop"))
BAD = document(observed(item("3"), action="ERASE", eventID="urn:x:bad"))


def checked(data: bytes, name: str = "sent.zip") -> list[CheckReport]:
    return list(check_file(io.BytesIO(data), name, limits=IntakeLimits()))


def captured(ledger: Ledger, data: bytes, name: str = "sent.zip") -> list[CaptureReport]:
    found = capture_file(ledger, io.BytesIO(data), name, now=NOW, limits=IntakeLimits())
    return list(found)


def stored(ledger: Ledger) -> list[str]:
    return [event.event_id for event in all_events(ledger, EVERYTHING)]


def test_a_plain_document_is_itself() -> None:
    assert held(opened(FARM)) == {"sent": FARM}


def test_a_gzip_file_is_its_document_under_its_own_name(ledger: Ledger) -> None:
    (report,) = captured(ledger, gzipped(FARM), "farm.jsonld.gz")
    assert (report.file, report.status) == ("farm.jsonld.gz", "accepted")
    assert stored(ledger) == ["urn:x:farm"]


def test_gzip_is_known_by_its_bytes_and_not_by_its_name() -> None:
    assert held(opened(gzipped(FARM))) == {"sent": FARM}
    (report,) = checked(FARM, "farm.jsonld.gz")
    assert (report.format, report.valid, report.events) == ("json", True, 1)


def test_the_members_of_a_gzip_file_are_one_document() -> None:
    data = gzipped(FARM[:100], b"", FARM[100:]) + bytes(600)
    assert held(opened(data)) == {"sent": FARM}


def test_what_a_gzip_file_holds_can_be_read_again_from_its_start() -> None:
    data = b"x" * 300_000
    (one,) = opened(gzipped(data)).documents
    assert one.size == len(data)
    stream = one.open()
    assert (stream.read(10), stream.tell()) == (data[:10], 10)
    stream.seek(0)
    assert stream.read() == data
    assert one.open().read() == data


def test_each_document_of_a_zip_archive_has_a_report_under_its_path(ledger: Ledger) -> None:
    reports = captured(ledger, zipped({"2/shop.xml": SHOP, "1/farm.jsonld": FARM}))
    assert [(one.file, one.status) for one in reports] == [
        ("sent.zip/1/farm.jsonld", "accepted"),
        ("sent.zip/2/shop.xml", "accepted"),
    ]
    assert stored(ledger) == ["urn:x:farm", "urn:x:shop"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_deflated_files_are_read(method: int) -> None:
    assert held(opened(zipped({"a.json": FARM, "b.XML": SHOP}, method))) == {
        "sent/a.json": FARM,
        "sent/b.XML": SHOP,
    }


def test_a_zip_archive_written_to_a_pipe_is_read() -> None:
    """Such an archive has its sizes and checksums behind each file, not before it."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("farm.json", FARM)
    assert held(opened(pipe.getvalue())) == {"sent/farm.json": FARM}


def test_a_document_with_an_error_does_not_keep_its_neighbours_out(ledger: Ledger) -> None:
    reports = captured(ledger, zipped({"a.json": FARM, "b.json": BAD, "c.json": SHOP}))
    assert [one.status for one in reports] == ["accepted", "rejected", "accepted"]
    assert stored(ledger) == ["urn:x:farm", "urn:x:shop"]


def test_what_is_no_document_is_left_out_and_named(ledger: Ledger) -> None:
    data = zipped(
        {
            "readme.txt": b"Xin chao",
            "farm.json": FARM,
            "__MACOSX/._farm.json": b"\0\5\x16\7",
            "in/.DS_Store": b"\0\0\0\1Bud1",
            "in/": b"",
        }
    )
    about, farm = captured(ledger, data)
    assert (about.file, about.status, about.total) == ("sent.zip", "accepted", 0)
    assert [(one.code, one.severity, one.message) for one in about.findings] == [
        (
            "member_skipped",
            "info",
            f"{name!r} is no EPCIS document by its name and was left out.",
        )
        for name in ("readme.txt", "__MACOSX/._farm.json", "in/.DS_Store")
    ]
    assert (farm.file, farm.status) == ("sent.zip/farm.json", "accepted")


def test_the_hundredth_file_left_out_is_counted_and_not_named() -> None:
    data = zipped({"farm.json": FARM} | {f"{number}.txt": b"" for number in range(100)})
    found = opened(data).findings
    assert len(found) == 21
    assert found[-1].message == "There are 80 more findings 'member_skipped' like this one."


@pytest.mark.parametrize(
    "members", [{}, {"in/": b""}, {"photo.png": b"\x89PNG"}], ids=["nothing", "a folder", "a photo"]
)
def test_an_archive_without_a_document_is_refused(
    ledger: Ledger, members: dict[str, bytes]
) -> None:
    (report,) = captured(ledger, zipped(members))
    assert report.status == "rejected"
    (found,) = report.findings
    assert found.message == (
        "The archive holds no document; expected at least one file whose name ends in "
        ".csv .json .jsonld .xlsm .xlsx .xml."
    )


def test_the_check_of_an_archive_says_what_its_capture_would() -> None:
    data = zipped({"a.json": FARM, "b.json": BAD, "note.txt": b""})
    assert [(one.file, one.valid, one.events) for one in checked(data)] == [
        ("sent.zip", True, 0),
        ("sent.zip/a.json", True, 1),
        ("sent.zip/b.json", False, 1),
    ]


def test_a_refused_archive_stands_in_the_book_of_captures(ledger: Ledger) -> None:
    data = zipped({"a.json": FARM, "../b.json": SHOP})
    (report,) = captured(ledger, data)
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT capture_id, file_name, status, size FROM capture").fetchall()
    assert rows == [(report.capture_id, "sent.zip", "rejected", len(data))]
    assert stored(ledger) == []


def test_an_archive_sent_twice_brings_nothing_the_second_time(ledger: Ledger) -> None:
    data = zipped({"a.json": FARM, "b.json": SHOP})
    captured(ledger, data)
    counts = [one.counts for one in captured(ledger, data)]
    assert [(one["accepted"], one["duplicate"]) for one in counts] == [(0, 1), (0, 1)]


def test_a_folder_gives_its_archives_too_and_no_hidden_files(tmp_path: Path) -> None:
    for name in ("a.json.gz", "b.zip", "c.tar", "._d.json", ".git/e.json", "__MACOSX/f.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [path.name for path in expand([tmp_path])] == ["a.json.gz", "b.zip"]


def test_a_spreadsheet_is_a_document_though_it_is_zipped() -> None:
    data = zipped({"[Content_Types].xml": b"<Types/>"})
    contents = list(check_file(io.BytesIO(data), "lots.xlsx", limits=IntakeLimits()))
    assert [(one.file, [f.code for f in one.findings]) for one in contents] == [
        ("lots.xlsx", ["workbook_format"])
    ]


def test_a_file_in_an_archive_that_is_read_moves_what_is_told() -> None:
    events = [observed(item(str(number)), **{"ex:note": "x" * 5000}) for number in range(500)]
    data = zipped({"a.json": document(*events)})
    told: list[tuple[str, int, int, int]] = []
    list(
        check_file(
            io.BytesIO(data), "sent.zip", limits=IntakeLimits(), tell=lambda *one: told.append(one)
        )
    )
    size = len(document(*events))
    assert told[0][:2] == ("sent.zip", len(data))
    read = [one for one in told if one[0] == "sent.zip/a.json"]
    assert {one[1] for one in read} == {size}
    assert [one[2] for one in read] == [2**20, 2 * 2**20, size]
    assert read[-1][3] > read[0][3] > 0


def test_what_comes_from_a_pipe_can_be_gone_back_in(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    limits = IntakeLimits(file_size=3 * 2**20)
    with seekable(Pipe(FARM), limits) as copy:
        assert (copy.read(), copy.seek(0), copy.read()) == (FARM, 0, FARM)
    endless = Pipe(bytes(50 * 2**20))
    with seekable(endless, limits) as copy:
        assert len(copy.read()) == 4 * 2**20
    (tmp_path / "plain").write_bytes(FARM)
    with (tmp_path / "plain").open("rb") as file, seekable(file, limits) as same:
        assert same is file


names = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}\.(json|jsonld|xml)", fullmatch=True)


@settings(max_examples=max(1, int(50 * TEST_SCALE)))
@given(members=st.dictionaries(names, st.binary(max_size=2000).map(lambda data: b"{" + data)))
def test_what_is_zipped_comes_out_again(members: dict[str, bytes]) -> None:
    """Python's own zipfile is the oracle that writes; a name may not be the folder of another."""
    contents = opened(zipped(members))
    assert held(contents) == {f"sent/{name}": data for name, data in members.items()}
    assert [one.name for one in contents.documents] == sorted(f"sent/{name}" for name in members)


@settings(max_examples=max(1, int(50 * TEST_SCALE)))
@given(parts=st.lists(st.binary(max_size=3000).map(lambda data: b"{" + data), min_size=1))
def test_what_is_gzipped_comes_out_again(parts: list[bytes]) -> None:
    data = gzipped(*parts)
    assert held(opened(data)) == {"sent": b"".join(parts)} == {"sent": gzip.decompress(data)}


@settings(max_examples=max(1, int(300 * TEST_SCALE)))
@given(data=st.data(), is_zip=st.booleans())
def test_a_damaged_archive_gives_what_went_in_or_nothing(data: st.DataObject, is_zip: bool) -> None:  # noqa: FBT001 - a drawn value
    whole = zipped({"a.json": FARM, "b.json": SHOP}) if is_zip else gzipped(FARM)
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    damage = data.draw(st.binary(min_size=1, max_size=4))
    changed = whole[:at] if cut else whole[:at] + damage + whole[at + len(damage) :]
    contents = opened(changed)
    if changed.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b")):
        assert set(held(contents).values()) <= {FARM, SHOP}
    assert contents.documents or messages(contents)
