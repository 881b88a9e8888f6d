"""Commands for API keys, which let machines in."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.clock import now
from api.commands.data import JsonOption, LedgerOption, print_json
from api.commands.terminal import errors, ledger_path, output
from epcis_core.access.roles import Right, Role
from epcis_core.errors import AccessError
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry import journal
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.keys import ApiKey, all_keys, id_in, make_key, revoke_key
from epcis_core.store.registry.organisations import let_take_part, organisations

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)

_DAY: Final = 24 * 3600 * 1_000_000  # microseconds


@app.command()
def create(
    *,
    role: Annotated[Role, typer.Option(help="What whoever shows it is.")],
    party: Annotated[
        str | None,
        typer.Option(help="Whose it is: a GLN in any spelling; a business always has one."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="After how many days it ends; else never.")
    ] = None,
    only: Annotated[
        list[Right] | None,
        typer.Option(help="A right of the role, and only those that are named; may be repeated."),
    ] = None,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    ledger: LedgerOption = None,
) -> None:
    """Make a key and print it, alone. It is shown this once; what is kept is a digest.

    It is sent as Authorization: Bearer KEY. From the first key on a server lets nobody in without
    one, without an account, or without being this machine's own command. A party that is not known
    yet becomes one, under its own GLN.

    Examples:

      epcis key create --role business --party 8936099140001 --days 365

      epcis key create --role connector --only read --note "national portal"
    """
    with Bookkeeping(known_ledger(ledger)) as books:
        organisation = None if party is None else known_party(books, party)
        made = now()
        with books.transaction():
            key = make_key(
                books,
                role,
                organisation,
                made,
                rights=only or None,
                expires=None if days is None else made + days * _DAY,
                note=note,
            )
            note_command(books, What.KEY_MADE, f"key {id_in(key)}")
    typer.echo(key)


@app.command("list")
def list_keys(*, ledger: LedgerOption = None, as_json: JsonOption = False) -> None:
    """List all keys that ever were, without what is secret of them.

    Examples:

      epcis key list
    """
    with Bookkeeping(known_ledger(ledger)) as books:
        found = all_keys(books)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        told = [one.id, one.role, one.organisation or "", " ".join(sorted(one.rights)), one.note]
        output.print("  ".join(filter(None, told)), _state(one), highlight=False, soft_wrap=True)
    if not found:
        output.print("There is no key.")


@app.command()
def revoke(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="As `key list` names it.")],
    *,
    ledger: LedgerOption = None,
) -> None:
    """Let a key let nobody in any more.

    Examples:

      epcis key revoke 0a1b2c3d4e5f
    """
    with Bookkeeping(known_ledger(ledger)) as books, books.transaction():
        if not revoke_key(books, identifier, now()):
            errors.print(f"There is no key {identifier}.", highlight=False)
            raise typer.Exit(1)
        note_command(books, What.KEY_REVOKED, f"key {identifier}")
    output.print(f"The key {identifier} is revoked.", highlight=False)


def known_ledger(ledger: Path | None) -> Path:
    """Return the path of a ledger that is there.

    Raises:
        AccessError: there is none.
    """
    path = ledger_path(ledger)
    if not path.exists():
        raise AccessError(f"There is no ledger at {path}; `epcis serve` makes one")
    return path


def known_party(books: Bookkeeping, text: str) -> str:
    """Return the id of a party; one that is not known yet takes part from now on.

    Raises:
        AccessError: it names no party.
    """
    known = {one.id for one in organisations(books)}
    with books.transaction():
        found = let_take_part(books, text, now())
        if found not in known:
            note_command(books, What.ORGANISATION_ADDED, found)
    return found


def note_command(books: Bookkeeping, what: What, about: str) -> None:
    """Note in the journal what a command of this machine has done."""
    journal.note(books, journal.Entry(now(), journal.COMMAND_LINE, "", what, about))


def _state(one: ApiKey) -> str:
    if one.revoked is not None:
        return f"revoked {utc_text(one.revoked)}"
    if one.expires is not None:
        return f"until {utc_text(one.expires)}" if one.holds(now()) else "expired"
    return "good"


def _as_json(one: ApiKey) -> dict[str, Any]:
    return {
        "id": one.id,
        "role": one.role,
        "party": one.organisation,
        "rights": sorted(one.rights),
        "note": one.note,
        "created": utc_text(one.created),
        "expires": None if one.expires is None else utc_text(one.expires),
        "revoked": None if one.revoked is None else utc_text(one.revoked),
    }
