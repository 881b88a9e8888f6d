"""A portal that takes files: what waits goes into one that is signed, and somebody says the end."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from api.portal.file_export import make_export
from api.portal.file_tables import LOTS, csv_files, tables_of, workbook
from api.portal.target_parts import TargetError
from api.portal.targets import Target, read_target
from api.settings import Settings
from api.web.csv_cells import value_of_cell
from epcis_core.access.roles import Role
from epcis_core.proof.checks import read_key, read_note, signers
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import Status, deliveries_of
from epcis_core.store.portal.exports import (
    Export,
    OvertakenError,
    add_export,
    export_bytes,
    exports_of,
    note_answers,
    unanswered,
    waiting_for_export,
)
from epcis_core.store.registry.journal import What, journal
from tests.api.access.members import Members, members
from tests.api.conftest import Run
from tests.api.subscriptions.servers import until
from tests.ingest.documents import NOW, captured, document, lot
from tests.portal.carrying import ROOT, Clock, carry_all
from tests.portal.test_carrying_lots import new, seen

PAGE = (ROOT / "docs" / "portal.md").read_text("utf-8")
SECTION = PAGE.partition("## A file that somebody")[2].partition("\n## ")[0]
[MAPPING] = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
NAME = "nop-tep"
TARGET = read_target(NAME, MAPPING)
HOSTILE = "=HYPERLINK(x)"


@dataclass
class Books:
    """A ledger of which three lots wait for the portal."""

    ledger: Ledger
    books: Bookkeeping
    path: Path
    clock: Clock

    def carry(self) -> None:
        carry_all(self.ledger, self.books, TARGET, self.clock)

    def export(self, target: Target = TARGET) -> Export | None:
        signer = log_signer(self.books)
        return make_export(self.books, target, signer, self.clock(), "lan", noted=lambda _: None)

    def bytes(self, number: int) -> bytes:
        found = export_bytes(self.books, NAME, number)
        assert found is not None
        return found


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Books]:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        captured(ledger, document(new("L1"), new("L2"), new("L3"), new("=1-1")))
        found = Books(ledger, books, path, Clock())
        found.carry()
        yield found


def files_in(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def statuses(books: Bookkeeping, *names: str) -> list[Status]:
    return [deliveries_of(books, lot(name))[0].status for name in names]


def test_an_export_tells_all_that_waits_and_its_signature_holds(here: Books) -> None:
    made = here.export()
    assert made is not None
    assert (made.number, made.lots) == (1, 4)
    files = files_in(here.bytes(1))
    assert [*files] == [
        "records.json",
        "1-lots.csv",
        "2-lots_events.csv",
        "records.xlsx",
        "manifest.json",
        "manifest.note",
    ]
    manifest = json.loads(files["manifest.json"])
    body = f"epcis-ledger portal-export/v1\n{log_signer(here.books).name}\n"
    told, _ = read_note(files["manifest.note"].decode())
    assert told == f"{body}{hashlib.sha256(files['manifest.json']).hexdigest()}\n"
    key = read_key(manifest["key"])
    assert key == log_signer(here.books).key
    assert signers(files["manifest.note"].decode(), [key]) == [(key, None)]
    assert manifest["files"] == {
        name: {"size": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in [*files][:4]
    }
    told_lots = {it["lot"]: (it["operation"], it["hash"], it["key"]) for it in manifest["records"]}
    sent = unanswered(here.books, NAME, 1)
    assert told_lots == {it.lot: (it.operation, it.hash, it.key) for it in sent}
    assert {it["record"]["batchNo"] for it in json.loads(files["records.json"])} == {
        *("L1", "L2", "L3", "=1-1")
    }
    assert here.export() is None  # all of it is sent


def sheets_of(data: bytes) -> dict[str, list[list[Any]]]:
    """Every sheet of a workbook, in which there is no formula and no link."""
    parts = files_in(data)
    sheets = b"".join(part for name, part in parts.items() if "worksheets" in name)
    assert b"<f>" not in sheets
    assert b"<hyperlink" not in sheets
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def rows_of(data: bytes) -> list[dict[str, str]]:
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    head, *rows = [[value_of_cell(text) for text in line] for line in lines]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_tables_have_the_values_of_the_json_and_no_formulas(here: Books) -> None:
    here.export()
    files = files_in(here.bytes(1))
    entries = json.loads(files["records.json"])
    book = sheets_of(files["records.xlsx"])
    for name, text in (("lots", "1-lots.csv"), ("lots_events", "2-lots_events.csv")):
        head, *rows = book[name]
        as_text = [[f"{it:g}" if isinstance(it, float) else str(it) for it in row] for row in rows]
        assert [dict(zip(head, row, strict=True)) for row in as_text] == rows_of(files[text])
    [lots, events] = [rows_of(files[name]) for name in ("1-lots.csv", "2-lots_events.csv")]
    assert [(int(it["#delivery"]), it["#operation"], it["#lot"]) for it in lots] == [
        (it["delivery"], it["operation"], it["lot"]) for it in entries
    ]
    assert [it["batchNo"] for it in lots] == [it["record"]["batchNo"] for it in entries]
    assert [(int(it["#delivery"]), it["#position"], it["type"], it["at"]) for it in events] == [
        (one["delivery"], str(number), it["type"], it["at"])
        for one in entries
        for number, it in enumerate(one["record"]["events"], start=1)
    ]
    assert b'"\'=1-1"' in files["1-lots.csv"]


def test_lists_within_lists_and_hostile_names_keep_their_place_and_stay_text() -> None:
    record: dict[str, Any] = {
        "name": {HOSTILE: HOSTILE, "a/b": True},
        "many": 2**53 + 1,
        "steps": [{"what": "x", "used": ["=1", "+2"]}, {"what": "@y"}],
    }
    tables = tables_of([{"delivery": 7, "operation": "create", "lot": "L", "record": record}])
    assert {name: [*table.lines()] for name, table in tables.items()} == {
        LOTS: [
            ["#delivery", "#operation", "#lot", f"name/{HOSTILE}", "name/a~1b", "many"],
            [7, "create", "L", HOSTILE, True, 2**53 + 1],
        ],
        "lots/steps/used": [
            ["#delivery", "#position", "#value"],
            [7, "1.1", "=1"],
            [7, "1.2", "+2"],
        ],
        "lots/steps": [["#delivery", "#position", "what"], [7, "1", "x"], [7, "2", "@y"]],
    }
    assert sheets_of(workbook(tables))["lots"][1] == [
        *(7, "create", "L", HOSTILE, True, "9007199254740993")
    ]
    assert dict(csv_files(tables))["2-lots_steps_used.csv"].decode().splitlines()[1:] == [
        '"7","1.1","\'=1"',
        '"7","1.2","\'+2"',
    ]


def test_a_lot_that_changes_goes_into_the_next_file_once_the_first_has_its_end(
    here: Books,
) -> None:
    here.export()
    captured(here.ledger, document(seen("L1", 1)))
    here.carry()
    assert waiting_for_export(here.books, NAME, most=9) == []
    assert statuses(here.books, "L1", "L2") == [Status.SENT, Status.SENT]
    note_answers(here.books, unanswered(here.books, NAME, 1), None, "lan", NOW)
    assert statuses(here.books, "L1", "L2") == [Status.ACCEPTED, Status.ACCEPTED]
    first = here.bytes(1)
    here.carry()
    made = here.export()
    assert made is not None
    assert (made.number, made.lots) == (2, 1)
    [entry] = json.loads(files_in(here.bytes(2))["records.json"])
    assert (entry["lot"], entry["operation"]) == (lot("L1"), "update")
    assert len(entry["record"]["events"]) == 2
    assert here.bytes(1) == first


def test_a_lot_whose_events_were_all_wrong_is_withdrawn_in_a_file(here: Books) -> None:
    here.export()
    note_answers(here.books, unanswered(here.books, NAME, 1), None, "lan", NOW)
    captured(here.ledger, document(new("L2", error="did_not_occur")))
    here.carry()
    here.export()
    [entry] = json.loads(files_in(here.bytes(2))["records.json"])
    assert (entry["lot"], entry["operation"]) == (lot("L2"), "withdraw")
    assert entry["record"] == {"link": lot("L2")}


def test_two_exports_at_once_do_not_hold_a_lot_twice(here: Books) -> None:
    waiting = waiting_for_export(here.books, NAME, most=9)
    made: list[Export | None] = []
    begin = threading.Barrier(2)

    def run() -> None:
        with Bookkeeping(here.path) as books:
            begin.wait()
            one = make_export(books, TARGET, log_signer(books), NOW, "lan", noted=lambda _: None)
            made.append(one)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(one.lots for one in made if one is not None) == 4
    assert [one.number for one in exports_of(here.books, NAME, most=9)] == [1]
    late = Export(NAME, 2, NOW, "lan", 4, "00")
    with pytest.raises(OvertakenError) as caught:
        add_export(here.books, late, b"", waiting)
    assert str(caught.value) == "What waits for nop-tep has changed meanwhile."
    assert len(exports_of(here.books, NAME, most=9)) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from api.portal.file_export import make_export
from api.portal.targets import read_targets
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer

def end(_):
    os.kill(os.getpid(), signal.SIGKILL)

[target] = read_targets(Path(sys.argv[2]))
with Bookkeeping(Path(sys.argv[1])) as books:
    keep = (lambda _: None) if sys.argv[3] == "after" else end
    make_export(books, target, log_signer(books), 1_790_000_000_000_000, "lan", noted=keep)
    end(None)
"""


def test_killed_within_an_export_nothing_of_it_is_there_and_after_it_all(
    here: Books, tmp_path: Path
) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / f"{NAME}.toml").write_text(MAPPING, "utf-8")
    log_signer(here.books)
    found = []
    for moment in ("within", "after"):
        command = (sys.executable, "-c", KILLED, here.path, tmp_path / "targets", moment)
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
        made = [one.lots for one in exports_of(here.books, NAME, most=9)]
        found.append((made, len(waiting_for_export(here.books, NAME, most=9))))
    assert found == [([], 4), ([4], 0)]
    here.carry()  # a server that starts again leaves what was sent with a file as it is
    assert len(unanswered(here.books, NAME, 1)) == 4


def test_the_signature_is_verified_by_hand_as_the_docs_say(here: Books, tmp_path: Path) -> None:
    if not (shutil.which("openssl") and shutil.which("basenc")):
        pytest.skip(
            "There is no openssl or no basenc; install openssl and coreutils to run this test"
        )
    here.export()
    files = files_in(here.bytes(1))
    [_, commands] = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
    key = json.loads(files["manifest.json"])["key"]
    told = []
    for folder, manifest in (("good", files["manifest.json"]), ("bad", b"{}")):
        (tmp_path / folder).mkdir()
        for name, data in {**files, "manifest.json": manifest}.items():
            (tmp_path / folder / name).write_bytes(data)
        done = subprocess.run(
            ["bash", "-eu", "-c", commands],
            cwd=tmp_path / folder,
            env={"PATH": "/usr/bin:/bin", "KEY": key, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            timeout=60,
            check=False,
        )
        told.append((done.returncode, done.stdout))
    assert told == [(0, b"Signature Verified Successfully\n"), (1, b"")]


def test_what_the_words_of_the_portal_cannot_tell_is_rejected_and_the_rest_goes_out(
    here: Books,
) -> None:
    odd = read_target(NAME, MAPPING.replace('batchNo = "lot"', 'batchNo = "lot | number"'))
    assert here.export(odd) is None
    assert statuses(here.books, "L1") == [Status.REJECTED]
    [one] = deliveries_of(here.books, lot("L1"))
    assert one.reason == "Expected a number, got 'L1'."
    assert exports_of(here.books, NAME, most=9) == []


def test_a_target_of_files_has_no_address_and_others_take_no_files(here: Books) -> None:
    with pytest.raises(TargetError) as caught:
        read_target(NAME, f'address = "https://portal.example"\n{MAPPING}')
    assert str(caught.value) == ("nop-tep.toml: a target of files has body and no address.")
    text = (ROOT / "schemas" / "portal" / "lot-record.toml").read_text("utf-8")
    with pytest.raises(TargetError) as caught:
        here.export(read_target("cong-mau", text))
    assert str(caught.value) == "cong-mau takes no files: deliveries are sent to it."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    folder = tmp_path_factory.mktemp("files")
    with members(folder, Settings(targets=(TARGET,))) as found:
        captured(found.ledger, document(new("L1"), new("L2"), new("L3")))
        until(lambda: len(waiting_for_export(found.books, NAME, most=9)) == 3)
        yield found


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_person_makes_a_file_fetches_it_and_says_what_became_of_it(
    site: Members, epcis: Run, tmp_path: Path
) -> None:
    with site.browser(Role.PROVINCE, language="vi") as browser:
        assert "Xuất tệp các lô đang chờ" in browser.get("/portal").text
        made = browser.post("/portal/exports", data={"target": NAME})
        address = f"/portal/exports/{NAME}/1"
        assert (made.status_code, made.headers["location"]) == (303, address)
        first, second = (browser.get(f"{address}.zip") for _ in range(2))
        assert first.content == second.content
        assert first.headers["content-disposition"] == 'attachment; filename="nop-tep-1.zip"'
        again = browser.post("/portal/exports", data={"target": NAME})
        assert again.status_code == 409
        assert "Không có lô nào đang chờ cổng này." in text_of(again.text)
        unsaid = browser.post(address, data={"which": "all", "answer": "rejected"})
        assert unsaid.status_code == 409
        assert "Hãy ghi lý do cổng từ chối." in text_of(unsaid.text)
        unmarked = browser.post(address, data={"which": "marked", "answer": "accepted"})
        assert "Chưa lô nào được chọn, hoặc các lô đó đã có kết quả." in text_of(unmarked.text)
        number = deliveries_of(site.books, lot("L2"))[0].number
        chosen = {"which": "marked", f"lot-{number}": "on", "answer": "rejected"}
        browser.post(address, data={**chosen, "reason": "Thiếu mã vùng trồng"})
        left = browser.get(f"{address}.json").json()
        assert [it["lot"] for it in left["waiting_for_answer"]] == [lot("L1"), lot("L3")]
        browser.post(address, data={"which": "all", "answer": "accepted"})
        assert "Mọi lô trong tệp này đã có kết quả." in browser.get(address).text
        portals = browser.get("/portal")
        [told] = browser.get("/portal.json").json()
    assert statuses(site.books, "L1", "L2", "L3") == [
        *(Status.ACCEPTED, Status.REJECTED, Status.ACCEPTED)
    ]
    assert "Thiếu mã vùng trồng" in portals.text
    assert [(it["lots"], it["unanswered"]) for it in told["exports"]] == [(3, 0)]
    noted = [one.about for one in journal(site.books, what=What.PORTAL_ANSWERED)]
    assert noted == ["nop-tep: 1, 2", "nop-tep: 1, 1: Thiếu mã vùng trồng"]
    [entry] = journal(site.books, what=What.PORTAL_EXPORTED)
    assert (entry.who, entry.about) == ("province@farm.example", "nop-tep: 1, 3")
    targets = site.path.parent / "targets"
    targets.mkdir()
    (targets / f"{NAME}.toml").write_text(MAPPING, "utf-8")
    where = ("--portal", targets, "--ledger", site.path, "-o")
    same = epcis("portal", "export", NAME, *where, tmp_path / "1.zip", "--number", "1")
    digest = hashlib.sha256(first.content).hexdigest()
    assert (same.code, same.out) == (0, f"File 1: 3 lots, SHA-256 {digest}\n")
    assert (tmp_path / "1.zip").read_bytes() == first.content
    none = epcis("portal", "export", NAME, *where, tmp_path / "2.zip")
    assert (none.code, none.err) == (1, "Nothing waits for it.\n")
    assert epcis("portal", "retry", NAME, *where[:-1]).out == "1 will be sent again.\n"
    more = epcis("portal", "export", NAME, *where, tmp_path / "2.zip")
    assert (more.code, more.out[:14]) == (0, "File 2: 1 lots")


@pytest.mark.parametrize("role", [Role.BUSINESS, Role.INSPECTOR])
def test_others_neither_make_nor_fetch_files(site: Members, role: Role) -> None:
    with site.browser(role) as browser:
        answers = [
            browser.post("/portal/exports", data={"target": NAME}),
            browser.get(f"/portal/exports/{NAME}/1"),
            browser.get(f"/portal/exports/{NAME}/1.zip"),
            browser.post(f"/portal/exports/{NAME}/1", data={"answer": "accepted"}),
        ]
    assert [one.status_code for one in answers] == [403] * 4


def test_there_is_no_file_of_another_number_or_portal(site: Members) -> None:
    with site.browser(Role.CONNECTOR, language="en") as browser:
        found = browser.get(f"/portal/exports/{NAME}/99.zip")
        other = browser.post("/portal/exports", data={"target": "other"})
    assert (found.status_code, other.status_code) == (404, 404)
    assert "There is no file of that number." in text_of(found.text)
    assert "This server has no portal of that name that takes files." in text_of(other.text)
