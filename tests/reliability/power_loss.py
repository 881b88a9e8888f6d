"""What a disk may hold after the power failed, and whether a ledger is whole then.

`strace` tells every change that a process makes to the files of a ledger, with all data. Up to any
of them the changes are made again, on a model of a disk that has kept what it had to, and of the
rest what it liked:

* What was written to a file is kept once the file was synchronised (fsync, fdatasync). Before that
  any part of it may be: a write is kept, lost or torn between two sectors of 512 bytes, whatever
  became of others.
* That a file has a name, has another, or has none any more is kept once its folder was
  synchronised. Before that names change in the order in which they were changed, up to any point.
* A synchronisation covers what was done before it began.

What no disk keeps: `-shm` files, which SQLite makes anew. What is not modelled: a disk that says
that it has written and has not, and one that damages what it had before.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from tests.reliability.faults import afterwards, watched
from tests.reliability.victims import Life, Victim, told_in

Kept = Literal["nothing", "names", "some", "torn"]
"""How much of what was not synchronised is on the disk: nothing; names alone; any changes; all up
to a change that is torn."""

WAYS: Final[tuple[Kept, ...]] = ("nothing", "names", "some", "torn")

_SECTOR: Final = 512  # bytes
_LEDGER: Final = "ledger.duckdb"
_TOLD: Final = "told"
_CALL: Final = re.compile(r"(?P<pid>\d+) +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>\d+)")
_BEGUN: Final = re.compile(r"(?P<pid>\d+) +(?P<call>.*) <unfinished \.\.\.>")
_ENDED: Final = re.compile(r"(?P<pid>\d+) +<\.\.\. \w+ resumed>(?P<call>.*)")
_OF_NAMES: Final = {
    "mkdir": "create",
    "rename": "rename",
    "renameat2": "rename",
    "unlink": "unlink",
    "unlinkat": "unlink",
}
_OF_FILES: Final = {
    "ftruncate": "resize",
    "fallocate": "resize",
    "fsync": "sync",
    "fdatasync": "sync",
}
_LACKING: Final = frozenset(
    ("writev", "pwritev", "copy_file_range", "sendfile", "truncate", "link", "rmdir")
)
_TEXT: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_OPEN_FILE: Final = re.compile(r"(\d+)<((?:\\x[0-9a-f]{2}|[^\\>])*)>")


@dataclass(frozen=True, slots=True)
class Change:
    """A change to files.

    Attributes:
        kind: `create` (a file or folder), `write`, `resize`, `rename`, `unlink`, `sync`.
        path: of what.
        data: what is written.
        at: where to, or the new size.
        target: the new name.
    """

    kind: str
    path: str
    data: bytes = b""
    at: int = 0
    target: str = ""


@dataclass(slots=True, eq=False)
class _File:
    """A file or folder: what is on the disk, and what is not yet.

    Attributes:
        data: of a file, on the disk.
        changes: of a file, writes and new sizes.
        size: of a file, with all changes.
        names: of a folder, on the disk.
        renamings: of a folder: each is some names that are given or, for None, taken.
    """

    data: bytes = b""
    changes: list[Change] = field(default_factory=list)
    size: int = 0
    names: dict[str, "_File"] = field(default_factory=dict)
    renamings: list[dict[str, "_File | None"]] = field(default_factory=list)

    def sync(self) -> None:
        """Put everything onto the disk."""
        self.data = _changed(self.data, self.changes)
        self.names = _renamed(self.names, self.renamings)
        self.changes, self.renamings = [], []


def _changed(data: bytes, changes: list[Change]) -> bytes:
    content = bytearray(data)
    for change in changes:
        if change.kind == "resize":
            del content[change.at :]
            content.extend(bytes(change.at - len(content)))
        else:
            content.extend(bytes(max(0, change.at - len(content))))
            content[change.at : change.at + len(change.data)] = change.data
    return bytes(content)


def _renamed(
    names: Mapping[str, _File], renamings: list[dict[str, _File | None]]
) -> dict[str, _File]:
    now: dict[str, _File | None] = dict(names)
    for renaming in renamings:
        now |= renaming
    return {name: file for name, file in now.items() if file is not None}


class Disk:
    """A disk that changes are made to.

    Args:
        folder: a folder that it has already.
    """

    def __init__(self, folder: str) -> None:
        self._root = folder
        self._now: dict[str, _File] = {folder: _File()}

    def make(self, change: Change) -> None:
        """Make a change."""
        path = change.path
        if change.kind == "create":
            if path not in self._now:
                self._now[path] = _File()
                self._rename({path: self._now[path]})
        elif change.kind == "rename":
            self._now[change.target] = self._now.pop(path)
            self._rename({path: None, change.target: self._now[change.target]})
        elif change.kind == "unlink":
            del self._now[path]
            self._rename({path: None})
        elif change.kind == "sync":
            self._now[path].sync()
        else:
            file = self._now[path]
            at = file.size if change.at < 0 else change.at
            end = at + len(change.data)
            file.size = at if change.kind == "resize" else max(file.size, end)
            file.changes.append(Change(change.kind, path, change.data, at))

    def _rename(self, names: dict[str, _File | None]) -> None:
        folder = self._now[str(PurePosixPath(next(iter(names))).parent)]
        folder.renamings.append({PurePosixPath(path).name: file for path, file in names.items()})

    def after_power_loss(self, kept: Kept, chance: random.Random, folder: Path) -> None:
        """Write into a folder what the disk holds after the power has failed."""
        self._write(self._now[self._root], kept, chance, folder)

    def _write(self, file: _File, kept: Kept, chance: random.Random, at: Path) -> None:
        at.mkdir(exist_ok=True)
        most = len(file.renamings)
        count = {"nothing": 0, "names": most}.get(kept, chance.randint(0, most))
        for name, inner in sorted(_renamed(file.names, file.renamings[:count]).items()):
            if inner.names or inner.renamings:
                self._write(inner, kept, chance, at / name)
            elif name.endswith(".jobs"):
                (at / name).mkdir()
            else:
                changes = _surviving(inner.changes, kept, chance)
                (at / name).write_bytes(_changed(inner.data, changes))


def _surviving(changes: list[Change], kept: Kept, chance: random.Random) -> list[Change]:
    """Return what is on the disk of changes to a file that was not synchronised after them."""
    if kept == "some":
        return [change for change in changes if chance.random() < 0.5]
    if kept == "torn" and changes:
        number = chance.randrange(len(changes))
        last = changes[number]
        part = last.data[: _SECTOR * chance.randint(0, len(last.data) // _SECTOR)]
        torn = [Change(last.kind, last.path, part, last.at)] if part or not last.data else []
        return changes[:number] + torn
    return []


def record(life: Life, folder: Path) -> list[Change]:
    """Let a process lead a life with a ledger that it makes in a folder; return all changes."""
    path, trace = folder / _LEDGER, folder.with_name("trace")
    victim = Victim(life, path, folder / _TOLD)
    options = ("-xx", "-s", str(2**24), "-P", str(folder / _TOLD))
    with watched(victim.pid, path, trace, *options):
        assert victim.live() == 0, victim.told()
    with trace.open(encoding="ascii") as lines:
        return [one for one in _changes(lines) if not one.path.endswith("-shm")]


def _changes(lines: Iterator[str]) -> Iterator[Change]:
    """Yield what calls change; one that waits counts where it ends, a synchronisation before."""
    begun: dict[str, str] = {}
    places: dict[str, int] = {}
    for line in lines:
        if (found := _BEGUN.match(line)) is not None:
            begun[found["pid"]] = found["call"]
            if "sync(" in found["call"]:
                yield Change("sync", _path(found["call"]))
            continue
        whole = line
        if (found := _ENDED.match(line)) is not None:
            whole = f"{found['pid']} {begun.pop(found['pid'])}{found['call']}"
            if "sync(" in whole:
                continue
        if (call := _CALL.match(whole)) is not None:
            yield from _changes_of(call, places)


def _changes_of(call: re.Match[str], places: dict[str, int]) -> Iterator[Change]:
    """Yield what a call changes.

    Args:
        call: its name, arguments and result.
        places: how far each open file has been written; -1 for one that grows at its end.
    """
    name, arguments, result = call["name"], call["arguments"], int(call["result"])
    texts = [_decoded(text) for text in _TEXT.findall(arguments)]
    last = arguments.rpartition(", ")[2]
    assert name not in _LACKING, f"the model lacks {name}"
    if name == "openat":
        places[str(result)] = -1 if "O_APPEND" in arguments else 0
        if "O_CREAT" in arguments:
            yield Change("create", texts[0].decode())
        if "O_TRUNC" in arguments:
            yield Change("resize", texts[0].decode())
    elif name == "pwrite64":
        yield Change("write", _path(arguments), texts[0][:result], int(last))
    elif name == "write":
        number = arguments.partition("<")[0]
        yield Change("write", _path(arguments), texts[0][:result], places[number])
        if places[number] >= 0:
            places[number] += result
    elif name in _OF_NAMES:
        path, *target = [text.decode() for text in texts]
        yield Change(_OF_NAMES[name], path, target="".join(target))
    elif name in _OF_FILES:
        kind = _OF_FILES[name]
        yield Change(kind, _path(arguments), at=int(last) if kind == "resize" else 0)


def _path(arguments: str) -> str:
    found = _OPEN_FILE.search(arguments)
    assert found is not None, arguments[:200]
    return _decoded(found[2]).decode()


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()


def at_power_loss(
    changes: list[Change], recorded: Path, folder: Path, number: int, documents: Mapping[str, int]
) -> str | None:
    """Let the power fail at a point and in a way that a number says; return what is wrong then.

    Args:
        changes: all of a life.
        recorded: the folder that it was led in.
        folder: an empty one.
        number: of the trial.
        documents: what the life captures, and of how many events.
    """
    chance = random.Random(f"power {number}")  # noqa: S311 - a test
    kept, until = WAYS[number % len(WAYS)], chance.randint(0, len(changes))
    disk, told = Disk(str(recorded)), b""
    for change in changes[:until]:
        if change.path.endswith(f"/{_TOLD}"):
            told += change.data
        else:
            disk.make(change)
    disk.after_power_loss(kept, chance, folder)
    wrong = afterwards(folder / _LEDGER, told_in(told), documents)
    return f"after {until} changes, {kept} kept: {'; '.join(wrong)}" if wrong else None
