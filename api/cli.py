"""The command `epcis`. Exit 0: done; 1: the data has errors; 2: usage or environment."""

import sys

import typer
from rich.markup import escape

from api.commands import (
    accounts,
    convert,
    data,
    demo,
    export,
    hashes,
    keeping,
    keys,
    lots,
    proofs,
    retention,
    service,
    templates,
)
from api.commands.data import errors
from epcis_core.errors import EpcisError

app = typer.Typer(
    name="epcis",
    help="An EPCIS 2.0 event ledger: capture supply-chain events, trace any lot, see the gaps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.command()(service.serve)
app.command()(data.capture)
app.command()(data.check)
app.command()(templates.template)
app.command("convert")(convert.convert)
app.command("hash")(hashes.hash_events)
app.command()(data.events)
app.command()(lots.trace)
app.command()(lots.recall)
app.command()(lots.balance)
app.command()(lots.gaps)
app.command()(proofs.checkpoint)
app.command()(proofs.proof)
app.command()(proofs.verify)
app.command()(keeping.fsck)
app.command()(keeping.backup)
app.command()(keeping.restore)
app.command()(export.export)
app.command("import")(export.import_ledger)
app.add_typer(retention.app, name="retention")
app.add_typer(accounts.app, name="account")
app.add_typer(keys.app, name="key")


def main() -> None:
    """Run the command, and turn what goes wrong into a sentence and an exit code."""
    # DuckDB looks for it on the disk with each value that it is given, and it is never needed.
    sys.modules["pandas"] = None  # type: ignore[assignment] # None: not to be looked for
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
