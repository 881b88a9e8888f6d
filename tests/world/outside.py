"""Worlds told to the product as its users do: by the command, and to a server on loopback."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from api.server_file import find
from tests.world.against import Ask, written
from tests.world.answers import Answer, Names, as_told
from tests.world.keys import Key
from tests.world.stories import names_of
from tests.world.story import Story

ROOT: Final = Path(__file__).parents[2]
_PATIENCE: Final = 60


def _environment() -> dict[str, str]:
    """Return an environment without anything the machine has set for the ledger."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("EPCIS_", "LC_", "LANG"))}
    return {**kept, "LANG": "en_GB.UTF-8", "PYTHONPATH": str(ROOT)}


def epcis(*arguments: str | Path) -> Any:
    """Run `epcis … --json` and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, arguments), "--json"],
        env=_environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"epcis {arguments} ended with {done.returncode}: {done.stderr!r}")
    return json.loads(done.stdout)


@contextmanager
def serving(ledger: Path) -> Iterator[str]:
    """Serve a ledger as a process of its own, and yield its address."""
    command = [sys.executable, "-m", "api.cli", "serve", "--ledger", str(ledger), "--port", "0"]
    server = subprocess.Popen(
        command, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield _address(ledger, server)
    finally:
        server.terminate()
        server.wait(_PATIENCE)


def _address(ledger: Path, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        found = find(ledger)
        if found is not None and found.pid == server.pid:
            return found.address
        time.sleep(0.1)
    raise AssertionError(f"the server did not start; it ended with {server.poll()}")


def capture(stories: Sequence[Story], ledger: Path) -> Names:
    """Upload all documents of stories as files, by one command."""
    documents = [(story, reports) for story in stories for reports in story.telling.documents]
    files = []
    for number, (story, reports) in enumerate(documents):
        file = ledger.with_name(f"{number}.txt")
        file.write_bytes(written(reports, salt=story.salt))
        files.append(file)
    names: dict[str, str] = {}
    told = epcis("capture", *files, "--ledger", ledger)
    for (_, reports), one in zip(documents, told, strict=True):
        if one["status"] != "accepted":
            raise AssertionError(f"not captured: {one}")
        by_place = sorted(one["events"], key=lambda event: event["index"])
        names |= names_of(reports, [event["event_id"] for event in by_place])
    return names


def by_command(ledger: Path, names: Names) -> Ask:
    """Return how to ask a ledger file by the command, for the string below a barcode."""

    def ask(subject: Key) -> Answer:
        return as_told(epcis("trace", subject.element, "--ledger", ledger), names)

    return ask


def over_http(address: str, names: Names) -> Ask:
    """Return how to ask a server."""

    def ask(subject: Key) -> Answer:
        answer = httpx.get(
            f"{address}/trace",
            params={"id": subject.canonical},
            headers={"Accept": "application/json"},
            timeout=_PATIENCE,
        )
        return as_told(answer.raise_for_status().json(), names)

    return ask
