"""Carrying lots to the simulator: as a process that may be killed, and by a clock that jumps.

The clock stands still while there is something to do, and jumps to when there is something again.
As a program this carries until there is nothing left to do:

    python -m tests.portal.carrying --ledger FILE --targets FOLDER [--down-until MICROSECONDS]
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from api.outward import Allowed
from api.portal.connector import Connector
from api.portal.runner import Means, adapter_for, connector_to, outward_to
from api.portal.targets import Target, read_targets
from api.subscriptions.webhook import Pace
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from tests.ingest.documents import NOW
from tests.served import client_of

ROOT: Final = Path(__file__).parents[2]
MAPPING: Final = (ROOT / "schemas" / "portal" / "lot-record.toml").read_text("utf-8")
KEY: Final = "an-invented-key"
HOUR: Final = 3_600_000_000
_TURN: Final = 1_000  # microseconds that a turn of the connector takes, by the clock


@dataclass
class Clock:
    """The time; it moves when it is told to."""

    time: int = NOW

    def __call__(self) -> int:
        """Return it, microseconds since 1970 UTC."""
        return self.time


@dataclass(frozen=True)
class Simulator:
    """A portal of its own process."""

    address: str
    process: "subprocess.Popen[str]"
    client: httpx.Client

    def control(self, **wanted: Any) -> None:
        """Tell it how to behave."""
        assert self.client.post("/control", json=wanted).status_code == 200

    def told(self) -> dict[str, Any]:
        """Return what it has, and how that came about."""
        answer: dict[str, Any] = self.client.get("/control").json()
        return answer

    def is_down(self) -> bool:
        """Tell whether it answers 503 alone."""
        return bool(self.client.get("/control/short").json()["is_down"])

    def requests(self) -> int:
        """Return how often it was asked for something."""
        return int(self.client.get("/control/short").json()["requests"])

    def steps(self) -> dict[str, set[tuple[str, str, str]]]:
        """Return of each lot that it has the steps."""
        return {lot: steps_in(one["body"]) for lot, one in self.told()["lots"].items()}


def steps_in(body: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return the steps that a record tells."""
    return {(one["loai"], one["thoiGian"], one["maDiaDiem"]) for one in body["congDoan"]}


@contextmanager
def simulator(state: Path, port: int = 0) -> Iterator[Simulator]:
    """Run a portal that remembers in a file; it is killed at the end."""
    command = [sys.executable, "-m", "tests.portal.simulator", "--state", str(state)]
    with subprocess.Popen(
        [*command, "--port", str(port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            with client_of(address) as client:
                yield Simulator(address, process, client)
        finally:
            process.kill()


def write_target(folder: Path, address: str, text: str = MAPPING, **changed: Any) -> Target:
    """Write a target's file and read it: the mapping, sent to an address without a pause."""
    folder.mkdir(exist_ok=True)
    text = text.replace("https://portal.example/api", address)
    text = text.replace("per_second = 5\n", "per_second = 1000000\n")
    text = text.replace('{ env = "PORTAL_KEY" }', f'{{ file = "{folder / "key"}" }}')
    (folder / "key").write_text(changed.get("key", KEY), encoding="utf-8")
    (folder / "cong-mau.toml").write_text(text, encoding="utf-8")
    [target] = read_targets(folder)
    return target


async def carry(
    connector: Connector, clock: Clock, reached: Callable[[], None] = lambda: None
) -> None:
    """Carry until there is nothing left to do.

    Args:
        connector: it.
        clock: jumps.
        reached: called whenever it has moved.
    """
    while True:
        is_new = connector.look(clock())
        is_new |= connector.prepare(clock())
        again = await connector.deliver(clock())
        if again is None and not is_new:
            return
        jumped = again is not None and again > clock.time and not is_new
        clock.time = max(clock.time + _TURN, again if jumped and again is not None else 0)
        if jumped:
            connector.warn(clock())
            reached()


def carry_all(
    ledger: Ledger,
    books: Bookkeeping,
    target: Target,
    clock: Clock,
    reached: Callable[[], None] = lambda: None,
    *,
    reconcile: bool = False,
) -> tuple[int, int]:
    """Carry all that a ledger has to a target on this machine.

    Returns:
        How many lots were read back, where that was wanted, and how many were lost.
    """

    async def run() -> tuple[int, int]:
        allowed = Allowed.read(["127.0.0.1"])
        async with outward_to(target, allowed) as outward:
            pace = Pace(chance=random.Random(1).uniform)  # noqa: S311 - the same each time
            means = Means(ledger, books, allowed, pace, clock)
            connector = connector_to(target, adapter_for(target, outward), means)
            found = await connector.reconcile(clock()) if reconcile else (0, 0)
            await carry(connector, clock, reached)
            return found

    return asyncio.run(run())


def main() -> None:
    """Carry until there is nothing left to do."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--targets", type=Path, required=True)
    parser.add_argument("--clock", type=int, default=NOW)
    parser.add_argument("--down-until", type=int)
    given = parser.parse_args()
    [target] = read_targets(given.targets)
    clock = Clock(given.clock)

    def reached() -> None:
        if given.down_until is not None and clock() >= given.down_until:
            with client_of(target.address) as client:
                client.post("/control", json={"is_down": False})
            given.down_until = None

    with Ledger.open(given.ledger) as ledger, Bookkeeping(given.ledger) as books:
        print(os.getpid(), flush=True)  # noqa: T201 - a program
        carry_all(ledger, books, target, clock, reached)


if __name__ == "__main__":
    main()
