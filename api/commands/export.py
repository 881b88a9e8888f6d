"""Commands that take a ledger out of its file and bring it back: export, import."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from api.clock import now
from api.commands.bar import progress_bar
from api.commands.proofs import KeyOption, read_keys
from api.commands.show import show_capture
from api.commands.terminal import errors, ledger_path, output, terminal_language
from api.exporting import ExportFormat, export_ledger
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.part import LedgerPart, part_of
from epcis_core.store.view import EVERYTHING
from ingest.reimport import import_export

LedgerArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[LEDGER]",
        help="The ledger file; default $EPCIS_LEDGER, else ledger.duckdb here.",
        show_default=False,
    ),
]


def export(
    ledger: LedgerArgument = None,
    *,
    to: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")],
    party: Annotated[
        list[str] | None,
        typer.Option(
            "--party",
            help="Only this party's part: a GLN, any spelling of it, or a sender; repeatable.",
        ),
    ] = None,
    only: Annotated[
        ExportFormat | None,
        typer.Option("--format", help="Only this: the log as Parquet, or EPCIS documents."),
    ] = None,
) -> None:
    """Write a ledger into a folder that can be read without it, for an archive or a party.

    It holds every record as it was received, a README that explains it, and a signed list of all
    files. Nobody else may have the ledger open meanwhile.

    Examples:

      epcis export ledger.duckdb -o archive-2026

      epcis export -o for-the-farm --party 8936099140001 --format epcis
    """
    path = ledger_path(ledger)
    wanted: frozenset[ExportFormat] = frozenset([only] if only else get_args(ExportFormat))
    with (
        Ledger.open(path, create=False) as opened,
        Bookkeeping(path) as books,
        progress_bar(errors, to.name) as bar,
    ):
        with opened.reading() as cursor:
            part = part_of(cursor, EVERYTHING, party) if party else LedgerPart()
        made = export_ledger(
            opened,
            books,
            to,
            now=now(),
            part=part,
            formats=wanted,
            tell=lambda name, done, of: bar(name, of, done, done),
        )
    events = sum(one["events"] for one in made["documents"])
    told = [f"{made['entries']} entries of the log"] if "entries" in made else []
    told += [f"{events} events in {len(made['documents'])} documents"] if "epcis" in wanted else []
    output.print(f"{to}: {', '.join(told)}.", highlight=False, markup=False, soft_wrap=True)


def import_ledger(
    folder: Annotated[Path, typer.Argument(help="An export.", show_default=False)],
    *,
    to: Annotated[Path, typer.Option("--output", "-o", help="The ledger file to make.")],
    key: KeyOption = None,
) -> None:
    """Make a ledger of an export: of a whole one with its log the same ledger, proofs and all.

    A party's part, or an export without the log, is captured anew. An export that was changed is
    refused, and a file that is there is never overwritten.

    Examples:

      epcis import archive-2026 -o again.duckdb

      epcis import archive-2026 -o again.duckdb --key "farm.example/log+1a2b3c4d+AQ…"
    """
    with progress_bar(errors, folder.name) as bar:
        made = import_export(
            folder,
            to,
            now=now(),
            keys=read_keys(key),
            tell=lambda name, done, of: bar(name, of, done, done),
        )
    for report in made.reports:
        if report.status != "accepted":
            show_capture(output, report.as_json(terminal_language()))
    what = "the same log" if made.is_same else f"{len(made.reports)} documents captured"
    output.print(f"{to}: {made.entries} entries, {what}.", highlight=False, markup=False)
    if any(report.status != "accepted" for report in made.reports):
        raise typer.Exit(1)
