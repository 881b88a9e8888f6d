"""Lots are carried to a portal that fails in every way it can, and each comes there once (F10)."""

import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.portal.connector import delivery_key
from api.portal.targets import Target
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import Operation, Status, deliveries_of, parked, send_again
from epcis_core.store.portal.standing import standing
from tests.conftest import TEST_SCALE
from tests.ingest.documents import NOW, captured, document, lot, made, observed
from tests.portal.carrying import (
    HOUR,
    MAPPING,
    ROOT,
    Clock,
    Simulator,
    carry_all,
    simulator,
    write_target,
)
from tests.portal.simulator import FAULTS
from tests.portal.story import expected, first_documents, later_documents

LINES = max(2, int(4 * TEST_SCALE))
KILLS = max(1, int(2 * TEST_SCALE))


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Simulator]:
    with simulator(tmp_path / "portal") as running:
        yield running


@pytest.fixture
def books(ledger: Ledger) -> Iterator[Bookkeeping]:
    with Bookkeeping(ledger.path) as opened:
        yield opened


@pytest.fixture
def target(tmp_path: Path, portal: Simulator) -> Target:
    return write_target(tmp_path / "targets", portal.address)


def new(name: str, *, members: Any = None, error: str = "") -> dict[str, Any]:
    """An event that makes a lot; `error` declares it wrong."""
    declared = {"declarationTime": "2026-09-01T08:00:00Z", "reason": error}
    amounts = [{"epcClass": lot(name), "quantity": 1, "uom": "KGM"}]
    return observed(
        eventID=f"urn:x:{name}",
        epcList=[],
        quantityList=amounts,
        bizStep="commissioning",
        **({"errorDeclaration": declared} if error else {}),
        **(members or {}),
    )


def seen(name: str, number: int) -> dict[str, Any]:
    """An event that sees a lot."""
    event = new(name, members={"eventTime": f"2026-03-02T08:0{number}:00+07:00"})
    return {**event, "eventID": f"urn:x:{name}-{number}", "bizStep": "inspecting"}


def assert_told_right(portal: Simulator, lines: int) -> None:
    """The portal has exactly the lots that are there, as they are; each delivery was taken once."""
    told = portal.told()
    assert portal.steps() == expected(lines)
    assert max(Counter(entry["key"] for entry in told["log"]).values()) == 1
    firsts: dict[str, str] = {}
    for entry in told["log"]:
        firsts.setdefault(entry["lot"], entry["what"])
    assert {*firsts.values()} == {"POST"}
    names = {
        step["tenDiaDiem"]
        for one in told["lots"].values()
        for step in one["body"]["congDoan"]
        if step["maDiaDiem"].endswith("/K1")
    }
    assert names == {"Kho mới"}


def test_what_changes_later_is_carried_as_well(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    clock = Clock()
    for documents in (first_documents(2), later_documents(2)):
        for data in documents:
            assert captured(ledger, data, now=clock()).status == "accepted"
        carry_all(ledger, books, target, clock)
    assert_told_right(portal, 2)
    told = Counter(entry["what"] for entry in portal.told()["log"])
    # A, P and Q of both lines were seen late; of the second line B has the place's new name too.
    assert told == {"POST": 10, "PUT": 7, "DELETE": 2}
    stood = standing(books, target.name, clock(), target.deadline, target.warning)
    assert (stood.lots, stood.changes, stood.late, stood.counts[Status.ACCEPTED]) == (8, 0, 0, 19)


def test_nothing_is_sent_that_the_target_has(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    clock = Clock()
    captured(ledger, document(new("L1")))
    carry_all(ledger, books, target, clock)
    captured(ledger, document(new("L1")), organisation="somebody else")
    clock.time += 48 * HOUR  # everything is looked at anew once a day
    carry_all(ledger, books, target, clock)
    assert portal.told()["requests"] == 1


def test_connectors_are_killed_while_a_portal_fails_in_every_way(tmp_path: Path) -> None:
    path, targets = tmp_path / "ledger.duckdb", tmp_path / "targets"
    with simulator(tmp_path / "portal") as portal:
        portal.control(seed=1, faults=dict.fromkeys(FAULTS, 0.04))
        write_target(targets, portal.address)
        for documents in (first_documents(LINES), later_documents(LINES)):
            with Ledger.open(path) as ledger:
                for data in documents:
                    captured(ledger, data)
            carry_through_kills(path, targets, KILLS, seed=2)
        assert_told_right(portal, LINES)
        assert sum(portal.told()["happened"].values()) > 0


def carry_through_kills(path: Path, targets: Path, kills: int, seed: int) -> None:
    """Carry by processes that are killed at any moment, until one comes to an end."""
    chance = random.Random(seed)  # noqa: S311
    command = [sys.executable, "-m", "tests.portal.carrying", "--ledger", str(path)]
    for number in range(kills + 1):
        clock = str(NOW + number * 24 * HOUR)
        with subprocess.Popen(
            [*command, "--targets", str(targets), "--clock", clock],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            if number < kills:
                time.sleep(chance.uniform(0, 0.4))
                os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == 0


def test_a_day_without_the_portal_costs_few_requests_and_is_told(
    ledger: Ledger,
    books: Bookkeeping,
    portal: Simulator,
    target: Target,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    captured(ledger, document(*(new(f"L{number}") for number in range(4))))
    portal.control(is_down=True)
    until = clock() + 24 * HOUR

    def reached() -> None:
        if clock() >= until:
            portal.control(is_down=False)

    with caplog.at_level(logging.WARNING, "epcis.portal"):
        carry_all(ledger, books, target, clock, reached)
    assert len(portal.told()["lots"]) == 4
    assert 24 <= portal.told()["requests"] < 80
    assert [record.getMessage() for record in caplog.records] == [
        f"cong-mau: 4 lots will soon be late, such as {lot('L0')}",
        f"cong-mau: 4 lots are late, such as {lot('L0')}",
    ]


def test_a_lot_that_the_portal_rejects_is_parked_and_the_others_go_on(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    clock = Clock()
    captured(ledger, document(new("L1"), new("XAU"), new("L2")))
    carry_all(ledger, books, target, clock)
    assert sorted(portal.told()["lots"]) == ["09506000134352/L1", "09506000134352/L2"]
    [one] = parked(books, target.name, before=None, most=9)
    assert (one.lot, one.status, one.attempts) == (lot("XAU"), Status.REJECTED, 1)
    assert one.reason == "422: số lô 09506000134352/XAU không hợp lệ"
    portal.control(takes_poison=True)
    carry_all(ledger, books, target, clock)
    assert len(portal.told()["lots"]) == 2
    assert send_again(books, one.number) is not None
    carry_all(ledger, books, target, clock)
    assert len(portal.told()["lots"]) == 3
    assert parked(books, target.name, before=None, most=9) == []
    assert send_again(books, one.number) is None


def test_a_new_record_takes_the_place_of_one_that_was_rejected(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    captured(ledger, document(new("XAU")))
    carry_all(ledger, books, target, Clock())
    portal.control(takes_poison=True)
    captured(ledger, document(seen("XAU", 1)), now=NOW + 1)
    carry_all(ledger, books, target, Clock())
    [entry] = portal.told()["log"]
    assert (entry["what"], len(entry["body"]["congDoan"])) == ("POST", 2)
    assert parked(books, target.name, before=None, most=9) == []


def test_a_portal_that_asks_for_a_pause_gets_it(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    clock = Clock()
    captured(ledger, document(new("L1")))
    portal.control(faults={"busy": 1})
    carry_all(ledger, books, target, clock, lambda: portal.control(faults={}))
    [delivery] = deliveries_of(books, lot("L1"))
    assert (delivery.status, delivery.attempts) == (Status.ACCEPTED, 2)
    assert clock() - NOW >= 2_000_000  # Retry-After: 2


def test_a_record_that_goes_back_to_what_it_was_is_told_anew(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    wrong = {**seen("L1", 1), "errorDeclaration": {
        "declarationTime": "2026-09-01T08:00:00Z", "reason": "did_not_occur",
    }}  # fmt: skip
    for number, events in enumerate([[new("L1")], [seen("L1", 1)], [wrong]]):
        captured(ledger, document(*events), now=NOW + number)
        carry_all(ledger, books, target, Clock())
    log = portal.told()["log"]
    assert [entry["what"] for entry in log] == ["POST", "PUT", "PUT"]
    assert [len(entry["body"]["congDoan"]) for entry in log] == [1, 2, 1]
    keys = [delivery_key("a", "t", Operation.UPDATE, "l", edition) for edition in (1, 3)]
    assert keys[0] != keys[1]


def test_an_event_that_was_corrected_elsewhere_leaves_its_lot(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    declared = {
        "declarationTime": "2026-09-01T08:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:x:L2"],
    }
    wrong = {**new("L1"), "errorDeclaration": declared}
    for number, events in enumerate([[new("L1")], [wrong], [new("L2")]]):
        captured(ledger, document(*events), now=NOW + number)
        carry_all(ledger, books, target, Clock())
    assert [*portal.told()["lots"]] == ["09506000134352/L2"]


def test_what_was_never_answered_is_sent_again_with_its_key(
    ledger: Ledger, books: Bookkeeping, tmp_path: Path, portal: Simulator
) -> None:
    text = MAPPING[: MAPPING.index("[read_back]")] + MAPPING[MAPPING.index("[answer]") :]
    target = write_target(tmp_path / "targets", portal.address, text)
    assert target.read_back is None
    captured(ledger, document(new("L1")))
    portal.control(faults={"drop_after": 1})
    carry_all(ledger, books, target, Clock(), lambda: portal.control(faults={}))
    [delivery] = deliveries_of(books, lot("L1"))
    assert (delivery.status, delivery.attempts) == (Status.ACCEPTED, 2)
    assert delivery.answer == '409 {"code": "same_key", "message": "taken before"}'
    assert [entry["key"] for entry in portal.told()["log"]] == [delivery.key]


def test_a_lot_waits_for_what_it_was_made_of(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    captured(ledger, document(made([lot("XAU")], [lot("L2")], eventID="urn:x:m"), new("XAU")))
    carry_all(ledger, books, target, Clock())
    assert portal.told()["log"] == []
    portal.control(takes_poison=True)
    [one] = parked(books, target.name, before=None, most=9)
    send_again(books, one.number)
    carry_all(ledger, books, target, Clock())
    names = [entry["lot"].partition("/")[2] for entry in portal.told()["log"]]
    assert names == ["XAU", "L2"]


def test_other_field_names_need_another_mapping_file_alone(
    ledger: Ledger, books: Bookkeeping, tmp_path: Path, portal: Simulator, target: Target
) -> None:
    captured(ledger, document(new("L1")))
    portal.control(names={"lot": "batchNo", "steps": "events", "time": "at"})
    carry_all(ledger, books, target, Clock())
    [one] = parked(books, target.name, before=None, most=9)
    assert one.reason == "400: soLo is not known"
    text = MAPPING.replace("soLo =", "batchNo =").replace("thoiGian =", "at =")
    text = text.replace("[body.congDoan", "[body.events")
    changed = write_target(tmp_path / "targets", portal.address, text)
    send_again(books, one.number)
    carry_all(ledger, books, changed, Clock())
    assert [*portal.told()["lots"]] == ["09506000134352/L1"]


def test_a_portal_that_does_not_know_us_rejects_nothing(
    ledger: Ledger, books: Bookkeeping, tmp_path: Path, portal: Simulator
) -> None:
    captured(ledger, document(new("L1")))
    portal.control(api_key="the right one")
    target = write_target(tmp_path / "targets", portal.address, key="the wrong one")

    def reached() -> None:
        write_target(tmp_path / "targets", portal.address, key="the right one")

    carry_all(ledger, books, target, Clock(), reached)
    [delivery] = deliveries_of(books, lot("L1"))
    assert (delivery.status, delivery.attempts) == (Status.ACCEPTED, 2)
    with books.reading() as connection:
        kept = "\n".join(connection.iterdump())
    assert "the right one" not in kept
    assert "the wrong one" not in kept


def test_what_a_portal_has_lost_is_told_again(
    ledger: Ledger, books: Bookkeeping, tmp_path: Path
) -> None:
    clock = Clock()
    captured(ledger, document(new("L1"), new("L2")))
    with simulator(tmp_path / "portal") as portal:
        target = write_target(tmp_path / "targets", portal.address)
        carry_all(ledger, books, target, clock)
    lines = (tmp_path / "portal").read_text("utf-8").splitlines()
    [kept] = [line for line in lines if json.loads(line)["lot"].endswith("/L1")]
    (tmp_path / "portal").write_text(f"{kept}\n", "utf-8")
    with simulator(tmp_path / "portal") as portal:
        target = write_target(tmp_path / "targets", portal.address)
        assert carry_all(ledger, books, target, clock, reconcile=True) == (2, 1)
        assert len(portal.told()["lots"]) == 2
