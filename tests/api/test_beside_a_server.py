"""While a server holds the ledger, the commands work through it and give the same answers."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from api.server_file import path_of
from tests.api.conftest import GRAPE_LOT, GRAPES, Run

Serve = Callable[[Path], str]


def test_commands_beside_a_running_server_answer_as_on_the_file(
    epcis: Run, serving: Serve, tmp_path: Path
) -> None:
    alone, served = tmp_path / "alone.duckdb", tmp_path / "served.duckdb"
    serving(served)
    reports = {}
    for ledger in (alone, served):
        done = epcis("capture", GRAPES, "--ledger", ledger, "--json")
        assert done.code == 0, done.err
        reports[ledger] = [
            {k: v for k, v in report.items() if k != "capture_id"}
            for report in json.loads(done.out)
        ]
    assert reports[alone] == reports[served]
    traces = [epcis("trace", GRAPE_LOT, "--ledger", ledger, "--json") for ledger in (alone, served)]
    assert traces[0].code == traces[1].code == 0, traces
    answers = [json.loads(trace.out) for trace in traces]
    assert all(answer.pop("as_of").endswith("Z") for answer in answers)
    assert answers[0] == answers[1]
    lists = [
        json.loads(epcis("events", "EQ_bizStep=packing", "--ledger", ledger).out)["epcisBody"]
        for ledger in (alone, served)
    ]
    for one in lists:
        for event in one["queryResults"]["resultsBody"]["eventList"]:
            event.pop("recordTime")
    assert lists[0] == lists[1]


def test_the_file_that_names_the_server_is_for_its_user_alone(
    serving: Serve, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.duckdb"
    address = serving(ledger)
    path = path_of(ledger)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    left = json.loads(path.read_text())
    assert left["address"] == address
    os.kill(left["pid"], 0)


def test_a_token_of_another_server_is_refused(serving: Serve, tmp_path: Path) -> None:
    address = serving(tmp_path / "ledger.duckdb")
    answer = httpx.post(f"{address}/captures", content=b"{}", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == (
        "This key belongs to another server, was revoked, or has expired."
    )


def test_a_server_is_worked_through_at_its_address(
    epcis: Run, serving: Serve, tmp_path: Path
) -> None:
    address = serving(tmp_path / "ledger.duckdb")
    done = epcis("capture", GRAPES, "--server", address, "--json")
    assert done.code == 0, done.err
    traced = epcis("trace", GRAPE_LOT, "--server", address, "--json")
    assert json.loads(traced.out)["coverage"] == {"handovers": 6, "confirmed_by_both": 5}


def test_a_stranger_at_a_stale_address_is_not_taken_for_the_server(
    epcis: Run, serving: Serve, tmp_path: Path
) -> None:
    address = serving(tmp_path / "other.duckdb")
    ledger = tmp_path / "ledger.duckdb"
    path_of(ledger).write_text(json.dumps({"address": address, "pid": 1, "token": "gone"}))
    done = epcis("capture", GRAPES / "01-farm-gio-cat.jsonld", "--ledger", ledger, "--json")
    assert done.code == 0, done.err
    assert ledger.exists()


def test_a_page_of_another_site_may_not_write(serving: Serve, tmp_path: Path) -> None:
    address = serving(tmp_path / "ledger.duckdb")
    answer = httpx.post(f"{address}/upload", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


def test_another_host_name_is_refused(serving: Serve, tmp_path: Path) -> None:
    address = serving(tmp_path / "ledger.duckdb")
    answer = httpx.get(address, headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400


def test_a_server_that_was_killed_leaves_no_trap(epcis: Run, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.duckdb"
    path_of(ledger).write_text(
        json.dumps({"address": "http://127.0.0.1:9", "pid": 2**22 - 1, "token": "x"})
    )
    done = epcis("capture", GRAPES / "01-farm-gio-cat.jsonld", "--ledger", ledger, "--json")
    assert done.code == 0, done.err


def test_a_link_to_the_ledger_leads_to_its_server(
    epcis: Run, serving: Serve, tmp_path: Path
) -> None:
    served = tmp_path / "ledger.duckdb"
    serving(served)
    link = tmp_path / "link.duckdb"
    link.symlink_to(served)
    done = epcis("capture", GRAPES / "01-farm-gio-cat.jsonld", "--ledger", link, "--json")
    assert done.code == 0, done.err


@pytest.mark.parametrize("address", ["http://[::", "http://127.0.0.1:none"])
def test_an_address_that_is_none_is_said_and_left_behind_harmlessly(
    epcis: Run, tmp_path: Path, address: str
) -> None:
    done = epcis("trace", GRAPE_LOT, "--server", address)
    assert done.code == 2
    assert f"{address!r} is no address of a server" in " ".join(done.err.split())
    ledger = tmp_path / "ledger.duckdb"
    path_of(ledger).write_text(json.dumps({"address": address, "pid": 1, "token": "x"}))
    done = epcis("capture", GRAPES / "01-farm-gio-cat.jsonld", "--ledger", ledger, "--json")
    assert done.code == 0, done.err
