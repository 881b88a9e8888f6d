"""A ledger is checked in a process of its own; that it ends is a finding."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from api import checking
from api.checking import check_apart
from epcis_core.store.ledger import Ledger


def killed(said: Any, *_: object) -> None:
    said.send(("event", 1, 2))
    os.kill(os.getpid(), signal.SIGSEGV)


def broken(*_: object) -> None:
    raise SystemExit(3)


def silent(*_: object) -> None:
    time.sleep(60)


def test_what_the_process_finds_is_found(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "ledger.duckdb").close()
    told: list[tuple[Any, ...]] = []
    checked, found = check_apart(
        tmp_path / "ledger.duckdb", notes={}, tell=lambda *said: told.append(said)
    )
    assert (checked.is_readable, checked.entries, found) == (True, 0, [])


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (killed, "(SIGSEGV), at event"),
        (broken, "(exit 3), at ledger.duckdb"),
        (silent, "(0.5 s), at ledger.duckdb"),
    ],
)
def test_a_process_that_ends_over_a_file_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, work: Any, reason: str
) -> None:
    monkeypatch.setattr(checking, "_check", work)
    patience = 0.5 if work is silent else 60
    checked, (found,) = check_apart(Path("ledger.duckdb"), notes={}, patience=patience)
    assert not checked.is_readable
    assert found.message == (
        f"The program that read the ledger ended over it {reason}: the file is damaged. "
        "Restore a backup."
    )
