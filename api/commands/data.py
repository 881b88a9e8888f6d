"""Commands on files and on the ledger's content: capture, check, hash, events, trace."""

import io
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from api.commands.reach import OpenLedger, Served, reach
from api.commands.show import show_capture, show_check, show_trace
from api.settings import terminal_language
from epcis_core.codecs.jsonld import JsonLdReader
from epcis_core.codecs.sniff import open_document
from epcis_core.event_hash import HashVariant, event_hash, prehash
from epcis_core.findings import finding, has_errors
from ingest.capture import check_stream
from ingest.files import expand
from ingest.report import CheckReport

LedgerOption = Annotated[
    Path | None,
    typer.Option(
        "--ledger", help="The ledger file; default $EPCIS_LEDGER, else ledger.duckdb here."
    ),
]
ServerOption = Annotated[
    str | None, typer.Option("--server", help="Work through the server at this address instead.")
]
LenientOption = Annotated[
    bool, typer.Option("--lenient", help="Turn the errors that can be forgiven into warnings.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
Files = Annotated[list[Path], typer.Argument(help="Files, or folders of them.", show_default=False)]

output = Console()
errors = Console(stderr=True)


def capture(
    files: Files,
    *,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    proceed: Annotated[
        bool, typer.Option("--proceed", help="Store the good events even if others have errors.")
    ] = False,
    lenient: LenientOption = False,
    as_json: JsonOption = False,
) -> None:
    """Capture EPCIS files into the ledger, each whole or not at all.

    Sending a file again is harmless: events that are already there are reported as duplicates.

    Examples:

      epcis capture harvest.jsonld

      epcis capture samples/ --ledger farm.duckdb

      epcis capture old.json --proceed --json
    """
    reports = []
    with reach(ledger, server, create=True) as reached:
        for path in expand(files):
            reports.append(_capture_one(reached, path, proceed=proceed, lenient=lenient))
            if not as_json:
                show_capture(output, reports[-1])
    if as_json:
        print_json(reports)
    if any(report["status"] != "accepted" for report in reports):
        raise typer.Exit(1)


def check(files: Files, *, lenient: LenientOption = False, as_json: JsonOption = False) -> None:
    """Check EPCIS files and store nothing: every finding with its place and what was expected.

    Examples:

      epcis check harvest.jsonld

      epcis check uploads/ --json
    """
    reports = [_check_one(path, lenient=lenient) for path in expand(files)]
    for report in reports if not as_json else ():
        show_check(output, report, terminal_language())
    if as_json:
        print_json([report.as_json(terminal_language()) for report in reports])
    if not all(report.valid for report in reports):
        raise typer.Exit(1)


def hash_events(
    file: Annotated[Path, typer.Argument(help="An EPCIS file.", show_default=False)],
    *,
    variant: Annotated[
        HashVariant, typer.Option("--variant", help="Which reading of the standard.")
    ] = HashVariant.CBV_2_0_TEXT,
    before: Annotated[
        bool, typer.Option("--prehash", help="Print the text that is hashed instead.")
    ] = False,
) -> None:
    """Print the event hash ID of each event of a file, in order.

    Two systems that hold the same event get the same hash, however each of them spells it.

    Examples:

      epcis hash harvest.jsonld

      epcis hash harvest.jsonld --variant reference-1.9 --prehash
    """
    with file.open("rb") as source:
        reader = open_document(source)
        found = [reader] if not isinstance(reader, JsonLdReader) else []
        for read in reader.events() if isinstance(reader, JsonLdReader) else ():
            found += read.findings
            if read.event is not None:
                print((prehash if before else event_hash)(read.event, read.namespaces, variant))  # noqa: T201
        found += reader.findings if isinstance(reader, JsonLdReader) else []
    for one in found:
        errors.print(escape(f"{file}: {one.where} {one.message_in(terminal_language())}"))
    if has_errors(found):
        raise typer.Exit(1)


def events(
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]...", help="Parameters of an EPCIS event query."),
    ] = None,
    *,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    as_format: Annotated[Literal["json"], typer.Option("--format", help="The syntax.")] = "json",
) -> None:
    """Print the events an EPCIS query asks for, as an EPCISQueryDocument.

    Examples:

      epcis events EQ_bizStep=shipping GE_eventTime=2026-03-01T00:00:00+07:00

      epcis events MATCH_anyEPCClass=https://id.gs1.org/01/08936099141015/10/DN260311
    """
    del as_format
    pairs = []
    for text in query or []:
        name, sign, value = text.partition("=")
        if not sign:
            raise typer.BadParameter(f"Expected NAME=VALUE, got {text!r}")
        pairs.append((name, value))
    with reach(ledger, server) as reached:
        typer.echo(reached.events(pairs))


def trace(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="The object, in any spelling.", show_default=False)
    ],
    *,
    direction: Annotated[
        Literal["upstream", "downstream", "both"], typer.Option(help="Which way to look.")
    ] = "both",
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="What was known then, such as 2026-03-01T00:00:00Z."),
    ] = None,
    max_objects: Annotated[
        int, typer.Option("--max-objects", min=1, help="Stop after so many objects, and say so.")
    ] = 10_000,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a lot came from, where it went, and what the records do not show.

    Examples:

      epcis trace "(01)08936099141015(10)DN260311"

      epcis trace https://id.gs1.org/00/389360991426031110 --direction upstream --json
    """
    with reach(ledger, server) as reached:
        found = reached.trace(identifier, direction=direction, as_of=as_of, max_objects=max_objects)
    if as_json:
        print_json(found)
    else:
        show_trace(output, found)
    if not found["objects"]:
        raise typer.Exit(1)


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output, in UTF-8."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def _capture_one(
    reached: OpenLedger | Served, path: Path, *, proceed: bool, lenient: bool
) -> dict[str, Any]:
    try:
        file = path.open("rb")
        size = path.stat().st_size
    except OSError as error:
        return _unreadable(path, error)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[events]} events"),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
    with file, bar:
        task = bar.add_task(escape(path.name), total=size, events=0)

        def advance(done: int, events: int) -> None:
            bar.update(task, completed=done or size, events=events)

        return reached.capture(file, str(path), proceed=proceed, lenient=lenient, progress=advance)


def _unreadable(path: Path, error: OSError) -> dict[str, Any]:
    found = finding("unreadable_file", reason=error.strerror or str(error))
    return {
        "file": str(path),
        "capture_id": None,
        "status": "rejected",
        "counts": {"accepted": 0, "duplicate": 0, "rejected": 0, "warnings": 0},
        "events": [],
        "findings": [found.as_json(terminal_language())],
    }


def _check_one(path: Path, *, lenient: bool) -> CheckReport:
    try:
        with path.open("rb") as file:
            return check_stream(_seekable(file), file_name=str(path), lenient=lenient)
    except OSError as error:
        found = finding("unreadable_file", reason=error.strerror or str(error))
        return CheckReport(str(path), findings=[found])


def _seekable(file: Any) -> Any:
    return file if file.seekable() else io.BytesIO(file.read())
