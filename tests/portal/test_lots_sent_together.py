"""A portal may take several records in one request: each is answered for itself, and taken once."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.outward import Answer
from api.portal.answers import Outcome
from api.portal.batches import outcomes_of
from api.portal.target_parts import TargetError
from api.portal.targets import Target, read_target
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import (
    Delivery,
    Operation,
    Status,
    deliveries_of,
    parked,
)
from tests.ingest.documents import NOW, captured, document, lot, made
from tests.portal.carrying import (
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
from tests.portal.test_carrying_lots import assert_told_right, new, seen

PAGE = (ROOT / "docs" / "portal.md").read_text("utf-8")
SECTION = PAGE.partition("## Several lots in one request")[2].partition("\n## ")[0]
[LINES] = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
TOGETHER = LINES.partition("[answer]")[0]
TOGETHER = TOGETHER.replace("batchNo", "soLo").replace("gtin =", "maSanPham =")


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
    return write_target(tmp_path / "targets", portal.address, MAPPING + TOGETHER)


def lots_of(portal: Simulator) -> list[str]:
    return sorted(one.rpartition("/")[2] for one in portal.told()["lots"])


def test_lots_go_together_and_one_that_is_rejected_holds_up_no_other(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    captured(ledger, document(new("L1"), new("XAU"), *(new(f"L{number}") for number in (2, 3, 4))))
    captured(ledger, document(made([lot("L1")], [lot("P1")], eventID="urn:x:p")))
    carry_all(ledger, books, target, Clock())
    assert lots_of(portal) == ["L1", "L2", "L3", "L4", "P1"]
    assert portal.told()["requests"] < 6
    assert max(portal.told()["together"]) > 1
    [one] = parked(books, target.name, before=None, most=9)
    assert (one.lot, one.attempts) == (lot("XAU"), 1)
    assert one.reason == "422: số lô 09506000134352/XAU không hợp lệ"
    [kept] = deliveries_of(books, lot("L2"))
    assert kept.request is not None
    assert kept.request.count('"soLo"') == 1  # its own part of the request alone
    captured(ledger, document(seen("L1", 1)), now=NOW + 1)
    wrong = new("L4", error="did_not_occur")
    captured(ledger, document(wrong), now=NOW + 2)
    carry_all(ledger, books, target, Clock())
    assert lots_of(portal) == ["L1", "L2", "L3", "P1"]
    whats = {entry["lot"].rpartition("/")[2]: entry["what"] for entry in portal.told()["log"]}
    assert (whats["L1"], whats["L4"]) == ("PUT", "DELETE")


def test_each_lot_is_there_once_whatever_happens_to_the_requests(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    portal.control(seed=3, silent=0.1, faults=dict.fromkeys(FAULTS, 0.06))
    clock = Clock()
    for documents in (first_documents(3), later_documents(3)):
        for data in documents:
            captured(ledger, data)
        carry_all(ledger, books, target, clock)
    assert_told_right(portal, 3)
    assert portal.steps() == expected(3)


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_keys(
    ledger: Ledger, books: Bookkeeping, tmp_path: Path, portal: Simulator
) -> None:
    text = MAPPING[: MAPPING.index("[read_back]")] + MAPPING[MAPPING.index("[answer]") :]
    target = write_target(tmp_path / "targets", portal.address, text + TOGETHER)
    captured(ledger, document(new("L1"), new("L2"), new("L3")))
    portal.control(faults={"drop_after": 1})
    carry_all(ledger, books, target, Clock(), lambda: portal.control(faults={}))
    found = [deliveries_of(books, lot(name))[0] for name in ("L1", "L2", "L3")]
    assert [(one.status, one.attempts) for one in found] == [(Status.ACCEPTED, 2)] * 3
    assert sorted(entry["key"] for entry in portal.told()["log"]) == sorted(
        one.key for one in found
    )
    assert portal.told()["together"] == [3, 3]


def test_a_pause_that_is_asked_for_holds_for_all_and_costs_one_failure(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    clock = Clock()
    captured(ledger, document(new("L1"), new("L2")))
    portal.control(faults={"busy": 1})
    carry_all(ledger, books, target, clock, lambda: portal.control(faults={}))
    assert portal.told()["requests"] == 2
    assert portal.told()["together"] == [2]
    assert clock() - NOW >= 2_000_000  # Retry-After: 2


def test_where_a_request_is_refused_as_a_whole_each_lot_goes_alone(
    ledger: Ledger, books: Bookkeeping, portal: Simulator, target: Target
) -> None:
    captured(ledger, document(new("L1"), new("L2"), new("L3")))
    portal.control(most=2)
    carry_all(ledger, books, target, Clock())
    assert lots_of(portal) == ["L1", "L2", "L3"]
    assert portal.told()["together"] == [3, 1, 1, 1]
    assert parked(books, target.name, before=None, most=9) == []


def delivery(name: str, operation: Operation = Operation.CREATE) -> Delivery:
    return Delivery("t", lot(name), operation, "h", f"key-{name}", "{}", (), NOW, NOW)


TARGET = read_target("cong-mau", MAPPING + TOGETHER)
IN_ORDER = read_target("cong-mau", MAPPING + re.sub("\nby = .*", "", TOGETHER))
SENT = [delivery("L1"), delivery("L2")]
UNSAID = Outcome(
    Status.UNKNOWN, "200", "The answer says nothing of this delivery.", is_own_error=True
)
ONE = {"key": "key-L1", "status": 201, "id": 7}
TAKEN = Outcome(Status.ACCEPTED, '201 {"key":"key-L1","status":201,"id":7}', reference="7")


def answered(status: int, body: Any) -> Answer:
    return Answer(status, {}, json.dumps(body).encode())


def of_all(told: str, reason: str) -> Outcome:
    return Outcome(Status.UNKNOWN, told, reason, is_own_error=True, is_of_all=True)


@pytest.mark.parametrize(
    ("target", "answer", "outcomes"),
    [
        (TARGET, answered(200, {"results": [{"key": "other"}, ONE]}), [TAKEN, UNSAID]),
        (TARGET, answered(200, {"results": [{**ONE, "status": "soon"}]}), [UNSAID, UNSAID]),
        (TARGET, answered(200, {"results": [ONE, {**ONE, "status": 500}]}), [TAKEN, UNSAID]),
        (
            TARGET,
            answered(200, {"result": []}),
            [of_all("200", "Expected a list of answers at '/results', got none.")] * 2,
        ),
        (
            IN_ORDER,
            answered(200, {"results": [ONE]}),
            [of_all("200", "Expected 2 answers, got 1.")] * 2,
        ),
        (IN_ORDER, answered(200, {"results": [ONE, 7]}), [TAKEN, UNSAID]),
        (
            TARGET,
            answered(409, {"code": "same_key"}),
            [of_all("409", "It was taken before, and nothing is said of each.")] * 2,
        ),
        (
            TARGET,
            answered(422, {"message": "no"}),
            [Outcome(Status.REJECTED, '422 {"message": "no"}', "422: no", is_of_all=True)] * 2,
        ),
    ],
    ids=["named", "no number", "twice", "no list", "too few", "no object", "before", "refused"],
)
def test_what_is_said_of_each_is_read_as_the_file_says(
    target: Target, answer: Answer, outcomes: list[Outcome]
) -> None:
    assert outcomes_of(answer, SENT, target, NOW) == outcomes


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("most = 100", "most = 1000", "batch.most: Input should be less than or equal to 200"),
        ('"@operation"', '"@operatio"', "batch.entry.operation: @operatio is none of @key, "),
        ('list = "items"', 'list = ""', "batch.list: String should have at least 1 character"),
    ],
    ids=str,
)
def test_lines_that_are_wrong_are_told_with_their_place(line: str, instead: str, told: str) -> None:
    assert line in TOGETHER
    with pytest.raises(TargetError) as raised:
        read_target("cong-mau", MAPPING + TOGETHER.replace(line, instead))
    assert str(raised.value).startswith(f"cong-mau.toml: {told}")
