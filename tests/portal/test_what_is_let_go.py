"""What was told to a portal is kept for its time; then its text goes, that it was told stays."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.portal.target_parts import TargetError
from api.portal.targets import read_target
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import Delivery, Status, deliveries_under
from epcis_core.store.portal.exports import exports_of, note_answers, unanswered
from epcis_core.store.registry.journal import SERVER, What, journal
from tests.api.access.members import members
from tests.api.conftest import Run
from tests.ingest.documents import NOW, captured, document, lot
from tests.portal.carrying import HOUR, MAPPING, Clock, carry_all, simulator, write_target
from tests.portal.test_carrying_lots import new, seen
from tests.portal.test_portal_files import MAPPING as FILES
from tests.portal.test_portal_files import NAME, Books

DAY = 24 * HOUR
LINE = "kept_days = 30\n"


@pytest.fixture
def books(ledger: Ledger) -> Iterator[Bookkeeping]:
    with Bookkeeping(ledger.path) as opened:
        yield opened


def every_delivery(books: Bookkeeping) -> list[Delivery]:
    return deliveries_under(books, "true ORDER BY d.number", ())


def test_what_a_later_record_took_the_place_of_goes_and_the_last_one_stays(
    ledger: Ledger, books: Bookkeeping, tmp_path: Path
) -> None:
    clock = Clock()
    with simulator(tmp_path / "portal") as portal:
        target = write_target(tmp_path / "targets", portal.address, LINE + MAPPING)
        for days, event in ((0, new("L1")), (5, seen("L1", 1)), (29, new("L2"))):
            clock.time = NOW + days * DAY
            captured(ledger, document(event), now=clock())
            carry_all(ledger, books, target, clock)
        assert all(one.request and one.answer for one in every_delivery(books))
        clock.time = NOW + 32 * DAY
        carry_all(ledger, books, target, clock)
    first, second, third = every_delivery(books)
    assert (first.record, first.request, first.answer) == (None, None, None)
    assert (first.status, first.lot, first.attempts) == (Status.ACCEPTED, lot("L1"), 1)
    assert len(first.key) == 64
    assert first.answered is not None
    assert second.record is not None  # long ago, and the last of its lot
    assert second.request is not None
    assert second.answer is not None
    assert third.record
    [entry] = journal(books, what=What.PORTAL_LET_GO)
    assert (entry.who, entry.about) == (SERVER, "cong-mau: 1 + 0, 30 d")


def test_a_file_goes_once_all_in_it_was_answered_and_the_latest_stays(
    tmp_path: Path, epcis: Run
) -> None:
    target = read_target(NAME, LINE + FILES)
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        here = Books(ledger, books, path, Clock())
        for name in ("L1", "L2", "L3"):
            captured(ledger, document(new(name)))
            here.carry()
            here.export(target)
        note_answers(books, unanswered(books, NAME, 1), None, "lan", here.clock())
        note_answers(books, unanswered(books, NAME, 3), None, "lan", here.clock())
        here.clock.time += 31 * DAY
        carry_all(ledger, books, target, here.clock)
        kept = exports_of(books, NAME, most=9)
        assert [(one.number, one.is_kept) for one in kept] == [(3, True), (2, True), (1, False)]
        (tmp_path / "targets").mkdir()
        (tmp_path / "targets" / f"{NAME}.toml").write_text(LINE + FILES, encoding="utf-8")
        asked = ["portal", "export", NAME, "--portal", tmp_path / "targets", "--number", "1"]
        told = epcis(*asked, "-o", tmp_path / "lots.zip", "--ledger", path)
        assert (told.code, told.err) == (1, "File 1 was kept for 30 days, and is gone.\n")
        captured(ledger, document(new("L4")))
        here.carry()
        made = here.export(target)
        assert made is not None
        assert made.number == 4


def test_the_page_of_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    target = read_target(NAME, LINE + FILES)
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        here = Books(ledger, books, path, Clock())
        for number, name in enumerate(("L1", "L2"), start=1):
            captured(ledger, document(new(name)))
            here.carry()
            here.export(target)
            note_answers(books, unanswered(books, NAME, number), None, "lan", NOW)
        here.clock.time += 31 * DAY
        carry_all(ledger, books, target, here.clock)
    with members(tmp_path, Settings(targets=(target,))) as site:
        with site.browser(Role.PROVINCE, language="vi") as browser:
            page = browser.get(f"/portal/exports/{NAME}/1").text
            file = browser.get(f"/portal/exports/{NAME}/1.zip")
        with site.browser(Role.ADMIN, language="vi") as browser:
            lines = " ".join(re.sub(r"<[^>]+>", " ", browser.get("/journal").text).split())
    assert "Tệp đã hết thời hạn lưu nên không còn." in page
    assert "download" not in page
    assert file.status_code == 410
    assert re.search(r"máy chủ .{0,9}bỏ nội dung cũ đã gửi cổng nop-tep: 0 \+ 1, 30 d", lines), (
        lines
    )


def test_a_time_of_no_days_is_refused() -> None:
    with pytest.raises(TargetError) as raised:
        read_target("cong-mau", "kept_days = 0\n" + MAPPING)
    assert str(raised.value) == "cong-mau.toml: kept_days: Input should be greater than 0."
