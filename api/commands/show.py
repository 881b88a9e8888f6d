"""What the commands show a person at a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.commands.terminal import terminal_language
from epcis_core.findings import Finding, Language, Severity
from ingest.report import CheckReport

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_SHOWN = 50


def show_capture(console: Console, report: Mapping[str, Any]) -> None:
    """Show a capture report: one line of counts, then what is wrong and where."""
    counts = report["counts"]
    colour = {"accepted": "green", "partial": "yellow", "rejected": "red"}[report["status"]]
    console.print(
        f"[{colour}]{report['status']}[/] {escape(report['file'])}: "
        f"{counts['accepted']} accepted, {counts['duplicate']} duplicate, "
        f"{counts['rejected']} rejected, {counts['warnings']} warnings"
    )
    if (elements := report.get("master_data")) is not None:
        console.print(
            f"  master data: {elements['new']} new, {elements['changed']} changed, "
            f"{elements['known']} already known"
        )
    found = [*report["findings"], *(f for event in report["events"] for f in event["findings"])]
    _show_findings(console, [f for f in found if f["code"] != "rolled_back"])


def show_check(console: Console, report: CheckReport, language: Language) -> None:
    """Show a check report."""
    word = "[green]valid[/]" if report.valid else "[red]invalid[/]"
    elements = f", {report.elements} of master data" if report.elements else ""
    console.print(f"{word} {escape(report.file)}: {report.events} events{elements}")
    _show_findings(console, [_members(found, language) for found in report.findings])


def show_lines(console: Console, name: str, found: Iterable[Finding]) -> bool:
    """Show findings line by line as they come, and return whether one of them is an error."""
    has_errors = False
    for one in found:
        has_errors |= one.severity is Severity.ERROR
        line = f"{name}: {one.where} {one.message_in(terminal_language())}"
        console.print(escape(line), soft_wrap=True)
    return has_errors


def table(*columns: str) -> Table:
    """Return an empty table without lines, whose cells are folded."""
    empty = Table(box=None)
    for column in columns:
        empty.add_column(column, overflow="fold")
    return empty


def minute(time: str | None) -> str:
    """Return a timestamp in UTC to the minute, for reading."""
    return time[:16].replace("T", " ") if time else ""


def _members(found: Finding, language: Language) -> dict[str, Any]:
    return found.as_json(language)


def _show_findings(console: Console, found: list[dict[str, Any]]) -> None:
    for one in found[:_SHOWN]:
        where = one["where"]
        line = f"{where['line']}:{where['column']} " if "line" in where else ""
        line += escape(f"{where['sheet']} {where.get('cell', '')}") if "sheet" in where else ""
        colour = _COLOURS[one["severity"]]
        console.print(
            f"  [{colour}]{one['severity']}[/] {line}{escape(where.get('pointer', ''))} "
            f"{escape(one['message'])} [dim]{one['code']}, {escape(one['reference'])}[/]"
        )
    if len(found) > _SHOWN:
        console.print(f"  … and {len(found) - _SHOWN} more")


def name(book: Mapping[str, Any], key: str | None) -> str:
    """Return the name of a party or place, else its identifier; a question mark for none."""
    if key is None:
        return "?"
    return escape(str(book.get(key, {}).get("name") or key))
