"""Walks the chains in arrays in memory by a compiled loop: a floor for any index.

    python -m bench.programs.trace_compiled FOLDER EVENTS ROUNDS ANSWERS

The arrays are made once and kept in the folder. Objects are numbers here, and an answer is numbers
of links: nothing is spelled out, nobody else writes, and nothing is read from the disk.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

import numba
import numpy as np

from bench.chains import LOT, Made, chains, happenings
from bench.stopwatch import measured, tell

_COLUMNS: Final = ("input", "output", "time")
_CHAINED: Final = 1 << 20  # more than all chains have objects
_TOGETHER: Final = 1_000_000
_ALWAYS: Final = 1 << 62
_NEVER: Final = -(1 << 62)


def main() -> None:
    """Make the arrays, compile, and measure."""
    folder, size, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if not (folder / "names.json").exists():
        _make(folder, size)
    names: list[str] = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    numbers = {name: number for number, name in enumerate(names)}
    links = {one: np.load(folder / f"{one}.npy") for one in _COLUMNS}
    ways = {
        "upstream": _Way(links["output"], links["input"], links["time"], sign=1),
        "downstream": _Way(links["input"], links["output"], links["time"], sign=-1),
    }
    some = chains(size)
    times: dict[str, list[float]] = {}
    for way in ways.values():
        way.walk(0)  # compiles
    for _ in range(rounds):
        for chain in some:
            with measured() as took:
                ways[chain.way].walk(numbers[chain.subject])
            times.setdefault(f"{chain.way} {chain.size} walk warm", []).append(took.seconds)
    answers = {}
    for chain in some:
        found = ways[chain.way].walk(numbers[chain.subject])
        pairs = sorted([names[links["input"][one]], names[links["output"][one]]] for one in found)
        objects = {chain.subject, *(one for pair in pairs for one in pair)}
        answers[chain.subject] = {"objects": sorted(objects), "links": pairs}
    Path(sys.argv[4]).write_text(json.dumps(answers), encoding="utf-8")
    tell(times=times, size=sum(way.size for way in ways.values()))


class _Way:
    """The links as they are walked one way.

    Args:
        near: the objects that links start from, going this way.
        far: the objects that they lead to.
        time: of the links, microseconds since 1970 UTC.
        sign: 1 where times fall along the way, -1 where they rise.
    """

    def __init__(self, near: Any, far: Any, time: Any, sign: int) -> None:
        self._order = np.argsort(near, kind="stable")
        self._first = np.zeros(int(max(near.max(), far.max())) + 2, dtype=np.int64)
        np.cumsum(np.bincount(near, minlength=len(self._first) - 1), out=self._first[1:])
        self._far = far[self._order]
        self._time = sign * time[self._order]
        self._bound = np.full(len(self._first), _NEVER, dtype=np.int64)
        self.size = sum(
            one.nbytes for one in (self._order, self._first, self._far, self._time, self._bound)
        )

    def walk(self, start: int) -> Any:
        """Return the numbers of the links that a walk from an object goes along."""
        found = _walk(self._first, self._far, self._time, self._bound, start)
        return np.unique(self._order[found])


def _walked(first: Any, far: Any, time: Any, bound: Any, start: int) -> Any:
    """Walk with times that fall; `bound` has the widest for each object, and is clean again."""
    reached = [start]
    bound[start] = _ALWAYS
    links = []
    place = 0
    while place < len(reached):
        here = reached[place]
        place += 1
        for link in range(first[here], first[here + 1]):
            if time[link] <= bound[here]:
                links.append(link)
                there = far[link]
                if time[link] > bound[there]:
                    bound[there] = time[link]
                    reached.append(there)
    for one in reached:
        bound[one] = _NEVER
    return np.array(links)


_walk: Final = numba.njit(_walked)


def _make(folder: Path, size: int) -> None:
    """Number the objects, those of chains first; no two unrelated events name the same one."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers: dict[str, int] = {}
    blocks, rows = [], []
    fresh = _CHAINED
    for one in happenings(size):
        if not isinstance(one, Made):
            continue
        if one.inputs[0].startswith(LOT):
            sources = [numbers.setdefault(name, len(numbers)) for name in one.inputs]
            targets = [numbers.setdefault(name, len(numbers)) for name in one.outputs]
        else:
            sources = [*range(fresh, fresh + len(one.inputs))]
            targets = [*range(fresh + len(sources), fresh + len(sources) + len(one.outputs))]
            fresh = targets[-1] + 1
        rows += [(source, target, one.time) for source in sources for target in targets]
        if len(rows) > _TOGETHER:
            blocks.append(np.array(rows, dtype=np.int64))
            rows.clear()
    whole = np.concatenate([*blocks, np.array(rows, dtype=np.int64).reshape(-1, 3)])
    for column, name in enumerate(_COLUMNS):
        np.save(folder / f"{name}.npy", np.ascontiguousarray(whole[:, column]))
    (folder / "names.json").write_text(json.dumps([*numbers]), encoding="utf-8")


if __name__ == "__main__":
    main()
