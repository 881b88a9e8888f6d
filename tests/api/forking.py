"""Commands as processes that have read all modules before: forked from one that waits for them.

A command takes a second to read what it needs, and the tests run hundreds. As a program this is the
process that waits: it reads from its standard input a command a line, and answers with exit codes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

import coverage

_ROOT: Final = Path(__file__).parents[2]
MEASURED: Final = "COVERAGE_PROCESS_CONFIG"
"""Is in the environment where lines that run are counted."""


class Forking:
    """The process that waits for commands.

    Args:
        env: its environment; what modules ask of it when they are read holds for all commands.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.api.forking"],
            cwd=_ROOT,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], files: Sequence[Path]
    ) -> int:
        """Run a command and return its exit code, negative for the signal that ended it.

        Args:
            arguments: behind `epcis`.
            cwd: the folder that it runs in.
            env: its environment.
            files: its standard input, standard output and standard error.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {
            "arguments": list(arguments),
            "cwd": str(cwd),
            "env": dict(env),
            "files": [str(file) for file in files],
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def _wait() -> None:
    """Fork a process for each command that comes."""
    cli = import_module("api.cli")
    for place in cli.COMMANDS.values():
        import_module(f"api.commands.{place.partition('.')[0]}")
    _keep_measured()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _become(json.loads(line), cli.main)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201 - a program


def _become(asked: Mapping[str, Any], main: Callable[[], None]) -> NoReturn:
    """Be the command that was asked for, in this process, which ends with it."""
    for number, file in enumerate(asked["files"]):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY
        os.dup2(os.open(file, flags, 0o600), number)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = ["epcis", *asked["arguments"]]
    code: int | str | None = 1
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - as the interpreter does
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        _keep_measured()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _keep_measured() -> None:
    """Write down which lines ran since the last time, where that is measured."""
    measuring = coverage.Coverage.current()
    if measuring is not None and MEASURED in os.environ:
        measuring.save()


if __name__ == "__main__":
    _wait()
