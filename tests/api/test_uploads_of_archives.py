"""Archives and large files that come over HTTP: in pieces, within limits, a report for each."""

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from api.media_types import LINES
from api.server_file import find
from epcis_core.store.events import count_contents
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.limits import IntakeLimits
from tests.api.capturing import interface
from tests.api.conftest import GRAPES, Run
from tests.ingest.archives import gzipped, zipped
from tests.ingest.documents import document, item, observed

FARM = document(observed(eventID="urn:x:farm"))
SHOP = document(observed(item("2"), eventID="urn:x:shop"))
BOTH = zipped({"in/farm.json": FARM, "in/shop.json": SHOP, "notes.txt": b""})
LIMIT = 100_000
PAGE = {"Accept": "text/html"}
TOO_LARGE = "The file is larger than 100000 bytes (limit file_size); split it up."


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    """A server of an empty ledger that takes files up to 100,000 bytes."""
    with interface(ledger, IntakeLimits(file_size=LIMIT)) as opened:
        yield opened


def events(ledger: Ledger) -> int:
    return count_contents(ledger, EVERYTHING)["events"]


def test_the_page_takes_an_archive_and_shows_a_report_for_each_document(
    client: httpx.Client, ledger: Ledger
) -> None:
    answer = client.post("/upload", files={"files": ("march.zip", BOTH)}, headers=PAGE)
    assert answer.status_code == 200
    shown = re.findall(r'<span class="file">(.*?)</span>', answer.text)
    assert shown == ["march.zip", "march.zip/in/farm.json", "march.zip/in/shop.json"]
    assert "&#39;notes.txt&#39; không phải tài liệu EPCIS" in answer.text
    assert events(ledger) == 2


def test_an_upload_as_json_has_the_reports_that_the_page_shows(client: httpx.Client) -> None:
    files = [("files", ("march.zip", BOTH)), ("files", ("farm.json.gz", gzipped(FARM)))]
    reports = client.post("/upload.json", files=files).json()
    assert [(one["file"], one["status"], one["counts"]["accepted"]) for one in reports] == [
        ("march.zip", "accepted", 0),
        ("march.zip/in/farm.json", "accepted", 1),
        ("march.zip/in/shop.json", "accepted", 1),
        ("farm.json.gz", "accepted", 0),
    ]
    for one in reports:
        kept = client.get(f"/captures/{one['capture_id']}.json").json()
        assert (kept["file"], kept["counts"]) == (one["file"], one["counts"])


def test_a_refused_archive_is_a_page_with_its_reasons(client: httpx.Client, ledger: Ledger) -> None:
    data = zipped({"farm.json": FARM, "../shop.json": SHOP})
    answer = client.post("/upload", files={"files": ("march.zip", data)}, headers=PAGE)
    assert answer.status_code == 422
    assert "&#39;../shop.json&#39; không phải tên an toàn" in answer.text
    assert events(ledger) == 0


@pytest.mark.parametrize("size", [LIMIT + 1, 3 * 2**20, 30 * 2**20])
@pytest.mark.parametrize("path", ["/captures", "/upload.json"])
def test_a_body_beyond_the_limit_is_a_problem_with_a_sentence(
    client: httpx.Client, ledger: Ledger, path: str, size: int
) -> None:
    """The sender hears it even where it has much more to send."""
    data = FARM.ljust(size)
    if path == "/captures":
        answer = client.post(path, content=data)
    else:
        files = {"files": ("large.json", data)}
        answer = client.post(path, files=files, headers={"Accept-Language": "en"})
    if path == "/upload.json" and size < 2**20:
        # A form may be a little larger than the files in it; then the report refuses the file.
        assert answer.status_code == 422
        (report,) = answer.json()
        assert [one["message"] for one in report["findings"]] == [TOO_LARGE]
    else:
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {
            "type": "epcisException:CaptureLimitExceededException",
            "title": TOO_LARGE,
            "status": 413,
        }
    assert events(ledger) == 0


def test_a_file_of_the_limits_size_is_taken(client: httpx.Client, ledger: Ledger) -> None:
    data = FARM.ljust(LIMIT)
    assert client.post("/captures", content=data).json()[0]["status"] == "accepted"
    other = SHOP.ljust(LIMIT)
    answer = client.post("/upload.json", files={"files": ("shop.json", other)})
    assert (answer.status_code, answer.json()[0]["status"]) == (200, "accepted")
    assert events(ledger) == 2


def test_a_person_sees_the_limit_in_their_language(client: httpx.Client) -> None:
    data = FARM.ljust(2 * 2**20)
    answer = client.post("/upload", files={"files": ("large.json", data)}, headers=PAGE)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert "Tệp lớn hơn 100000 byte (giới hạn file_size); hãy chia nhỏ." in answer.text


def test_a_file_of_no_declared_size_is_stopped_at_the_limit(client: httpx.Client) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 10_000
            yield bytes(10_000)

    answer = client.post("/captures", content=pieces())
    assert (answer.status_code, answer.json()["title"]) == (413, TOO_LARGE)


def test_an_answer_line_by_line_tells_how_far_the_work_has_come(client: httpx.Client) -> None:
    data = zipped({"farm.json": FARM, "shop.json": SHOP})
    options = {"file_name": "march.zip"}
    answer = client.post("/captures", content=data, params=options, headers={"Accept": LINES})
    assert answer.headers["content-type"] == LINES
    lines = [json.loads(line) for line in answer.iter_lines()]
    steps = [line for line in lines if "report" not in line]
    assert steps[0] == {
        "file": "march.zip",
        "size": len(data),
        "read": steps[0]["read"],
        "events": 0,
    }
    assert steps[-1] == {
        "file": "march.zip/shop.json",
        "size": len(SHOP),
        "read": len(SHOP),
        "events": 1,
    }
    reports = [line["report"] for line in lines if "report" in line]
    assert [(one["file"], one["status"]) for one in reports] == [
        ("march.zip/farm.json", "accepted"),
        ("march.zip/shop.json", "accepted"),
    ]


Serve = Callable[[Path], str]


def test_an_archive_is_captured_beside_a_server_as_on_the_file(
    epcis: Run, serving: Serve, tmp_path: Path
) -> None:
    (tmp_path / "march.zip").write_bytes(BOTH)
    alone, served = tmp_path / "alone.duckdb", tmp_path / "served.duckdb"
    serving(served)
    reports = []
    for ledger in (alone, served):
        done = epcis("capture", "march.zip", "--ledger", ledger, "--json")
        assert done.code == 0, done.err
        reports.append(json.loads(done.out))
        for one in reports[-1]:
            one.pop("capture_id")
    assert reports[0] == reports[1]
    assert [one["file"] for one in reports[0]] == [
        "march.zip",
        "march.zip/in/farm.json",
        "march.zip/in/shop.json",
    ]


def test_a_file_too_large_for_the_server_is_a_report_and_the_next_one_is_captured(
    epcis: Run, client: httpx.Client, ledger: Ledger, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_bytes(FARM.ljust(5 * 2**20))
    (tmp_path / "b.json").write_bytes(SHOP)
    address = str(client.base_url)
    done = epcis("capture", "a.json", "b.json", "--server", address, "--json")
    assert done.code == 1, done.err
    large, small = json.loads(done.out)
    assert (large["file"], large["status"], large["capture_id"]) == ("a.json", "rejected", None)
    assert [(one["code"], one["message"]) for one in large["findings"]] == [
        ("file_too_large", TOO_LARGE)
    ]
    assert small["status"] == "accepted"
    assert events(ledger) == 1


def test_limits_are_options_of_the_commands(epcis: Run, tmp_path: Path) -> None:
    (tmp_path / "march.zip").write_bytes(BOTH)
    for command in ("check", "capture"):
        done = epcis(command, "march.zip", "--limit", "members=2", "--json")
        assert done.code == 1
        (report,) = json.loads(done.out)
        assert [one["message"] for one in report["findings"]] == [
            "The archive holds more than 2 files (limit members); split it up."
        ]
        done = epcis(command, "march.zip", "--limit", "members=3", "--limit", "depth=9", "--json")
        assert done.code == 0, done.out


@pytest.mark.parametrize("command", ["check", "capture", "serve"])
def test_a_limit_that_does_not_exist_exits_2_and_names_those_that_do(
    epcis: Run, command: str
) -> None:
    arguments = () if command == "serve" else ("x.json",)
    done = epcis(command, *arguments, "--limit", "file=3")
    assert done.code == 2
    told = " ".join(re.sub(r"[│╭╮╰╯─]", " ", done.err).split())
    names = ", ".join(IntakeLimits().by_name())
    assert f"There is no limit 'file'; expected one of {names}" in told


@pytest.mark.parametrize("command", ["check", "capture", "serve"])
def test_the_help_lists_the_limits_with_their_defaults(epcis: Run, command: str) -> None:
    told = "".join(re.sub(r"[│\s]", "", epcis(command, "--help").out))
    for name, value in IntakeLimits().by_name().items():
        assert f"{name}={value}" in told


def test_limits_of_a_running_server_are_its_own(epcis: Run, client: httpx.Client) -> None:
    address = str(client.base_url)
    done = epcis("capture", GRAPES, "--server", address, "--limit", "members=5")
    assert done.code == 2
    assert done.err.strip() == (
        "Error: A running server has its own limits; set them where `epcis serve` starts"
    )


def test_a_large_body_never_stands_in_the_servers_memory(serving: Serve, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.duckdb"
    address = serving(ledger)
    running = find(ledger)
    assert running is not None

    def peak() -> int:
        """Most memory the server has had, in MiB."""
        status = Path(f"/proc/{running.pid}/status").read_text(encoding="ascii")
        match = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert match is not None
        return int(match[1]) // 1024

    large = b"\x89PNG" + bytes(250 * 2**20)
    with httpx.Client(base_url=address, timeout=60) as client:
        client.post("/captures", content=b"\x89PNG")
        client.post("/upload.json", files={"files": ("small.png", b"\x89PNG")})
        before = peak()
        (report,) = client.post("/captures", content=io.BytesIO(large)).json()
        assert [one["code"] for one in report["findings"]] == ["unknown_format"]
        files = {"files": ("large.png", io.BytesIO(large))}
        assert client.post("/upload.json", files=files).status_code == 422
    assert peak() - before < 60


def test_a_page_of_many_reports_shows_what_was_refused_first(client: httpx.Client) -> None:
    members = {f"{number:03}.json": document() for number in range(149)}
    data = zipped({**members, "zzz.json": document(observed(action="ERASE"))})
    headers = {**PAGE, "Accept-Language": "en"}
    answer = client.post("/upload", files={"files": ("march.zip", data)}, headers=headers)
    shown = re.findall(r'<span class="file">(.*?)</span>', answer.text)
    assert len(shown) == 100
    assert shown[:2] == ["march.zip/zzz.json", "march.zip/000.json"]
    assert "50 more" in answer.text


def test_a_file_that_was_not_looked_at_has_no_receipt(client: httpx.Client) -> None:
    files = {"files": ("large.json", FARM.ljust(LIMIT + 1))}
    answer = client.post("/upload", files=files, headers={**PAGE, "Accept-Language": "en"})
    assert answer.status_code == 422
    assert TOO_LARGE in answer.text
    assert "/captures/" not in answer.text
