"""What every part of the benchmarks works with."""

import os
from dataclasses import dataclass
from pathlib import Path

from bench import large_documents, xml_1_2
from bench.environments import Environments, NotRunError
from bench.recorder import Recorder


@dataclass(frozen=True)
class Workplace:
    """Where a part measures.

    Attributes:
        cache: folder for what takes long to make: documents, ledgers, environments.
        scratch: an empty folder, which is taken away afterwards.
        environments: of those that the ledger is compared with.
        recorder: takes what is measured.
        is_quick: small sizes and few rounds, for a look.
        largest: ledgers of more events are left out; None for none.
    """

    cache: Path
    scratch: Path
    environments: Environments
    recorder: Recorder
    is_quick: bool
    largest: int | None = None

    def document(self, kind: str, events: int) -> Path:
        """Return a document of invented events, which is made where it is not there.

        Args:
            kind: `json`, `xml` or `xml12`; all have the same events.
            events: how many.
        """
        path = self.cache / "documents" / f"{events}-{kind}.{'json' if kind == 'json' else 'xml'}"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"new-{path.name}")
            write = xml_1_2.write if kind == "xml12" else large_documents.write
            write(fresh, events, seed=1)
            fresh.replace(path)
        return path

    def takes(self, size: int) -> bool:
        """Tell whether ledgers of so many events are asked for."""
        return self.largest is None or size <= self.largest

    def check(self, size: int) -> None:
        """See that ledgers of so many events are asked for.

        Raises:
            NotRunError: they are not.
        """
        if not self.takes(size):
            raise NotRunError(f"Ledgers of more than {self.largest:,} events were left out.")

    def ledger(self, size: int) -> Path:
        """Return a ledger of so many unrelated events and the chains, made where it is not there.

        Raises:
            NotRunError: it cannot be made, or is larger than was asked for.
        """
        self.check(size)
        told = self.environments.run(None, "large_ledger", self.cache, size)
        return Path(told["path"])

    def standard(self, name: str) -> Path:
        """Return one of GS1's files, which are not part of this repository.

        Args:
            name: its path in the folder that `GS1_STANDARDS_DIR` names.

        Raises:
            NotRunError: it is not there.
        """
        folder = os.environ.get("GS1_STANDARDS_DIR")
        path = Path(folder or "") / name
        if not folder or not path.exists():
            raise NotRunError(f"`GS1_STANDARDS_DIR` names no folder with `{name}`.")
        return path
