"""What the commands show a person at a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from epcis_core.findings import Finding, Language
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
    found = [*report["findings"], *(f for event in report["events"] for f in event["findings"])]
    _show_findings(console, [f for f in found if f["code"] != "rolled_back"])


def show_check(console: Console, report: CheckReport, language: Language) -> None:
    """Show a check report."""
    word = "[green]valid[/]" if report.valid else "[red]invalid[/]"
    console.print(f"{word} {escape(report.file)}: {report.events} events")
    _show_findings(console, [_members(found, language) for found in report.findings])


def show_trace(console: Console, trace: Mapping[str, Any]) -> None:
    """Show a trace: objects, handovers, gaps."""
    if not trace["objects"]:
        console.print(f"[red]Nothing is known of[/] {escape(trace['subject'])}")
        for one in trace["near"]:
            console.print(f"  did you mean {escape(one)}")
        return
    console.print(f"[bold]{escape(trace['subject'])}[/]")
    objects = _table("role", "object", "name", "last seen (UTC)", "where")
    for one in trace["objects"]:
        seen = one["last_seen"] or {}
        objects.add_row(
            one["role"],
            escape(one["lot"] or one["serial"] or one["id"].removeprefix("https://id.gs1.org/")),
            escape(one["name"] or ""),
            _minute(seen.get("time")),
            _name(trace["places"], seen.get("place")),
        )
    console.print(objects)
    handed = _table("from", "to", "shipped (UTC)", "received (UTC)", "confirmed")
    sales = {visit["event"] for visit in trace["visits"] if visit["biz_step"] in SELLING}
    for one in trace["handovers"]:
        is_sale = one["to_party"] is None and one["shipped"] in sales
        handed.add_row(
            _name(trace["parties"], one["from_party"]),
            "consumers" if is_sale else _name(trace["parties"], one["to_party"]),
            _minute(one["shipped_at"]),
            _minute(one["received_at"]),
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


def _table(*columns: str) -> Table:
    table = Table(box=None)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _minute(time: str | None) -> str:
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


def _name(book: Mapping[str, Any], key: str | None) -> str:
    if key is None:
        return "?"
    return escape(str(book.get(key, {}).get("name") or key))
