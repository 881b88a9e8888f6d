"""Disks that are full: at any write of a process, and under a server that goes on afterwards."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.cli import main
from tests.reliability.faults import Point, at_point
from tests.reliability.serving import Server
from tests.reliability.victims import FORKING, use_all
from tests.reliability.wholeness import faults, named

NOBODY: Final = 65534
WRITES: Final = "write,pwrite64,ftruncate,fallocate"
_SIZE: Final = 24 * 2**20  # bytes of the small disk
_MOST_ROOM: Final = 2**20
_TRIES: Final = 400


def full_from(ledger: Path, folder: Path, number: int) -> str | None:
    """Let the disk be full from a write on; return what is wrong then, or when there is room."""
    point = Point(WRITES, f"{number + 1}+", "error=ENOSPC")
    return "; ".join(at_point(use_all, ledger, folder, point)) or None


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own, where this user may mount one.

    Raises:
        PermissionError: it may not.
    """
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "none", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PermissionError(done.stderr)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def served_on_full_disk(folder: Path, number: int) -> str | None:
    """Fill the disk under a server to some room, send until it refuses, make room, send on.

    Args:
        folder: an empty one, to mount the disk at.
        number: of the trial.
    """
    chance = random.Random(f"room {number}")  # noqa: S311 - a test
    with small_disk(folder):
        path, ballast = folder / "ledger.duckdb", folder / "ballast"
        with Server(path) as server:
            acknowledged = ["first"]
            if (first := _sent(server, "first")) != 200:
                return f"the first document is answered with {first}"
            fill(ballast, chance.randrange(_MOST_ROOM))
            refused = ""
            for one in range(_TRIES):
                refused = f"document{one}"
                if (status := _sent(server, refused)) != 200:
                    break
                acknowledged.append(refused)
            if status not in (503, 507):
                return f"a full disk is answered with {status}"
            with server.client() as client:
                health = client.get("/health").status_code
            if health != (200 if status == 507 else 503):
                return f"health is {health} after {status}"
            ballast.unlink()
            if status == 503:
                server.kill()
                server.start()
            for name in (refused, "last"):
                if (again := _sent(server, name)) != 200:
                    return f"with room again, {name} is answered with {again}"
                acknowledged.append(name)
            if code := server.stop():
                return f"the server ended with {code}"
        return "; ".join(faults(path, acknowledged)) or None


def as_nobody(arguments: list[str], said: Path) -> int:
    """Run `epcis …` as a user who may write nowhere; return its exit code.

    Args:
        arguments: of the command.
        said: the file that takes what it says of errors.
    """
    process = FORKING.Process(target=_run_as_nobody, args=(arguments, said))
    process.start()
    process.join()
    return process.exitcode or 0


def _run_as_nobody(arguments: list[str], said: Path) -> None:
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT, 0o666), sys.stderr.fileno())
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    sys.argv = ["epcis", *arguments]
    main()


def _sent(server: Server, name: str) -> int:
    """Send a document as pages do, and return the status of the answer."""
    with server.client() as client:
        answer = client.post("/captures", content=named(name, 20), params={"file_name": name})
    return answer.status_code


def fill(ballast: Path, room: int) -> None:
    """Fill a disk with a file, up to some bytes."""
    with ballast.open("wb", buffering=0) as file:
        written = 2**20
        while written == 2**20:
            try:
                written = file.write(bytes(2**20))
            except OSError:
                break
        file.truncate(max(0, file.tell() - room))
