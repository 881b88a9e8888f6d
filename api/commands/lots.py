"""Commands on lots: trace, balance, gaps; recall is next door."""

from typing import Annotated, Literal

import typer

from api.commands.data import JsonOption, LedgerOption, ServerOption, print_json
from api.commands.reach import reach
from api.commands.show_lots import show_balance, show_gaps, show_trace
from api.commands.terminal import errors, output, terminal_language
from api.hints import hint

Identifiers = Annotated[
    list[str],
    typer.Argument(metavar="ID...", help="The objects, in any spelling.", show_default=False),
]
Identifier = Annotated[
    str, typer.Argument(metavar="ID", help="The object, in any spelling.", show_default=False)
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="What was known then, such as 2026-03-01T00:00:00Z."),
]
MaxObjectsOption = Annotated[
    int, typer.Option("--max-objects", min=1, help="Stop after so many objects, and say so.")
]


def trace(
    identifier: Identifier,
    *,
    direction: Annotated[
        Literal["upstream", "downstream", "both"], typer.Option(help="Which way to look.")
    ] = "both",
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            help="Of a crate or pallet, the load of then, such as 2026-03-01T00:00:00Z; "
            "the latest if not given.",
        ),
    ] = None,
    as_of: AsOfOption = None,
    max_objects: MaxObjectsOption = 10_000,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a lot came from, where it went, and what the records do not show.

    Examples:

      epcis trace "(01)08936099141015(10)DN260311"

      epcis trace https://id.gs1.org/00/389360991426031110 --direction upstream --json

      epcis trace "(8003)08936099140070SO0001" --at 2026-03-10T00:00:00Z
    """
    with reach(ledger, server) as reached:
        found = reached.trace(
            identifier, direction=direction, at=at, as_of=as_of, max_objects=max_objects
        )
    if not found["objects"]:
        found |= hint(identifier, terminal_language())
    if as_json:
        print_json(found)
    else:
        show_trace(output, found)
    if not found["objects"]:
        raise typer.Exit(1)


def balance(
    identifier: Identifier,
    *,
    as_of: AsOfOption = None,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what came to each place of a lot, what left it, and what should be there still.

    Examples:

      epcis balance "(01)08936099141015(10)DN260311"
    """
    with reach(ledger, server) as reached:
        found = reached.balance(identifier, as_of=as_of)
    if as_json:
        print_json(found)
    else:
        show_balance(output, found)
    if not found["rows"]:
        raise typer.Exit(1)


def gaps(
    identifier: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="The object; all of the ledger without one."),
    ] = None,
    *,
    as_of: AsOfOption = None,
    max_objects: MaxObjectsOption = 10_000,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the records of a lot, or of everything, do not show or contradict.

    Examples:

      epcis gaps

      epcis gaps "(01)08936099141015(10)DN260311" --json
    """
    with reach(ledger, server) as reached:
        found = reached.gaps(identifier, as_of=as_of, max_objects=max_objects)
    if as_json:
        print_json(found or [])
    elif found is not None:
        show_gaps(output, found)
    if found is None:
        if not as_json:
            errors.print(f"[red]Nothing is known of[/] {identifier}", highlight=False)
        raise typer.Exit(1)
