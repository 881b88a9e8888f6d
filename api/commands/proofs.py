"""Commands on proofs: checkpoint, proof, verify."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.data import JsonOption, LedgerOption, ServerOption, print_json
from api.commands.reach import reach
from api.commands.terminal import errors, output, terminal_language
from epcis_core.proof.checks import Key, read_key
from epcis_core.proof.verdict import verdict_of
from epcis_core.store.beside import unfinished_name

KeyOption = Annotated[
    list[str] | None,
    typer.Option("--key", help="The log's key as it was made known, or a witness's; repeatable."),
]


def read_keys(texts: list[str] | None) -> list[Key]:
    """Read keys as they stand on the command line.

    Raises:
        BadParameter: one is none.
    """
    try:
        return [read_key(text) for text in texts or ()]
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--key") from error


def read_notes(paths: Iterable[Path] | None) -> dict[str, str]:
    """Return the text of files with checkpoints by their names, whatever stands in them.

    Raises:
        OSError: one cannot be read.
    """
    return {
        str(path): path.read_text(encoding="utf-8", errors="backslashreplace")
        for path in paths or ()
    }


def checkpoint(
    *,
    key: Annotated[
        bool, typer.Option("--key", help="Print the key that checkpoints are verified with.")
    ] = False,
    ledger: LedgerOption = None,
    server: ServerOption = None,
) -> None:
    """Print a signed checkpoint of the log, with the cosignatures that are known.

    Whoever keeps one can later tell whether anything that was in the log has been changed.

    Examples:

      epcis checkpoint > monday.txt

      epcis checkpoint --key
    """
    with reach(ledger, server) as reached:
        typer.echo(reached.log_key() if key else reached.checkpoint(), nl=False)


def proof(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="The object, in any spelling.", show_default=False)
    ],
    *,
    to: Annotated[Path, typer.Option("--output", "-o", help="The file to write, a zip.")],
    since: Annotated[
        list[int] | None,
        typer.Option("--from", min=0, help="Entries of a checkpoint that one has; repeatable."),
    ] = None,
    max_objects: Annotated[
        int, typer.Option("--max-objects", min=1, help="Stop after so many objects, and say so.")
    ] = 10_000,
    ledger: LedgerOption = None,
    server: ServerOption = None,
) -> None:
    """Write a proof of all that the trace of an object rests on, to be verified by anybody.

    It holds the records as they were received, what proves each, a report for people, and two
    programs that verify it without the ledger: verify.py and verify.html.

    Examples:

      epcis proof "(01)08936099141015(10)DN260311" -o grapes.zip
    """
    unfinished = unfinished_name(to)
    try:
        with reach(ledger, server) as reached, unfinished.open("wb") as file:
            is_known = reached.proof(identifier, file, since=since or [], max_objects=max_objects)
        if is_known:
            unfinished.replace(to)
    finally:
        unfinished.unlink(missing_ok=True)
    if not is_known:
        errors.print(f"[red]Nothing is known of[/] {identifier}", highlight=False)
        raise typer.Exit(1)


def verify(
    file: Annotated[Path, typer.Argument(help="The proof, a zip.", show_default=False)],
    *,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", help="File with a checkpoint from elsewhere; repeatable."),
    ] = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a proof, without any ledger, and say what it shows.

    With a checkpoint that was kept outside, a log that was set back or rewritten shows too.

    Examples:

      epcis verify grapes.zip

      epcis verify grapes.zip --checkpoint monday.txt --key "farm.example/ledger+1a2b3c4d+AQ…"
    """
    outside = read_notes(checkpoint)
    file.stat()
    verdict = verdict_of(file, read_keys(key), [*outside.values()])
    language = terminal_language()
    if as_json:
        print_json(
            {
                "proven": verdict.is_proven,
                "subject": _writable(verdict.subject),
                "unchanged": verdict.unchanged,
                "corrected": verdict.corrected,
                "erased": verdict.erased,
                "broken": [{"sequence": at, "code": code} for at, code in verdict.broken],
                "findings": [_as_json(code, values) for code, values in verdict.wrong],
                "told": [_as_json(code, values) for code, values in verdict.told],
                "sentences": {one: verdict.sentences(one) for one in ("vi", "en")},
            }
        )
    else:
        for line in verdict.sentences(language):
            output.print(line, highlight=False, markup=False, soft_wrap=True)
    if not verdict.is_proven:
        raise typer.Exit(1)


def _as_json(code: str, values: dict[str, Any]) -> dict[str, Any]:
    told = {name: _writable(one) if isinstance(one, str) else one for name, one in values.items()}
    return {"code": code, **told}


def _writable(text: str) -> str:
    """Return a text of somebody's JSON, where half a character may stand, as UTF-8 can write it."""
    return text.encode(errors="backslashreplace").decode()
