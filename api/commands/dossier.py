"""Commands on what a law wants to be known of a lot: completeness, lot-record."""

from typing import Annotated

import typer

from api.clock import now
from api.commands.data import JsonOption, LedgerOption, ServerOption, print_json
from api.commands.lots import AsOfOption, Identifier, MaxObjectsOption
from api.commands.reach import OpenLedger, Served, reach
from api.commands.show_dossier import show_completeness, show_lot_record
from api.commands.terminal import output, terminal_language
from api.dossier.told import completeness_told, lot_record_told
from epcis_core.dossier.material import Material
from epcis_core.rules.profiles import profiles
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.dossier import lot_material
from epcis_core.store.view import EVERYTHING


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
    asked = {"id": identifier, "max_objects": max_objects}
    with reach(ledger, server) as reached:
        if isinstance(reached, Served):
            more = {"lang": terminal_language()} | ({"profile": profile} if profile else {})
            found = reached.answer("/completeness.json", {**asked, **more}, as_of)
        else:
            material = _material(reached, identifier, as_of, max_objects)
            found = completeness_told(material, profile, now(), terminal_language())
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
    asked = {"id": identifier, "max_objects": max_objects}
    with reach(ledger, server) as reached:
        if isinstance(reached, Served):
            found = reached.answer("/lot-record.json", asked, as_of)
        else:
            found = lot_record_told(_material(reached, identifier, as_of, max_objects), now())
    if as_json:
        print_json(found)
    else:
        show_lot_record(output, found)
    if "stages" not in found:
        raise typer.Exit(1)


def _material(reached: OpenLedger, text: str, as_of: str | None, most: int) -> Material:
    with Bookkeeping(reached.ledger.path) as books:
        return lot_material(reached.ledger, EVERYTHING, books, text, as_of=as_of, max_objects=most)
