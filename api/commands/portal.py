"""Commands for portals that lots are carried to."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.clock import now
from api.commands.data import JsonOption, LedgerOption, print_json
from api.commands.keys import known_ledger, note_command
from api.commands.terminal import errors, output, terminal_language
from api.outward import Allowed
from api.portal.file_export import make_export
from api.portal.runner import Means, adapter_for, connector_to, outward_to
from api.portal.states import states
from api.portal.target_parts import TargetError
from api.portal.targets import Target, read_targets
from api.subscriptions.webhook import Pace
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import parked, send_again
from epcis_core.store.portal.exports import Export, export_at, export_bytes
from epcis_core.store.portal.turns import Cause
from epcis_core.store.registry.journal import COMMAND_LINE, What

app = typer.Typer(help="How lots get to portals.", no_args_is_help=True)

FolderOption = Annotated[
    Path,
    typer.Option(
        "--portal",
        metavar="FOLDER",
        help="Folder with a file for each portal.",
        envvar="EPCIS_PORTAL",
    ),
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Of a portal's file.")]
_ALL: Final = 1_000_000
_PATIENCE: Final = 5_000_000  # microseconds that are waited for the next delivery


@app.command()
def status(
    *, portal: FolderOption, ledger: LedgerOption = None, as_json: JsonOption = False
) -> None:
    """Tell what each portal has, what waits, and what it rejected. Exit 1 where something is late.

    Examples:

      epcis portal status --portal targets
    """
    targets = read_targets(portal)
    with Bookkeeping(known_ledger(ledger)) as books:
        found = states(books, targets, now(), terminal_language(), _ALL)
    if as_json:
        print_json(found)
    else:
        for one in found:
            _show(one)
    if any(one["late"] for one in found):
        raise typer.Exit(1)


@app.command()
def push(
    name: NameArgument,
    *,
    portal: FolderOption,
    ledger: LedgerOption = None,
    allow_outward: Annotated[
        list[str] | None,
        typer.Option(
            help="Host or network inside that may be called.", envvar="EPCIS_ALLOW_OUTWARD"
        ),
    ] = None,
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="First ask the portal for all that it has taken.")
    ] = False,
) -> None:
    """Carry what is due to a portal now, where no server does. Exit 1 where something is left.

    Of a portal that takes files this finds what is new; `epcis portal export` makes the file.

    Examples:

      epcis portal push cong-tinh --portal targets

      epcis portal push cong-tinh --portal targets --reconcile
    """
    target = _named(portal, name)
    path = known_ledger(ledger)
    with Ledger.open(path) as opened, Bookkeeping(path) as books:
        allowed = Allowed.read(allow_outward or ())
        means = Means(opened, books, allowed, Pace())
        asyncio.run(_push(target, means, reconcile=reconcile))
        [found] = states(books, [target], now(), terminal_language(), _ALL)
    _show(found)
    left = ("rejected",) if target.kind == "file" else ("waiting", "sent", "rejected", "unknown")
    if any(found["counts"][one] for one in left):
        raise typer.Exit(1)


@app.command()
def retry(
    name: NameArgument,
    number: Annotated[
        int | None, typer.Argument(help="Of a delivery; without one, all that are parked.")
    ] = None,
    *,
    portal: FolderOption,
    ledger: LedgerOption = None,
) -> None:
    """Let what a portal rejected be sent again, by the server or the next push.

    Examples:

      epcis portal retry cong-tinh --portal targets

      epcis portal retry cong-tinh 17 --portal targets
    """
    target = _named(portal, name)
    with Bookkeeping(known_ledger(ledger)) as books, books.transaction():
        waiting = parked(books, target.name, before=None, most=_ALL)
        chosen = [one for one in waiting if number in {None, one.number}]
        for one in chosen:
            send_again(books, one.number)
            note_command(books, What.PORTAL_SENT_AGAIN, f"{one.target}: {one.lot}")
    if not chosen:
        errors.print("Nothing that was rejected is put aside there.", highlight=False)
        raise typer.Exit(1)
    output.print(f"{len(chosen)} will be sent again.", highlight=False)


@app.command()
def export(
    name: NameArgument,
    *,
    to: Annotated[Path, typer.Option("--output", "-o", help="File to write, a zip.")],
    portal: FolderOption,
    ledger: LedgerOption = None,
    number: Annotated[
        int | None, typer.Option(help="Of a file that was made before; it is written again.")
    ] = None,
) -> None:
    """Make a file of what waits for a portal that takes files. Exit 1 where nothing does.

    Where no server runs, `epcis portal push` first finds what is new.

    Examples:

      epcis portal export bao-cao-tinh --portal targets -o lots.zip

      epcis portal export bao-cao-tinh --portal targets -o lots.zip --number 3
    """
    target = _named(portal, name)
    with Bookkeeping(known_ledger(ledger)) as books:

        def noted(made: Export) -> None:
            about = f"{made.target}: {made.number}, {made.lots}"
            note_command(books, What.PORTAL_EXPORTED, about)

        if number is None:
            made = make_export(books, target, log_signer(books), now(), COMMAND_LINE, noted=noted)
        else:
            made = export_at(books, target.name, number)
        data = None if made is None else export_bytes(books, made.target, made.number)
    if made is None or data is None:
        told = "Nothing waits for it." if number is None else f"There is no file {number} for it."
        if made is not None:
            told = f"File {number} was kept for {target.kept_days} days, and is gone."
        errors.print(told, highlight=False)
        raise typer.Exit(1)
    try:
        to.write_bytes(data)
    except OSError as error:
        again = f"take it again with --number {made.number}"
        raise TargetError(f"{to} cannot be written: {error.strerror}; {again}.") from error
    output.print(f"File {made.number}: {made.lots} lots, SHA-256 {made.digest}", highlight=False)


async def _push(target: Target, means: Means, *, reconcile: bool) -> None:
    """Carry until there is nothing that can be sent now."""
    async with outward_to(target, means.allowed) as outward:
        connector = connector_to(target, adapter_for(target, outward), means)
        if reconcile:
            asked, lost = await connector.reconcile(means.clock())
            output.print(f"{asked} lots were read back, {lost} are not there.", highlight=False)
        while True:
            moment = means.clock()
            is_new = connector.look(moment)
            is_new |= connector.prepare(moment)
            again = await connector.deliver(moment)
            if not is_new and (again is None or again > means.clock() + _PATIENCE):
                return
            if not is_new and again is not None:
                await asyncio.sleep(max(again - means.clock(), 0) / 1_000_000)


def _named(folder: Path, name: str) -> Target:
    targets = read_targets(folder)
    for one in targets:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in targets) or "none"
    raise TargetError(f"There is no portal {name!r} in {folder}; there is {known}.")


def _show(one: dict[str, Any]) -> None:
    """Print how a target stands."""
    counts = ", ".join(f"{number} {status}" for status, number in one["counts"].items())
    lines = [f"{one['target']} ({one['title']}): {one['lots']} lots; {counts}"]
    if one["changes"]:
        lines.append(f"  {one['changes']} lots changed and were not looked at")
    if one["deadline"]:
        told = f"{one['soon']} soon late, {one['late']} late"
        lines.append(f"  next deadline {one['deadline']}; {told}")
    if one["failure"]:
        lines.append(f"  sending failed last time: {one['failure']}")
    lines += [_held_up(one["target"], it) for it in one["holding_up"]]
    lines += [f"  rejected {it['number']}: {it['lot']}: {it['reason']}" for it in one["parked"]]
    for line in lines:
        output.print(line, highlight=False, markup=False, soft_wrap=True)


def _held_up(target: str, awaited: dict[str, Any]) -> str:
    """Say which lot others wait for, and what is to be done."""
    told = f"  {awaited['lots']} wait for {awaited['lot']}"
    if awaited["cause"] == Cause.REJECTED:
        return f"{told}, which was rejected; mend it, then: epcis portal retry {target} " + str(
            awaited["delivery"]
        )
    return f"{told}, of which there is no record yet; where none can be made, the log tells why"
