"""What the commands show a person at a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.settings import terminal_language
from epcis_core.findings import Finding, Language, Severity
from epcis_core.provenance.steps import SELLING
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


def show_trace(console: Console, trace: Mapping[str, Any]) -> None:
    """Show a trace: objects, handovers, gaps."""
    if not trace["objects"]:
        console.print(f"[red]Nothing is known of[/] {escape(trace['subject'])}")
        if "hint" in trace:
            console.print(f"  {escape(trace['hint']['message'])}", soft_wrap=True)
        for one in trace["near"]:
            console.print(f"  did you mean {escape(one)}")
        return
    console.print(f"[bold]{escape(trace['subject'])}[/]")
    objects = table("role", "object", "name", "last seen (UTC)", "where")
    for one in trace["objects"]:
        seen = one["last_seen"] or {}
        objects.add_row(
            one["role"],
            escape(one["lot"] or one["serial"] or one["id"].removeprefix("https://id.gs1.org/")),
            escape(one["name"] or ""),
            minute(seen.get("time")),
            name(trace["places"], seen.get("place")),
        )
    console.print(objects)
    handed = table("from", "to", "shipped (UTC)", "received (UTC)", "confirmed")
    sales = {visit["event"] for visit in trace["visits"] if visit["biz_step"] in SELLING}
    for one in trace["handovers"]:
        is_sale = one["to_party"] is None and one["shipped"] in sales
        handed.add_row(
            name(trace["parties"], one["from_party"]),
            "consumers" if is_sale else name(trace["parties"], one["to_party"]),
            minute(one["shipped_at"]),
            minute(one["received_at"]),
            "sale" if is_sale else one["confirmed"],
        )
    if trace["handovers"]:
        console.print(handed)
        coverage = trace["coverage"]
        console.print(
            f"{coverage['confirmed_by_both']} of {coverage['handovers']} handovers "
            "confirmed by both sides."
        )
    for gap in trace["gaps"]:
        console.print(
            f"[red]{gap['code']}[/] {escape(gap['message'])} {escape(', '.join(gap['objects']))}"
        )


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
