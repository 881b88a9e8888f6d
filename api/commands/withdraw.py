"""The command that takes back what was recorded."""

from typing import Annotated

import typer

from api.commands.data import JsonOption, LedgerOption, ServerOption, print_json
from api.commands.reach import reach
from api.commands.show import show_capture
from api.commands.terminal import output
from ingest.corrections import Reason


def withdraw(
    event_id: Annotated[
        str,
        typer.Argument(metavar="EVENT_ID", help="The event, by its id.", show_default=False),
    ],
    *,
    reason: Annotated[
        Reason, typer.Option("--reason", help="Why it is wrong.")
    ] = Reason.DID_NOT_OCCUR,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Declare an own event wrong; it stays in the ledger, marked, and no longer counts.

    Examples:

      epcis withdraw "ni:///sha-256;30f2…?ver=CBV2.0" --reason incorrect_data
    """
    with reach(ledger, server) as reached:
        report = reached.withdraw(event_id, reason)
    if as_json:
        print_json([report])
    else:
        show_capture(output, report)
    if report["status"] != "accepted":
        raise typer.Exit(1)
