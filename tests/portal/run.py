"""The full tier of F10: ten thousand lots, a portal that fails in every way, a connector that is
killed a hundred times, and a day without the portal.

    python -m tests.portal.run [--lots 10000] [--kills 100] [--folder FOLDER]

It tells how long that took, what happened to the requests, and what is wrong; 1 where something is.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.standing import standing
from tests.full_tier import say
from tests.ingest.documents import NOW, captured
from tests.portal.carrying import HOUR, ROOT, Simulator, simulator, write_target
from tests.portal.simulator import FAULTS
from tests.portal.story import expected, first_documents, later_documents

_LOTS_IN_A_LINE: Final = 5
_LONGEST: Final = 4.0  # seconds until a connector is killed
_OFTEN: Final = 0.03  # of each fault


def carry(folder: Path, portal: Simulator, kills: int, chance: random.Random, now: int) -> int:
    """Carry by processes that are killed, through a day without the portal; return the clock."""
    command = [sys.executable, "-m", "tests.portal.carrying"]
    command += ["--ledger", str(folder / "ledger.duckdb"), "--targets", str(folder / "targets")]
    for number in range(kills + 1):
        more = []
        if number == kills // 2:
            portal.control(is_down=True)
            more = ["--down-until", str(now + 24 * HOUR)]
            now += 24 * HOUR
        clock = str(now - (24 * HOUR if more else 0))
        asked = [*command, "--clock", clock, *more]
        with subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            if more:
                while portal.is_down() and process.poll() is None:
                    time.sleep(0.2)
                portal.control(is_down=False)  # it has ended before, with nothing left to carry
            if number < kills:
                time.sleep(chance.uniform(0, _LONGEST))
                if process.poll() is None:
                    os.kill(process.pid, signal.SIGKILL)
        if number % 10 == 9 or number == kills:
            say(f"  {number} processes, {portal.requests()} requests")
        now += HOUR
    assert process.returncode == 0
    return now


def wrong_with(portal: Simulator, lines: int) -> list[str]:
    """Return what is wrong with what the portal has."""
    told, has, should = portal.told(), portal.steps(), expected(lines)
    wrong = [f"lacks {lot}" for lot in should.keys() - has.keys()]
    wrong += [f"has {lot}" for lot in has.keys() - should.keys()]
    wrong += [
        f"has {lot} otherwise" for lot in has.keys() & should.keys() if has[lot] != should[lot]
    ]
    often = Counter(entry["key"] for entry in told["log"])
    wrong += [f"{key} was taken {times} times" for key, times in often.items() if times > 1]
    known: set[str] = set()
    for entry in told["log"]:
        if (entry["what"] == "POST") == (entry["lot"] in known):
            wrong.append(f"{entry['what']} of {entry['lot']} in a wrong place")
        known.add(entry["lot"])
        if entry["what"] == "DELETE":
            known.remove(entry["lot"])
    return wrong


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m tests.portal.run")
    parser.add_argument("--lots", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    lines = given.lots // _LOTS_IN_A_LINE
    folder = given.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ledger.duckdb"
    chance, started, now = random.Random(1), time.monotonic(), NOW  # noqa: S311
    with simulator(folder / "portal") as portal:
        portal.control(seed=1, faults=dict.fromkeys(FAULTS, _OFTEN))
        target = write_target(folder / "targets", portal.address)
        for documents in (first_documents(lines), later_documents(lines)):
            with Ledger.open(path) as ledger:
                for data in documents:
                    assert captured(ledger, data, now=now).status == "accepted"
            say(f"captured after {time.monotonic() - started:.0f} s")
            now = carry(folder, portal, given.kills // 2, chance, now)
            say(f"carried after {time.monotonic() - started:.0f} s")
        wrong = wrong_with(portal, lines)
        told = portal.told()
        operations = Counter(entry["what"] for entry in told["log"])
        say(f"{told['requests']} requests, taken: {dict(operations)}")
        say(f"what happened to them: {json.dumps(told['happened'])}")
    with Bookkeeping(path) as books:
        say(str(standing(books, target.name, now, target.deadline, target.warning)))
    say(f"{len(wrong)} wrong: {wrong[:10]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
