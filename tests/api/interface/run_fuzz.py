"""Two hundred random requests for each operation, and one for each limit of each parameter.

As a program this is the full tier of `test_schemathesis.py`, in two processes. It may be
interrupted, goes on where it was, and ends by itself after an hour at most:

    python -m tests.api.interface.run_fuzz [--examples N] [--minutes M]
"""

import argparse
import logging
import sys
import tempfile
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from tests.api.interface.described import described_server
from tests.api.interface.driving import OPERATIONS, drive
from tests.full_tier import FOLDER, MINUTES, Kept, say

EXAMPLES: Final = 200
_HALVES: Final = (0, 1)


def go_on(half: int, examples: int, minutes: float) -> bool:
    """Go on with a half, and return whether it is done and nothing failed.

    Args:
        half: 0 for the first operation, the third and so on, 1 for the others.
        examples: random requests for each operation.
        minutes: how long it may take.
    """
    logging.disable()
    kept = Kept(FOLDER, f"api-fuzz-{examples}-{half}")
    state = {"done": {}, "failing": [], **kept.state()}
    done: dict[str, int] = state["done"]
    failing: list[str] = state["failing"]
    of_half = [*OPERATIONS][half :: len(_HALVES)]
    deadline = time.monotonic() + 60 * minutes
    for operation in (one for one in of_half if one not in done):
        if time.monotonic() >= deadline:
            break
        done[operation], wrong = _driven(operation, examples)
        if wrong is not None:
            failing.append(operation)
            name = operation.replace("/", "_").replace(" ", "")
            say(f"{operation}: kept in {kept.aside(f'api-fuzz-{name}.txt', wrong)}")
        kept.keep(done=done, failing=failing)
        say(f"half {half}: {len(done)} of {len(of_half)}: {operation}, {done[operation]} answers")
    say(f"half {half}: {sum(done.values()):,} answers, {len(failing)} operations failing")
    return len(done) == len(of_half) and not failing


def _driven(operation: str, examples: int) -> tuple[int, str | None]:
    """Drive an operation; return how many answers it gave, and what failed."""
    try:
        with tempfile.TemporaryDirectory() as folder, described_server(Path(folder)) as here:
            return drive(operation, here, examples, whole=True).total(), None
    except Exception:  # noqa: BLE001 - whatever it is, it is kept, and the run goes on
        return 0, traceback.format_exc()


def main() -> int:
    """Go on with both halves side by side."""
    parser = argparse.ArgumentParser(prog="python -m tests.api.interface.run_fuzz")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    asked = parser.parse_args()
    with ProcessPoolExecutor(len(_HALVES)) as pool:
        runs = [pool.submit(go_on, half, asked.examples, asked.minutes) for half in _HALVES]
    return 0 if all(run.result() for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
