"""The command that writes a spreadsheet to fill in."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.keys import known_ledger
from api.commands.show import table
from api.commands.terminal import output, terminal_language
from epcis_core.errors import AccessError
from epcis_core.findings import Language
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.organisations import find_organisation, organisation_id
from epcis_core.store.view import EVERYTHING
from ingest.registry.own import known_of
from ingest.sheets.known import Known
from ingest.sheets.known_in_ledger import known_in
from ingest.sheets.template_writer import template_csv, template_workbook
from ingest.sheets.templates import templates


def template(
    key: Annotated[
        str | None, typer.Argument(help="Which template; without it they are listed.")
    ] = None,
    *,
    language: Annotated[
        Language | None, typer.Option("--language", help="Of its headings, lists and notes.")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger", help="Offer the products, places and partners that this ledger knows."
        ),
    ] = None,
    party: Annotated[
        str | None,
        typer.Option(
            "--party",
            metavar="ID",
            help="Offer what the lists of this organisation hold, by its GLN or id.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", help="The file; CSV if it ends in .csv. Else KEY.xlsx here."),
    ] = None,
) -> None:
    """Write a spreadsheet to fill in, with lists, notes and a worked example.

    Rows that were filled in are checked and captured like any other document.

    Examples:

      epcis template

      epcis template harvest --language vi

      epcis template shipping --ledger farm.duckdb

      epcis template shipping --ledger farm.duckdb --party 8936099140001

      epcis template shipping -o deliveries.csv
    """
    said = language or terminal_language()
    if key is None:
        listed = table("template", "sheet", "rows")
        for one in templates().values():
            listed.add_row(one.key, getattr(one.title, said), getattr(one.about, said))
        output.print(listed)
        return
    chosen = templates().get(key)
    if chosen is None:
        raise typer.BadParameter(
            f"There is no template {key!r}; there are {', '.join(templates())}."
        )
    path = out or Path(f"{key}.xlsx")
    if path.exists():
        # It may have been filled in.
        raise typer.BadParameter(f"{path} is there already; name another file with -o.")
    if path.suffix.lower() == ".csv":
        data = template_csv(chosen, said)
    else:
        data = template_workbook(chosen, said, _known(ledger, party, said))
    path.write_bytes(data)
    output.print(f"{path}: {getattr(chosen.title, said)}", highlight=False, markup=False)


def _known(path: Path | None, party: str | None, language: Language) -> Known:
    """Return what lists offer: of a party what its own lists hold, else what a ledger knows.

    Raises:
        BadParameter: there is no such party.
    """
    if party is not None:
        with Bookkeeping(known_ledger(path)) as books:
            try:
                found = find_organisation(books, organisation_id(party))
            except AccessError as error:
                raise typer.BadParameter(f"{error}.") from error
            if found is None:
                raise typer.BadParameter(f"There is no organisation {party}.")
            return known_of(books, found.id, language)
    if path is None:
        return Known()
    with Ledger.open(path, create=False) as ledger:
        return known_in(ledger, EVERYTHING)
