"""Commands that keep a ledger safe: fsck, backup, restore."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape

from api.checking import check_apart
from api.clock import now
from api.commands.bar import progress_bar
from api.commands.data import JsonOption, LedgerOption, print_json
from api.commands.proofs import KeyOption, read_keys, read_notes
from api.commands.reach import ask_for_backup
from api.commands.terminal import errors, ledger_path, output, terminal_language
from api.server_file import find
from epcis_core.errors import IntegrityError
from epcis_core.findings import Finding, Severity, finding
from epcis_core.store.backup import LEDGER, MANIFEST, back_up_ledger
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.fsck.whole import Checked
from epcis_core.store.ledger import Ledger
from epcis_core.store.restoring import (
    differences_in_backup,
    is_backup,
    read_backup,
)
from epcis_core.store.restoring import restore as restore_backup

_COLOURS: Final = {"error": "red", "warning": "yellow", "info": "cyan"}


def fsck(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[LEDGER]",
            help="The ledger file, or the folder of a backup.",
            show_default=False,
        ),
    ] = None,
    *,
    ledger: LedgerOption = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", help="File with checkpoints kept outside; repeatable."),
    ] = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a whole ledger: work out again all that it holds, and compare. Nothing is changed.

    With a checkpoint that was kept outside, a ledger that was set back or rewritten whole shows
    too. While a server holds the ledger, a copy of this moment is checked.

    Exit 0: all is as it should be; 1: something is not; 2: the ledger cannot be read.

    Examples:

      epcis fsck farm.duckdb

      epcis fsck --checkpoint monday.txt

      epcis fsck /backups/2026-11-27 --json
    """
    path = ledger_path(file or ledger)
    notes = read_notes(checkpoint)
    keys = read_keys(key)
    found: list[Finding] = []
    with _at_rest(path, notes, found) as to_check, progress_bar(errors, path.name) as bar:
        checked, more = check_apart(
            to_check,
            notes=notes,
            keys=keys,
            tell=lambda part, done, total: bar(f"{path.name}: {part}", total, done, done),
        )
    found += more
    is_sound = checked.is_readable and not any(one.severity is Severity.ERROR for one in found)
    if as_json:
        print_json(_report(path, checked, found, is_sound=is_sound))
    else:
        _show(path, checked, found, is_sound=is_sound)
    if not is_sound:
        raise typer.Exit(1 if checked.is_readable else 2)


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[LEDGER]", help="The ledger file.", show_default=False),
    ] = None,
    *,
    to: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")],
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a backup of a ledger and all that belongs to it, in a folder; beside a server too.

    Captures wait while the files are copied, answers do not. The folder holds the key of the log
    and is for you alone. Keep its checkpoint elsewhere.

    Examples:

      epcis backup -o /backups/2026-11-27

      epcis backup farm.duckdb -o /mnt/usb/farm
    """
    manifest = _backed_up(ledger_path(file or ledger), to.absolute())
    if as_json:
        print_json(manifest)
        return
    size = sum(part["size"] for part in manifest["parts"])
    output.print(
        f"[green]backed up[/] {escape(str(to))}: {manifest['entries']} entries, "
        f"{len(manifest['parts'])} files, {size} bytes",
        highlight=False,
        soft_wrap=True,
    )


def restore(
    folder: Annotated[
        Path, typer.Argument(metavar="BACKUP", help="The folder of a backup.", show_default=False)
    ],
    *,
    to: Annotated[Path, typer.Option("--output", "-o", help="The ledger file to make.")],
) -> None:
    """Make a ledger of a backup, once every file of it has been compared with its manifest.

    Nothing is overwritten: move away what stands there first.

    Examples:

      epcis restore /backups/2026-11-27 -o farm.duckdb
    """
    kept = read_backup(folder)
    found = list(differences_in_backup(kept))
    if found:
        _show_findings(found)
        raise typer.Exit(1)
    restore_backup(kept, to)
    output.print(
        f"[green]restored[/] {escape(str(to))}: {kept.entries} entries",
        highlight=False,
        soft_wrap=True,
    )


@contextmanager
def _at_rest(path: Path, notes: dict[str, str], found: list[Finding]) -> Iterator[Path]:
    """Give a ledger file that nobody has open: the one asked for, that in a backup, or a copy.

    Args:
        path: the ledger, or the folder of a backup.
        notes: takes the checkpoint of a backup.
        found: takes what is wrong with one.
    """
    if is_backup(path):
        try:
            kept = read_backup(path)
            notes[str(path / MANIFEST)] = kept.note
            found += differences_in_backup(kept)
        except IntegrityError as error:
            found.append(finding("backup_differs", file=MANIFEST, reason=str(error)))
        yield path / LEDGER
    elif (running := find(path)) is not None:
        with tempfile.TemporaryDirectory(prefix="epcis-fsck-", dir=path.resolve().parent) as folder:
            copy = Path(folder) / "copy"
            ask_for_backup(running, copy.absolute(), signed=False)
            yield copy / LEDGER
    else:
        yield path


def _backed_up(path: Path, folder: Path) -> dict[str, Any]:
    """Make a backup, through the server that holds a ledger if there is one."""
    if (running := find(path)) is not None:
        return ask_for_backup(running, folder)
    with Ledger.open(path, create=False) as ledger, Bookkeeping(ledger.path) as books:
        return back_up_ledger(ledger, books, folder, now())


def _report(
    path: Path, checked: Checked, found: list[Finding], *, is_sound: bool
) -> dict[str, Any]:
    return {
        "ledger": str(path),
        "sound": is_sound,
        "readable": checked.is_readable,
        "entries": checked.entries,
        "events": checked.events,
        "erased": checked.erased,
        "root": checked.root.hex() if checked.root is not None else None,
        "checkpoints": checked.checkpoints,
        "findings": [one.as_json(terminal_language()) for one in found],
    }


def _show(path: Path, checked: Checked, found: list[Finding], *, is_sound: bool) -> None:
    word = "[green]sound[/]" if is_sound else "[red]not sound[/]"
    erased = f", {checked.erased} erased by a decision" if checked.erased else ""
    root = f"; root {checked.root.hex()}" if checked.root is not None else ""
    output.print(
        f"{word} {escape(str(path))}: {checked.entries} entries, {checked.events} events{erased}; "
        f"{checked.checkpoints} checkpoints compared{root}",
        highlight=False,
        soft_wrap=True,
    )
    _show_findings(found)


def _show_findings(found: list[Finding]) -> None:
    for one in found:
        colour = _COLOURS[one.severity.value]
        place = f"{escape(str(one.where))} " if str(one.where) else ""
        output.print(
            f"  [{colour}]{one.severity.value}[/] {place}"
            f"{escape(one.message_in(terminal_language()))} [dim]{one.code}[/]",
            highlight=False,
            soft_wrap=True,
        )
