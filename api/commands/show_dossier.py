"""What the commands on a lot's completeness and record show a person at a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from api.commands.show import minute, table
from api.commands.show_lots import short

_COLOURS: Final = {"missing": "red", "implausible": "yellow", "met": "green"}
_MOST_LACKS: Final = 5
_FIELDS: Final = ("name", "image", "origin", "brand", "produced", "expiry")


def show_completeness(console: Console, found: Mapping[str, Any]) -> None:
    """Show how complete the records of a lot are."""
    if "requirements" not in found:
        _show_unknown(console, found)
        return
    score, profile = found["score"], found["profile"]
    console.print(f"[bold]{escape(found['subject'])}[/]")
    console.print(f"{escape(profile['title'])} ({profile['name']}/{profile['version']})")
    console.print(f"{score['met']} of {score['asked']} obligatory data: {score['percent']}%")
    rows = table("", "requirement", "from whom", "about")
    for one in found["requirements"]:
        wrong = [asked for asked in one["asked"] if asked["status"] != "met"]
        weight = " (if any)" if one["severity"] == "info" else ""
        lacks = [_lack(asked) for asked in wrong[:_MOST_LACKS]]
        lacks += [f"… and {len(wrong) - _MOST_LACKS} more"] if len(wrong) > _MOST_LACKS else []
        whom = dict.fromkeys(short(asked["supplier"] or "?") for asked in wrong)
        rows.add_row(
            f"[{_COLOURS[one['status']]}]{one['status']}[/]",
            escape(f"{one['id']}: {one['sentence']}{weight}"),
            "\n".join(whom),
            "\n".join(lacks),
        )
    console.print(rows)


def show_lot_record(console: Console, found: Mapping[str, Any]) -> None:
    """Show the minimum data of a lot."""
    if "stages" not in found:
        _show_unknown(console, found)
        return
    console.print(f"[bold]{escape(found['id'])}[/]")
    producer = found["producer"]
    rows = table("datum", "value", "from")
    rows.add_row("producer", *_entry(producer["name"]))
    rows.add_row("address", *_entry(producer["address"]))
    for name in _FIELDS:
        rows.add_row(name, *_entry(found[name]))
    for one in found["standards"]:
        rows.add_row("standard", *_entry(one))
    console.print(rows)
    stages = table("time (UTC)", "what", "who", "where")
    for one in found["stages"]:
        stages.add_row(
            minute(one["time"]), escape(one["what"]), _called(one, "party"), _called(one, "place")
        )
    console.print(stages)
    console.print(found["hash"], highlight=False, soft_wrap=True)


def _lack(asked: Mapping[str, Any]) -> str:
    doubts: Sequence[Mapping[str, str]] = asked["doubts"]
    about = short(asked["subject"] or "?")
    return " ".join([about, *(escape(doubt["message"]) for doubt in doubts)])


def _entry(one: Mapping[str, Any] | None) -> tuple[str, str]:
    if one is None:
        return "?", ""
    source = one["source"]
    return escape(one["value"]), short(source["event"] or source["record"] or source["element"])


def _called(stage: Mapping[str, Any], what: str) -> str:
    named = stage[f"{what}_name"]
    return short(stage[what] or "?") if named is None else escape(named["value"])


def _show_unknown(console: Console, found: Mapping[str, Any]) -> None:
    console.print(f"[red]Nothing is known of[/] {escape(found['subject'])}")
    for one in found["near"]:
        console.print(f"  did you mean {escape(one)}")
