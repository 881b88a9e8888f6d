"""What the commands on lots show a person at a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from api.commands.show import minute, name, table
from epcis_core.provenance.steps import SELLING

_SHOWN = 200
_STATUS = {
    "on_hand": "on hand",
    "shipped": "on the way",
    "sold": "sold",
    "destroyed": "destroyed",
    "used": "used up",
    "unknown": "unknown",
}


def show_trace(console: Console, trace: Mapping[str, Any]) -> None:
    """Show a trace: objects, handovers, gaps."""
    if not trace["objects"]:
        _show_unknown(console, trace["subject"], trace)
        return
    console.print(f"[bold]{escape(trace['subject'])}[/]")
    if len(trace["loads"]) > 1:
        _show_loads(console, trace["loads"])
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
    if trace["gaps"]:
        show_gaps(console, trace["gaps"])


def _show_loads(console: Console, loads: Sequence[Mapping[str, Any]]) -> None:
    """Show the loads of a container, and which of them the answer is of."""
    held = table("load", "from (UTC)", "until (UTC)", "")
    for number, load in list(enumerate(loads, start=1))[-_SHOWN:]:
        told = "told below" if load["shown"] else ""
        held.add_row(str(number), minute(load["time"]), minute(load["until"]), told)
    console.print(held)


def _show_unknown(console: Console, subject: str, found: Mapping[str, Any]) -> None:
    """Say that nothing is known of an object, and what may have been meant."""
    console.print(f"[red]Nothing is known of[/] {escape(subject)}")
    if "hint" in found:
        console.print(f"  {escape(found['hint']['message'])}", soft_wrap=True)
    for one in found.get("near", ()):
        console.print(f"  did you mean {escape(one)}")


def show_recall(console: Console, found: Mapping[str, Any]) -> None:
    """Show a recall: whom to call, what is affected and where, who got how much."""
    trace = found["trace"]
    for one in found["unknown"]:
        # What is alike is looked for where nothing is known at all, and then of the first.
        _show_unknown(console, one, trace if one == trace["subject"] else {})
    if not found["subjects"]:
        return
    parties, places = trace["parties"], trace["places"]
    _heading(console, "Whom to call, nearest to the consumer first")
    calls = table("party", "telephone", "handovers to the consumer")
    for one in found["call_list"]:
        calls.add_row(
            name(parties, one["party"]),
            escape(one["phone"] or "?"),
            str(one["steps_from_consumer"]),
        )
    console.print(calls)
    _heading(console, f"Affected: {len(found['affected'])} objects")
    affected = table("object", "product", "state", "quantity", "with", "at")
    for one in found["affected"][:_SHOWN]:
        affected.add_row(
            short(one["object"]),
            escape(one["name"] or ""),
            _STATUS[one["status"]] + (" (disputed)" if one["disputed"] else ""),
            amount(one["quantity"]),
            name(parties, one["last_party"]),
            name(places, one["last_place"]),
        )
    console.print(affected)
    _more(console, found["affected"])
    if found["customers"]:
        _heading(console, "Who got how much")
        customers = table("customer", "object", "shipped", "returned", "still to be found", "unit")
        for one in found["customers"]:
            for each in one["objects"]:
                customers.add_row(
                    "consumers" if one["party"] is None else name(parties, one["party"]),
                    short(each["object"]),
                    *(each[key] or "?" for key in ("shipped", "returned", "unaccounted")),
                    each["uom"] or "",
                )
        console.print(customers)
    _show_sources(console, found)
    for one in found["possible"]:
        console.print(
            f"[yellow]possible[/] {name(parties, one['party'])} used or gave away "
            f"{short(one['object'])}, which it never got; it held {short(one['instead_of'])} then"
        )
    show_gaps(console, found["gaps"])


def _show_sources(console: Console, found: Mapping[str, Any]) -> None:
    if not found["common_sources"]:
        return
    _heading(console, "What the objects have in common")
    sources = table("source", "product", "share", "made by")
    for one in found["common_sources"][:_SHOWN]:
        makers = (name(found["trace"]["parties"], party) for party in one["parties"])
        sources.add_row(
            short(one["object"]),
            escape(one["name"] or ""),
            f"{one['share']:.0%}" + (" (disputed)" if one["disputed"] else ""),
            ", ".join(makers),
        )
    console.print(sources)


def show_balance(console: Console, found: Mapping[str, Any]) -> None:
    """Show a balance, place by place."""
    if not found["rows"]:
        _show_unknown(console, found["object"], found)
        return
    unit = f" ({escape(found['uom'])})" if found["uom"] else ""
    _heading(console, f"{escape(found['object'])}{unit}")
    columns = ("produced", "received", "used", "shipped", "destroyed", "on_hand", "unaccounted")
    rows = table("party", "place", *(column.replace("_", " ") for column in columns))
    for row in found["rows"]:
        rows.add_row(
            name(found["parties"], row["party"]),
            name(found["places"], row["place"]),
            *("?" if row[column] is None else row[column] for column in columns),
        )
    console.print(rows)
    show_gaps(console, found["gaps"])


def show_gaps(console: Console, gaps: Sequence[Mapping[str, Any]]) -> None:
    """Show what the records do not show."""
    for gap in gaps:
        objects = ", ".join(gap["objects"][:3]) + (" …" if len(gap["objects"]) > 3 else "")  # noqa: PLR2004
        console.print(f"[red]{gap['code']}[/] {escape(gap['message'])} {escape(objects)}")
    if not gaps:
        console.print("No gaps.")


def short(one: str) -> str:
    """Return an identifier without the part that all share."""
    return escape(one.removeprefix("https://id.gs1.org/"))


def amount(quantity: Mapping[str, Any] | None) -> str:
    """Return a quantity with its unit; a question mark where it is not known."""
    if quantity is None:
        return "?"
    return escape(f"{quantity['value']} {quantity['uom'] or ''}".strip())


def _heading(console: Console, text: str) -> None:
    console.print(f"[bold]{text}[/]")


def _more(console: Console, listed: Sequence[Any]) -> None:
    if len(listed) > _SHOWN:
        console.print(f"  … and {len(listed) - _SHOWN} more")
