"""Commands on files and on the ledger's content: capture, check, events."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape

from api.commands.bar import progress_bar
from api.commands.reach import OpenLedger, Served, reach
from api.commands.show import show_capture, show_check
from api.commands.terminal import errors, output, terminal_language
from epcis_core.findings import Syntax, finding
from epcis_core.rules.profiles import Profile, profiles
from ingest.files import ARCHIVES, SUFFIXES, expand
from ingest.intake import check_file, seekable
from ingest.limits import IntakeLimits, LimitError, limits_help, read_limits
from ingest.report import CheckReport
from ingest.sheets.grid import SPREADSHEETS
from ingest.sheets.headings import OwnHeadings
from ingest.sheets.own import Own
from ingest.sheets.own_headings import HeadingsError, read_own_headings

LedgerOption = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        help="The ledger file; else ledger.duckdb here.",
        envvar="EPCIS_LEDGER",
    ),
]
ServerOption = Annotated[
    str | None, typer.Option("--server", help="Work through the server at this address instead.")
]
LenientOption = Annotated[
    bool, typer.Option("--lenient", help="Turn the errors that can be forgiven into warnings.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


def limit_option(variable: str | None = None) -> Any:
    """Return the option with limits; `variable` of the environment sets it, too."""
    return typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help=f"How much is taken before a file is refused; again for each. Else {limits_help()}.",
        show_default=False,
        envvar=variable,
    )


HeadingsOption = Annotated[
    Path | None,
    typer.Option(
        "--headings",
        metavar="FILE",
        help="What the headings of a sheet of one's own mean, in JSON or TOML.",
    ),
]
LimitOption = Annotated[list[str] | None, limit_option()]
Files = Annotated[
    list[Path],
    typer.Argument(
        help="Documents, spreadsheets, gzip files, zip archives, or folders of them.",
        show_default=False,
    ),
]


def capture(
    files: Files,
    *,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    proceed: Annotated[
        bool, typer.Option("--proceed", help="Store the good events even if others have errors.")
    ] = False,
    lenient: LenientOption = False,
    headings: HeadingsOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """Capture EPCIS files into the ledger, each whole or not at all.

    Sending a file again is harmless: events that are already there are reported as duplicates.
    Each document in an archive is a file of its own; an archive that is damaged is refused whole.

    Examples:

      epcis capture harvest.jsonld

      epcis capture samples/ --ledger farm.duckdb

      epcis capture march.zip --limit members=50000

      epcis capture old.json --proceed --json

      epcis capture mine.xlsx --headings mine.json
    """
    reports = []
    meant = _headings(headings)
    limits = limits_of(limit) if limit else None
    with reach(ledger, server, limits=limits, create=True) as reached:
        for path in _documents(files):
            for report in _capture_one(
                reached, path, proceed=proceed, lenient=lenient, headings=meant
            ):
                reports.append(report)
                if not as_json:
                    show_capture(output, report)
    if as_json:
        print_json(reports)
    _exit_if_unreadable(found["code"] for report in reports for found in report["findings"])
    if any(report["status"] != "accepted" for report in reports):
        raise typer.Exit(1)


def check(
    files: Files,
    *,
    lenient: LenientOption = False,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="Tell also what a law asks for."),
    ] = None,
    headings: HeadingsOption = None,
    limit: LimitOption = None,
    answer: Annotated[
        Path | None,
        typer.Option(
            "--answer",
            metavar="FILE",
            help="Write the spreadsheet again, with what is to be mended beside each row.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check EPCIS files and store nothing: every finding with its place and what was expected.

    Examples:

      epcis check harvest.jsonld

      epcis check uploads/ --json

      epcis check harvest.jsonld --profile vn-decree-37-2026

      epcis check harvest.xlsx --answer to-mend.xlsx

      epcis check mine.xlsx --headings mine.json
    """
    meant = _headings(headings)
    own = None if meant is None else Own(headings=(meant,))
    law = _profile(profile) if profile is not None else None
    limits = limits_of(limit)
    reports = [
        report
        for path in _documents(files)
        for report in _check_one(path, lenient=lenient, profile=law, limits=limits, own=own)
    ]
    if answer is not None:
        _answer(files, reports, answer, own)
    for report in reports if not as_json else ():
        show_check(output, report, terminal_language())
    if as_json:
        print_json([report.as_json(terminal_language()) for report in reports])
    _exit_if_unreadable(found.code for report in reports for found in report.findings)
    if not all(report.valid for report in reports):
        raise typer.Exit(1)


def _answer(files: list[Path], reports: list[CheckReport], answer: Path, own: Own | None) -> None:
    """Write a spreadsheet again with what was found in it.

    Raises:
        BadParameter: it was not one spreadsheet that was checked.
    """
    if len(files) != 1 or len(reports) != 1 or reports[0].format not in SPREADSHEETS:
        raise typer.BadParameter("--answer takes one spreadsheet that can be read, .xlsx or .csv.")
    if answer.exists() and answer.samefile(files[0]):
        raise typer.BadParameter("--answer needs another file than the one that is checked.")
    from ingest.sheets.answer import answered  # noqa: PLC0415 - it reads a library of its own

    data = files[0].read_bytes()
    answer.write_bytes(answered(data, reports[0].findings, terminal_language(), own=own))


def _exit_if_unreadable(codes: Iterable[str]) -> None:
    """Exit as for wrong use if a file could not be read; what others hold has been said."""
    if "unreadable_file" in codes:
        raise typer.Exit(2)


def _documents(paths: list[Path]) -> list[Path]:
    """Return the files that paths mean; that there is none is no success."""
    found = list(expand(paths))
    if not found:
        names = ", ".join(str(path) for path in paths)
        endings = " ".join(sorted(SUFFIXES | ARCHIVES))
        errors.print(f"No EPCIS documents in {escape(names)}: no file ends in {endings}.")
        raise typer.Exit(2)
    return found


def events(
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]...", help="Parameters of an EPCIS event query."),
    ] = None,
    *,
    ledger: LedgerOption = None,
    server: ServerOption = None,
    syntax: Annotated[
        Syntax, typer.Option("--format", help="JSON-LD, or XML of EPCIS 2.0.")
    ] = "json",
) -> None:
    """Print the events an EPCIS query asks for, as an EPCISQueryDocument.

    Examples:

      epcis events EQ_bizStep=shipping GE_eventTime=2026-03-01T00:00:00+07:00

      epcis events --format xml > everything.xml

      epcis events MATCH_anyEPCClass=https://id.gs1.org/01/08936099141015/10/DN260311
    """
    pairs = []
    for text in query or []:
        name, sign, value = text.partition("=")
        if not sign:
            raise typer.BadParameter(f"Expected NAME=VALUE, got {text!r}")
        pairs.append((name, value))
    with reach(ledger, server) as reached:
        for piece in reached.events(pairs, syntax):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.write(b"\n" if syntax == "json" else b"")
        sys.stdout.buffer.flush()


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output, in UTF-8."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def limits_of(settings: list[str] | None) -> IntakeLimits:
    """Return the limits that the options of a command set.

    Raises:
        BadParameter: there is no such limit, or its value is none.
    """
    try:
        return read_limits(settings or ())
    except LimitError as error:
        raise typer.BadParameter(str(error)) from error


def _headings(path: Path | None) -> OwnHeadings | None:
    """Return what a file says that headings mean.

    Raises:
        BadParameter: there is no such file, or it does not say so.
    """
    if path is None:
        return None
    try:
        return read_own_headings(path.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror or error}") from error
    except HeadingsError as error:
        raise typer.BadParameter(f"{path}: {error}.") from error


def _capture_one(
    reached: OpenLedger | Served,
    path: Path,
    *,
    proceed: bool,
    lenient: bool,
    headings: OwnHeadings | None,
) -> list[dict[str, Any]]:
    try:
        with path.open("rb") as file, progress_bar(errors, path.name) as tell:
            return list(
                reached.capture(
                    file,
                    str(path),
                    proceed=proceed,
                    lenient=lenient,
                    tell=tell,
                    headings=headings,
                )
            )
    except OSError as error:
        return [_unreadable(path, error)]


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


def _profile(name: str) -> Profile:
    known = profiles()
    if name not in known:
        there_are = f"there are {', '.join(known)}"
        raise typer.BadParameter(f"There is no profile {name!r}; {there_are}.")
    return known[name]


def _check_one(
    path: Path,
    *,
    lenient: bool,
    profile: Profile | None,
    limits: IntakeLimits,
    own: Own | None,
) -> Iterator[CheckReport]:
    name = str(path)
    try:
        with (
            path.open("rb") as given,
            seekable(given, limits) as file,
            progress_bar(errors, path.name) as tell,
        ):
            yield from check_file(
                file, name, limits=limits, lenient=lenient, profile=profile, own=own, tell=tell
            )
    except OSError as error:
        found = finding("unreadable_file", reason=error.strerror or str(error))
        yield CheckReport(name, findings=[found])
