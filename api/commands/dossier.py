"""Commands on what a law wants to be known of a lot: completeness, lot-record."""

from typing import Annotated

import typer

from api.commands.data import JsonOption, LedgerOption, ServerOption, print_json
from api.commands.lots import AsOfOption, Identifier, MaxObjectsOption
from api.commands.reach import reach
from api.commands.show_dossier import show_completeness, show_lot_record
from api.commands.terminal import output
from epcis_core.rules.profiles import profiles


def completeness(
    identifier: Identifier,
    *,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help=f"By which it is judged: {', '.join(profiles())}; else by what holds for every "
            "product.",
        ),
    ] = None,
    as_of: AsOfOption = None,
    max_objects: MaxObjectsOption = 10_000,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how complete the records of a lot are: what is missing or doubtful, and from whom.

    Examples:

      epcis completeness "(01)08936099141015(10)DN260311"

      epcis completeness "(01)08936099141015(10)DN260311" --profile fsma-204 --json
    """
    with reach(ledger, server) as reached:
        found = reached.completeness(
            identifier, profile=profile, as_of=as_of, max_objects=max_objects
        )
    if as_json:
        print_json(found)
    else:
        show_completeness(output, found)
    if "requirements" not in found:
        raise typer.Exit(1)


def lot_record(
    identifier: Identifier,
    *,
    as_of: AsOfOption = None,
    max_objects: MaxObjectsOption = 10_000,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the minimum data of a lot that a law asks for, and where each of it stands.

    Examples:

      epcis lot-record "(01)08936099141015(10)DN260311"

      epcis lot-record "(01)08936099141015(10)DN260311" --json
    """
    with reach(ledger, server) as reached:
        found = reached.lot_record(identifier, as_of=as_of, max_objects=max_objects)
    if as_json:
        print_json(found)
    else:
        show_lot_record(output, found)
    if "stages" not in found:
        raise typer.Exit(1)
