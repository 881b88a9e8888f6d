"""Traces the chains in a large ledger, cold and warm, and says what it took.

    python -m bench.programs.trace_ours LEDGER EVENTS ROUNDS ANSWERS

The answers go into a file as JSON, to be compared. Cold is a fresh ledger whose files have been put
out of the memory of the system; a process that has walked once before, elsewhere.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.chains import Chain, chains
from bench.stopwatch import measured, memory_of, put_out, tell
from epcis_core.provenance.chain import Chain as Facts
from epcis_core.provenance.chain import Findings
from epcis_core.provenance.containment import Containment
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.lineage import Lineage, Room, Walk
from epcis_core.provenance.trace import explore
from epcis_core.provenance.transformations import Transformations
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.trace import evidence_through, trace_lot
from epcis_core.store.view import EVERYTHING

_MOST = 10_000  # objects of an answer, as the command and the page have it

Ask = Callable[[Ledger, Chain], object]


def walk(ledger: Ledger, chain: Chain) -> Walk:
    """Walk the lineage of a chain, and do nothing else."""
    with evidence_through(ledger, EVERYTHING) as (_, _, evidence):
        gathered = Gathered(evidence)
        lineage = Lineage(gathered, Transformations(gathered, Containment(gathered)))
        return lineage.walk([chain.subject], chain.way, Room(_MOST))


def with_containers(ledger: Ledger, chain: Chain) -> Findings:
    """Walk the lineage, and find what each object was inside of, and when."""
    with evidence_through(ledger, EVERYTHING) as (cursor, seen, evidence):
        found, _ = explore(Facts(evidence, Names(cursor, seen)), [chain.subject], chain.way, _MOST)
    return found


def complete(ledger: Ledger, chain: Chain) -> bytes:
    """Return the whole trace as JSON."""
    now = time.time_ns() // 1000
    answer = trace_lot(ledger, EVERYTHING, chain.subject, direction=chain.way, now=now)
    return json.dumps(answer.as_json(), ensure_ascii=False).encode()


def main() -> None:
    """Measure, restart first."""
    path, size, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    sys.modules["pandas"] = None  # type: ignore[assignment] # as the commands do
    gc.set_threshold(50_000, 20, 50)  # the same
    some = chains(size)
    put_out(path.parent)
    with measured() as restart, Ledger.open(path, create=False) as ledger:
        complete(ledger, some[0])
    times: dict[str, list[float]] = {}
    asked: dict[str, Ask] = {
        "walk": walk,
        "walk with containers": with_containers,
        "complete": complete,
    }
    for name, ask in asked.items():
        with _reopened(path, cold=True) as ledger:
            complete(ledger, some[0])  # what any first question reads
            for chain in some[1:]:
                _time(times, f"{name} cold", ledger, chain, ask)
    with _reopened(path, cold=False) as ledger:
        for turn in range(rounds + 1):
            for chain in some:
                for name, ask in asked.items():
                    _time(times if turn else {}, f"{name} warm", ledger, chain, ask)
        answers = {chain.subject: _answer(ledger, chain) for chain in some}
    Path(sys.argv[4]).write_text(json.dumps(answers), encoding="utf-8")
    tell(times=times, restart=restart.seconds, memory=memory_of(os.getpid()))


@contextmanager
def _reopened(path: Path, *, cold: bool) -> Iterator[Ledger]:
    if cold:
        put_out(path.parent)
    with Ledger.open(path, create=False) as ledger:
        yield ledger


def _time(times: dict[str, list[float]], name: str, ledger: Ledger, chain: Chain, ask: Ask) -> None:
    with measured() as took:
        ask(ledger, chain)
    times.setdefault(f"{chain.way} {chain.size} {name}", []).append(took.seconds)


def _answer(ledger: Ledger, chain: Chain) -> dict[str, object]:
    """Return the objects and links of a walk, and how many events the whole answer has."""
    its = walk(ledger, chain)
    whole = trace_lot(ledger, EVERYTHING, chain.subject, direction=chain.way)
    return {
        "objects": sorted(its.steps),
        "links": sorted([link.source, link.target] for link in its.links),
        "stays": sorted([one.from_, one.to] for one in whole.links if one.kind == "containment"),
        "events": len(whole.events),
    }


if __name__ == "__main__":
    main()
