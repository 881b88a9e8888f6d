"""The benchmarks, side by side on this machine, and the page that tells what they gave.

    python -m bench.run
    python -m bench.run --part trace --into docs/performance.md
    python -m bench.run --prepare
    python -m bench.run --quick

Without `--part` all parts run, one after the other. A part that was cut short goes on where it was.
What a part gave stands beside the page as JSON, and the page is written from that alone.
`docs/benchmarks.md` tells what is needed and how long it takes.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from bench.environments import Environments
from bench.machine import commit, machine
from bench.page import page
from bench.parts import capture, hashes, latency, single, trace
from bench.recorder import Recorder
from bench.results import Goal, Part, Results
from bench.workplace import Workplace


class Measured(Protocol):
    """A module of `bench.parts`."""

    TITLE: str

    def about(self, place: Workplace) -> str:
        """Return how it is measured."""

    def measure(self, place: Workplace) -> None:
        """Measure."""

    def goals(self, place: Workplace) -> tuple[Goal, ...]:
        """Return what the figures are held against."""

    def versions(self, place: Workplace) -> dict[str, str]:
        """Return the versions of those that the ledger is compared with."""


PARTS: Final[dict[str, Measured]] = {
    "capture": capture,
    "hash": hashes,
    "trace": trace,
    "single": single,
    "latency": latency,
}


@contextmanager
def workplace(
    cache: Path, recorder: Recorder, *, is_quick: bool, largest: int | None
) -> Iterator[Workplace]:
    """Give a place to measure in, whose scratch folder is taken away afterwards."""
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        yield Workplace(cache, Path(folder), Environments(cache), recorder, is_quick, largest)


def prepare(cache: Path, *, is_quick: bool, largest: int | None = None) -> None:
    """Make what takes long to make: large ledgers, and the same for other systems."""
    recorder = Recorder(cache / "unfinished" / "none.json", commit())
    with workplace(cache, recorder, is_quick=is_quick, largest=largest) as place:
        trace.prepare(place)


def run(name: str, cache: Path, *, is_quick: bool, largest: int | None = None) -> Part:
    """Measure one part, from where it was cut short.

    Args:
        name: of the part.
        cache: folder for what takes long to make.
        is_quick: small sizes and few rounds, for a look.
        largest: ledgers of more events are left out, which the page tells; None for none.
    """
    part, head = PARTS[name], commit()
    began, load = datetime.now(UTC), os.getloadavg()[0]
    speed = "quick" if is_quick else "full"
    recorder = Recorder(cache / "unfinished" / f"{name}-{speed}.json", head)
    with workplace(cache, recorder, is_quick=is_quick, largest=largest) as place:
        part.measure(place)
        measured = Part(
            title=part.TITLE,
            about=part.about(place),
            began=began.strftime("%Y-%m-%dT%H:%MZ"),
            machine=machine(),
            load=load,
            commit=head,
            is_quick=is_quick,
            versions={**recorder.versions, **part.versions(place)},
            figures=recorder.figures,
            missing=recorder.missing,
            goals=part.goals(place),
        )
    recorder.forget()
    return measured


def main() -> None:
    """Run what the command line asks for, and write the page after each part."""
    parser = argparse.ArgumentParser(prog="python -m bench.run")
    parser.add_argument("--part", choices=PARTS, action="append", help="which; without, all")
    parser.add_argument("--quick", action="store_true", help="small sizes, for a look")
    parser.add_argument("--largest", type=int, help="events of the largest ledger; others wait")
    parser.add_argument("--into", type=Path, help="the page; its results stand beside it as .json")
    parser.add_argument("--keep", type=Path, help="folder for ledgers, documents, environments")
    parser.add_argument(
        "--prepare", action="store_true", help="make what takes long to make, and measure nothing"
    )
    asked = parser.parse_args()
    cache = (asked.keep or Path(tempfile.gettempdir()) / "epcis-bench").resolve()
    cache.mkdir(parents=True, exist_ok=True)
    if asked.prepare:
        prepare(cache, is_quick=asked.quick, largest=asked.largest)
        return
    results = Results() if asked.into is None else Results.read(asked.into.with_suffix(".json"))
    for name in asked.part or PARTS:
        results = results.with_part(
            name, run(name, cache, is_quick=asked.quick, largest=asked.largest)
        )
        if asked.into is not None:
            results.write(asked.into.with_suffix(".json"))
            asked.into.write_text(page(results), encoding="utf-8")
    if asked.into is None:
        sys.stdout.write(page(results))


if __name__ == "__main__":
    main()
