"""The commands on lots, `recall`, `balance` and `gaps`, and the same answers over HTTP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from tests.api.conftest import GRAPE_LOT, GRAPES, Run
from tests.api.stamps.reading import words

TYPED = "(01)08936099141015(10)DN260311"
BOXES = "https://id.gs1.org/01/08934907020019/10/CV260313"
UNKNOWN = "https://id.gs1.org/01/08936099141015/10/NONE"


@pytest.fixture
def ledger(epcis: Run, tmp_path: Path) -> Path:
    """A ledger with the sample chain of fresh grapes."""
    path = tmp_path / "grapes.duckdb"
    done = epcis("capture", GRAPES, "--ledger", path)
    assert done.code == 0, done.err
    return path


def asked(epcis: Run, ledger: Path, *words: str) -> Any:
    done = epcis(*words, "--ledger", ledger, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_the_balance_of_a_lot_adds_up_place_by_place(epcis: Run, ledger: Path) -> None:
    found = asked(epcis, ledger, "balance", TYPED)
    assert list(found)[:4] == ["object", "uom", "rows", "gaps"]
    assert (found["object"], found["uom"], found["gaps"]) == (GRAPE_LOT, None, [])
    columns = ["produced", "received", "used", "shipped", "destroyed", "on_hand", "unaccounted"]
    assert [[row[column] for column in columns] for row in found["rows"]] == [
        ["30", "0", "0", "30", "0", "0", "0"],
        ["0", "30", "20", "10", "0", "0", "0"],
        ["0", "10", "0", "8", "2", "0", "0"],
    ]


def test_a_recall_names_what_is_affected_and_whom_to_call_first(epcis: Run, ledger: Path) -> None:
    found = asked(epcis, ledger, "recall", TYPED)
    contract = ["subjects", "affected", "customers", "call_list", "trace"]
    assert [name for name in found if name in contract] == contract
    assert found["subjects"] == [GRAPE_LOT]
    affected = {one["object"]: (one["status"], one["quantity"]) for one in found["affected"]}
    assert affected[GRAPE_LOT] == ("sold", {"value": "8", "uom": None})
    assert affected[BOXES] == ("shipped", {"value": "58", "uom": None})
    steps = [call["steps_from_consumer"] for call in found["call_list"]]
    assert steps == [0, 0, 0, 1, 2]
    assert all(call["name"] and call["phone"] for call in found["call_list"])
    assert found["trace"]["direction"] == "downstream"


def test_several_lots_are_recalled_together_with_what_they_have_in_common(
    epcis: Run, ledger: Path
) -> None:
    found = asked(epcis, ledger, "recall", TYPED, BOXES)
    assert found["subjects"] == [GRAPE_LOT, BOXES]
    (source,) = [one for one in found["common_sources"] if one["object"] == GRAPE_LOT]
    assert (source["share"], source["cases"]) == (1.0, [GRAPE_LOT, BOXES])


def test_the_gaps_of_a_lot_are_those_of_its_trace(epcis: Run, ledger: Path) -> None:
    gaps = asked(epcis, ledger, "gaps", BOXES)
    assert gaps == asked(epcis, ledger, "trace", BOXES)["gaps"]
    assert [gap["code"] for gap in gaps] == ["shipped_not_received"]


def test_without_a_lot_the_gaps_of_the_whole_ledger_are_told(epcis: Run, ledger: Path) -> None:
    gaps = asked(epcis, ledger, "gaps")
    assert {gap["code"] for gap in gaps} == {"no_lot", "shipped_not_received"}


@pytest.mark.parametrize("command", ["recall", "balance", "gaps"])
def test_of_an_unknown_lot_nothing_is_told_and_the_exit_is_1(
    epcis: Run, ledger: Path, command: str
) -> None:
    done = epcis(command, UNKNOWN, "--ledger", ledger)
    assert done.code == 1
    assert "Nothing is known of" in done.out + done.err


def test_what_was_known_before_anything_came_is_nothing(epcis: Run, ledger: Path) -> None:
    for command in ("recall", "balance", "gaps"):
        done = epcis(command, TYPED, "--as-of", "2020-01-01T00:00:00Z", "--ledger", ledger)
        assert done.code == 1, command


def test_a_person_reads_tables(epcis: Run, ledger: Path) -> None:
    told = epcis("recall", TYPED, "--ledger", ledger).out
    assert "Whom to call, nearest to the consumer first" in told
    assert "Who got how much" in told
    told = epcis("balance", TYPED, "--ledger", ledger).out
    assert "unaccounted" in told
    assert "No gaps." in told


def test_a_server_gives_the_same_answers(
    epcis: Run, ledger: Path, serving: Callable[[Path], str]
) -> None:
    def answers() -> list[Any]:
        recall = asked(epcis, ledger, "recall", TYPED)
        recall["trace"].pop("as_of")
        balance = asked(epcis, ledger, "balance", TYPED)
        return [recall, balance, asked(epcis, ledger, "gaps"), asked(epcis, ledger, "gaps", BOXES)]

    before = answers()
    address = serving(ledger)
    assert answers() == before
    for path, asks in (("recall", [UNKNOWN]), ("balance", UNKNOWN), ("gaps", UNKNOWN)):
        answer = httpx.get(f"{address}/{path}.json", params={"id": asks})
        assert answer.status_code == 404, path


@pytest.mark.parametrize("is_served", [False, True], ids=["opened", "served"])
def test_a_recall_is_written_as_a_workbook_and_to_be_printed(
    epcis: Run, ledger: Path, tmp_path: Path, serving: Callable[[Path], str], *, is_served: bool
) -> None:
    at = ("--server", serving(ledger)) if is_served else ("--ledger", str(ledger))
    files = [tmp_path / name for name in ("r.pdf", "r.xlsx", "fsma.xlsx", "fcl.xlsx")]
    options = ("--pdf", "--xlsx", "--fsma", "--foodchain-lab")
    asked_for = [part for pair in zip(options, map(str, files), strict=True) for part in pair]
    done = epcis("recall", TYPED, *asked_for, "--json", *at)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert "TRACE REPORT" in words(files[0].read_bytes())
    books = [CalamineWorkbook.from_path(str(path)) for path in files[1:]]
    assert [book.sheet_names[0] for book in books] == ["Report", "All events", "Stations"]
    affected = books[0].get_sheet_by_name("Affected goods").to_python()[1:]
    assert [row[4] for row in affected] == [
        float(one["quantity"]["value"]) for one in found["affected"]
    ]


def test_of_an_unknown_lot_no_file_is_written(epcis: Run, ledger: Path, tmp_path: Path) -> None:
    done = epcis("recall", UNKNOWN, "--pdf", str(tmp_path / "r.pdf"), "--ledger", ledger)
    assert done.code == 1
    assert not (tmp_path / "r.pdf").exists()
