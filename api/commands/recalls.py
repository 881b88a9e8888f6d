"""The command `recall`: what came of suspect lots, and the documents about it."""

from pathlib import Path
from typing import Annotated

import typer

from api.clock import now
from api.commands.data import JsonOption, LedgerOption, ServerOption, print_json
from api.commands.lots import AsOfOption, Identifiers, MaxObjectsOption
from api.commands.reach import OpenLedger, Served, reach
from api.commands.show_lots import show_recall
from api.commands.terminal import output, terminal_language
from api.notices.documents import Source, document
from api.web.texts import Texts
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.view import EVERYTHING


def recall(
    identifiers: Identifiers,
    *,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Write the trace report, to be printed.")
    ] = None,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", help="Write the trace report as a workbook.")
    ] = None,
    fsma: Annotated[
        Path | None, typer.Option("--fsma", help="Write the sortable spreadsheet of FSMA 204.")
    ] = None,
    foodchain_lab: Annotated[
        Path | None, typer.Option("--foodchain-lab", help="Write deliveries for FoodChain-Lab.")
    ] = None,
    as_of: AsOfOption = None,
    max_objects: MaxObjectsOption = 10_000,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what came of suspect lots, where it is now, who got it, and whom to call first.

    Of several lots it shows too what they have in common: the likely source of a common harm.

    Examples:

      epcis recall "(01)08936099141015(10)DN260311"

      epcis recall LOT-A LOT-B LOT-C --json

      epcis recall "(01)08936099141015(10)DN260311" --pdf report.pdf --xlsx report.xlsx
    """
    files = {
        "report.pdf": pdf,
        "report.xlsx": xlsx,
        "fsma.xlsx": fsma,
        "foodchain-lab.xlsx": foodchain_lab,
    }
    with reach(ledger, server) as reached:
        found = reached.recall(identifiers, as_of=as_of, max_objects=max_objects)
        for name, path in files.items():
            content = None if path is None else _document(reached, name, identifiers, as_of)
            if path is not None and content is not None:
                path.write_bytes(content)
    if as_json:
        print_json(found)
    else:
        show_recall(output, found)
    if found["unknown"]:
        raise typer.Exit(1)


def _document(
    reached: OpenLedger | Served, name: str, identifiers: list[str], as_of: str | None
) -> bytes | None:
    """Return a document about objects; None where nothing is known of any of them."""
    if isinstance(reached, Served):
        return reached.document(name, identifiers, as_of=as_of)
    with Bookkeeping(reached.ledger.path) as books:
        words = Texts(terminal_language())
        source = Source(reached.ledger, books, EVERYTHING, words, now(), as_of)
        pieces = document(name, source, identifiers)
        return None if pieces is None else b"".join(pieces)
