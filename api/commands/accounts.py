"""Commands for the accounts of people: to see them, to make one, and to come in again."""

from typing import Annotated

import typer

from api.clock import now
from api.commands.data import JsonOption, LedgerOption, print_json
from api.commands.keys import known_ledger, known_party, note_command
from api.commands.terminal import errors, output
from epcis_core.access.roles import Role
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import (
    Account,
    account_of,
    accounts,
    add_account,
    set_active,
)
from epcis_core.store.registry.entries import make_link
from epcis_core.store.registry.journal import What

app = typer.Typer(help="Make and list accounts of people, and let them in again.")


@app.command("list")
def list_accounts(*, ledger: LedgerOption = None, as_json: JsonOption = False) -> None:
    """List all accounts, without what is secret of them.

    Examples:

      epcis account list
    """
    with Bookkeeping(known_ledger(ledger)) as books:
        found = accounts(books)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        told = [one.email, one.name, one.role, one.organisation or "", _state(one)]
        output.print("  ".join(filter(None, told)), highlight=False, soft_wrap=True, markup=False)
    if not found:
        output.print("There is no account.")


@app.command()
def create(
    email: Annotated[str, typer.Argument(help="By which its person logs in.")],
    *,
    role: Annotated[Role, typer.Option(help="What its person is.")],
    party: Annotated[
        str | None,
        typer.Option(help="Whose member: a GLN in any spelling; a business always has one."),
    ] = None,
    name: Annotated[str, typer.Option(help="Of the person.")] = "",
    ledger: LedgerOption = None,
) -> None:
    """Make an account, and print the path of the link by which its person chooses a password.

    The path stands behind the address of the server, and is good once, for seven days. A party that
    is not known yet becomes one, under its own GLN.

    Examples:

      epcis account create lan@farm.example --role business --party 8936099140001 --name "Lan"
    """
    with Bookkeeping(known_ledger(ledger)) as books:
        organisation = None if party is None else known_party(books, party)
        with books.transaction():
            account = add_account(
                books, email, now(), name=name or email, role=role, organisation=organisation
            )
            secret = make_link(books, "invitation", account, now())
            note_command(books, What.INVITED, email)
    typer.echo(f"/password/{secret}")


@app.command()
def reset(
    email: Annotated[str, typer.Argument(help="Of the account.")], *, ledger: LedgerOption = None
) -> None:
    """Print the path of a link by which somebody chooses a new password, and let them in again.

    So whoever has this machine comes in, also where the only administrator has forgotten the
    password or was deactivated. The path stands behind the address of the server, and is good once,
    for an hour. Until it is used the password before holds.

    Examples:

      epcis account reset lan@farm.example
    """
    with Bookkeeping(known_ledger(ledger)) as books:
        account = account_of(books, email)
        if account is None:
            errors.print(f"There is no account {email}.", highlight=False, markup=False)
            raise typer.Exit(1)
        with books.transaction():
            if not account.active:
                set_active(books, account.number, active=True)
                note_command(books, What.REACTIVATED, account.email)
            secret = make_link(books, "password", account, now())
            note_command(books, What.PASSWORD_LINK_MADE, account.email)
    typer.echo(f"/password/{secret}")


def _state(one: Account) -> str:
    if not one.active:
        return "deactivated"
    return "invited" if one.password is None else "active"


def _as_json(one: Account) -> dict[str, str | None]:
    return {
        "email": one.email,
        "name": one.name,
        "role": one.role,
        "party": one.organisation,
        "state": _state(one),
        "created": utc_text(one.created),
    }
