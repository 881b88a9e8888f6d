"""Running the product as its users do: as a command, and as a server on loopback."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.server_file import find
from tests.api.forking import MEASURED, Forking

ROOT = Path(__file__).parents[2]
GRAPES = ROOT / "samples" / "fresh_grapes"
GRAPE_LOT = "https://id.gs1.org/01/08936099141015/10/DN260311"


@dataclass(frozen=True)
class Finished:
    """A command that has run."""

    code: int
    out: str
    err: str


Run = Callable[..., Finished]


def environment() -> dict[str, str]:
    """Return an environment in English, without anything the machine has set for the ledger."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("EPCIS_", "LC_", "LANG"))}
    return {**kept, "LANG": "en_GB.UTF-8", "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


@pytest.fixture(scope="session")
def _forking() -> Iterator[Callable[[], Forking]]:
    """Give the process that commands are forked from: one that is measured, and one that is not."""
    held: dict[bool, Forking] = {}

    def forking() -> Forking:
        measured = MEASURED in os.environ
        if measured not in held:
            held[measured] = Forking(environment())
        return held[measured]

    yield forking
    for one in held.values():
        one.close()


@pytest.fixture
def epcis(tmp_path: Path, _forking: Callable[[], Forking]) -> Run:
    """Run `epcis …` as a process in an empty folder."""

    def run(*arguments: str | Path, stdin: bytes | None = None, **env: str) -> Finished:
        files = [tmp_path.with_name(f"{tmp_path.name}.{name}") for name in ("in", "out", "err")]
        files[0].write_bytes(stdin or b"")
        said = [str(argument) for argument in arguments]
        code = _forking().run(said, tmp_path, {**environment(), **env}, files)
        out, err = (file.read_text("utf-8") for file in files[1:])
        return Finished(code, out, err)

    return run


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[[Path], str]]:
    """Serve a ledger as a process of its own, and return its address."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(ledger: Path) -> str:
        server = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--ledger", str(ledger), "--port", "0"],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(server)
        for _ in range(300):
            found = find(ledger)
            if found is not None and found.pid == server.pid:
                return found.address
            if server.poll() is not None:
                raise AssertionError(f"the server ended with {server.returncode}")
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    yield serve
    for server in started:
        server.terminate()
        server.wait(30)
