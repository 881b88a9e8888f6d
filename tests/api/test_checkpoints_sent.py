"""Checkpoints reach outsiders: addresses that answer, fail or cosign, and a file."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.checkpoints import write_checkpoint
from api.outward import Allowed
from api.settings import Outsiders, Settings
from api.subscriptions.webhook import Pace
from epcis_core.proof.checks import read_checkpoint, read_note, signers
from epcis_core.proof.keys import Signer
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer
from epcis_core.store.ledger import Ledger
from tests.api.conftest import Run
from tests.ingest.documents import captured, document, item, observed
from tests.served import served

WITNESS = Signer("witness.example", bytes(range(32)))
AT = 1_790_000_000


@dataclass
class Outsider:
    """Keeps what it gets; answers with a cosignature, after some failures."""

    failures: int = 0
    notes: list[str] = field(default_factory=list)
    refused: int = 0

    @contextmanager
    def listening(self) -> Iterator[str]:
        outsider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if outsider.refused < outsider.failures:
                    outsider.refused += 1
                    self.send_response(503)
                    self.end_headers()
                    return
                outsider.notes.append(text)
                answer = f"{WITNESS.cosign(read_note(text)[0], AT)}\n".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/checkpoints"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not met():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


@contextmanager
def publishing(
    ledger: Ledger, *addresses: str, file: Path | None = None, every: float = 0.05
) -> Iterator[httpx.Client]:
    settings = Settings(
        outward=Allowed.read(["127.0.0.1"]),
        pace=Pace(first=0.02, most=0.1),
        outsiders=Outsiders(addresses, file, (WITNESS.cosigning_key,), every),
    )
    with (
        served(create_app(ledger, settings)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def sizes(notes: list[str]) -> list[int]:
    return [read_checkpoint(read_note(text)[0]).size for text in notes]


def more(ledger: Ledger, serial: str) -> None:
    captured(ledger, document(observed(item(serial))))


def test_an_outsider_gets_each_checkpoint_and_its_cosignature_is_shown(ledger: Ledger) -> None:
    outsider = Outsider()
    with outsider.listening() as url, publishing(ledger, url) as client:
        until(lambda: sizes(outsider.notes) == [0])
        more(ledger, "1")
        until(lambda: sizes(outsider.notes) == [0, 2])
        until(lambda: "witness.example" in client.get("/checkpoint").text)
        shown = client.get("/checkpoint").text
        assert signers(shown, [WITNESS.cosigning_key]) == [(WITNESS.cosigning_key, AT)]
    with Bookkeeping(ledger.path) as books:
        key = log_signer(books).key
    assert all(signers(text, [key]) for text in outsider.notes)


def test_what_an_outsider_has_is_not_sent_again_after_a_restart(ledger: Ledger) -> None:
    outsider = Outsider()
    with outsider.listening() as url:
        more(ledger, "1")
        with publishing(ledger, url):
            until(lambda: sizes(outsider.notes) == [2])
            time.sleep(0.2)  # the cosignature is noted
        with publishing(ledger, url):
            more(ledger, "2")
            until(lambda: sizes(outsider.notes) == [2, 4])


def test_an_outsider_that_fails_gets_it_later(ledger: Ledger) -> None:
    outsider = Outsider(failures=3)
    with outsider.listening() as url, publishing(ledger, url):
        until(lambda: sizes(outsider.notes) == [0])
    assert outsider.refused == 3


def test_an_outsider_is_not_asked_more_often_than_is_set(ledger: Ledger) -> None:
    outsider = Outsider()
    with outsider.listening() as url, publishing(ledger, url, every=3):
        until(lambda: sizes(outsider.notes) == [0])
        for serial in range(5):
            more(ledger, str(serial))
        until(lambda: sizes(outsider.notes)[-1] == 10)
    assert sizes(outsider.notes) == [0, 10]


def test_a_file_holds_the_latest_checkpoint_and_its_history_all(
    ledger: Ledger, tmp_path: Path
) -> None:
    file, history = tmp_path / "checkpoint.txt", tmp_path / "checkpoint.txt.history"
    with publishing(ledger, file=file):
        until(file.exists)
        first = file.read_text(encoding="utf-8")
        more(ledger, "1")
        until(lambda: file.read_text(encoding="utf-8") != first)
        second = file.read_text(encoding="utf-8")
    assert sizes([first, second]) == [0, 2]
    assert history.read_text(encoding="utf-8") == f"{first}\n{second}\n"
    assert [one.name for one in tmp_path.glob("checkpoint*")].count(file.name) == 1
    assert not file.with_name("checkpoint.txt.unfinished").exists()


def test_a_file_that_cannot_be_written_keeps_the_last_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.txt"
    write_checkpoint(file, "first\n")
    (tmp_path / "checkpoint.txt.unfinished").mkdir()
    with pytest.raises(IsADirectoryError):
        write_checkpoint(file, "second\n")
    assert file.read_text(encoding="utf-8") == "first\n"


def test_a_log_is_named_where_it_is_served(epcis: Run, tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger:
        more(ledger, "1")
    assert epcis("checkpoint", "--ledger", path).out.startswith("epcis-ledger/")
    done = epcis("serve", "--ledger", path, "--port", "0", "--origin", "farm.example/log")
    assert done.code == 2
    assert "and keeps that name" in done.err
    done = epcis("serve", "--ledger", path, "--port", "0", "--witness", "none")
    assert done.code == 2
    assert "'none' is no verifier key" in done.err
