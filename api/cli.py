"""The command `epcis`. Exit 0: done; 1: the data has errors; 2: usage or environment.

What a command needs is read when it is called: a trace needs no web server, and starts sooner.
"""

import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import typer
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_command

from api.commands.terminal import errors
from epcis_core.errors import EpcisError

COMMANDS: Final[Mapping[str, str]] = {
    "demo": "demo.demo",
    "serve": "service.serve",
    "capture": "data.capture",
    "withdraw": "withdraw.withdraw",
    "check": "data.check",
    "template": "templates.template",
    "convert": "convert.convert",
    "hash": "hashes.hash_events",
    "events": "data.events",
    "trace": "lots.trace",
    "recall": "recalls.recall",
    "balance": "lots.balance",
    "gaps": "lots.gaps",
    "completeness": "dossier.completeness",
    "lot-record": "dossier.lot_record",
    "stamp": "stamps.stamp",
    "checkpoint": "proofs.checkpoint",
    "proof": "proofs.proof",
    "verify": "proofs.verify",
    "fsck": "keeping.fsck",
    "backup": "keeping.backup",
    "restore": "keeping.restore",
    "export": "export.export",
    "import": "export.import_ledger",
    "retention": "retention.app",
    "practice": "practice.practice",
    "portal": "portal.app",
    "account": "accounts.app",
    "key": "keys.app",
}
"""Commands by their names, in the order of the help: the module in `api.commands`, and the function
or, where it has commands of its own, the application in it."""


class Commands(TyperGroup):
    """Commands, of which each is read when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's
        """Return their names, in the order of the help."""
        return [*COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return the command of a name; None where there is none."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(".")
        found = getattr(import_module(f"api.commands.{module}"), name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            alone.command()(found)
            found = alone
        command = get_command(found)
        command.name = cmd_name
        return command


_COLLECTED_AFTER: Final = (50_000, 20, 50)
"""How seldom garbage is looked for: events hold no circles, and looking for some took a quarter of
the time of a capture."""

app = typer.Typer(
    name="epcis",
    cls=Commands,
    help="An EPCIS 2.0 event ledger: capture supply-chain events, trace any lot, see the gaps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _epcis() -> None:
    """Do nothing before a command."""


def main() -> None:
    """Run the command, and turn what goes wrong into a sentence and an exit code."""
    # DuckDB looks for it on the disk with each value that it is given, and it is never needed.
    sys.modules["pandas"] = None  # type: ignore[assignment] # None: not to be looked for
    gc.set_threshold(*_COLLECTED_AFTER)
    try:
        app()
    except EpcisError as error:
        errors.print(f"[red]Error:[/] {error}", highlight=False)
        sys.exit(2)
    except OSError as error:
        told = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        errors.print(f"[red]Error:[/] {escape(told)}", highlight=False, soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
