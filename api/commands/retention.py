"""Commands on what is kept how long: retention plan, apply, hold, release."""

from pathlib import Path
from typing import Annotated

import typer

from api.clock import now
from api.commands.data import JsonOption, print_json
from api.commands.show import minute, table
from api.commands.terminal import errors, output, terminal_language
from epcis_core.errors import QueryError
from epcis_core.model.times import utc_text
from epcis_core.rules.retention import UNREADABLE, RetentionRule, all_rules, read_rules
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import former_keys, log_signer
from epcis_core.store.decisions import decide, holds
from epcis_core.store.erasure import apply_retention
from epcis_core.store.fsck.checkpoints import saved_beside
from epcis_core.store.ledger import Ledger
from epcis_core.store.photos import forget_unnamed
from epcis_core.store.retention import YOUNG, Plan, held_events, plan_retention
from epcis_core.store.rewriting import rewrite
from epcis_core.store.trace import subject_of
from epcis_core.store.view import EVERYTHING
from ingest.capture import DEFAULT_ORGANISATION

app = typer.Typer(no_args_is_help=True)

RulesOption = Annotated[
    list[Path] | None,
    typer.Option("--rules", help="A file with further rules, as docs/retention.md tells."),
]
ByOption = Annotated[str, typer.Option("--by", help="Who decides.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stands in the log for good.")]


@app.callback()
def retention(
    context: typer.Context,
    ledger: Annotated[Path, typer.Argument(help="The ledger file.", show_default=False)],
) -> None:
    """How long events are kept: what may go, the decision to erase it, and holds.

    Nobody else may have the ledger open meanwhile.
    """
    context.obj = ledger


@app.command()
def plan(context: typer.Context, *, rules: RulesOption = None, as_json: JsonOption = False) -> None:
    """Say which events may go, by which rule, and why the others stay; change nothing.

    Examples:

      epcis retention ledger.duckdb plan

      epcis retention ledger.duckdb plan --rules our-contracts.toml --json
    """
    known, path = _rules(rules), context.obj
    keys = saved_beside(path.with_name(f"{path.name}.service")).keys
    with Ledger.open(path, create=False) as opened:
        made = plan_retention(opened, EVERYTHING, known, now(), keys=keys)
    if as_json:
        print_json({**made.as_json(), "rules": [_as_json(rule) for rule in known]})
    else:
        _show(made, known)


@app.command()
def apply(
    context: typer.Context,
    *,
    reason: ReasonOption,
    by: ByOption = DEFAULT_ORGANISATION,
    rules: RulesOption = None,
    anew: Annotated[
        bool, typer.Option("--rewrite", help="Write the file anew also where nothing may go.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Erase the content of all events that may go, by a signed decision in the log.

    It cannot be undone. Photos that no event names any more go too. The file is then written anew,
    for which the disk must have room. Copies
    that were made before, such as backups and exports, still have the content.

    Examples:

      epcis retention ledger.duckdb apply --reason "yearly review 2031" --by "Data officer"
    """
    known, path = _rules(rules), context.obj
    done = []
    with Ledger.open(path, create=False) as opened, Bookkeeping(path) as books:
        signer, former = log_signer(books), former_keys(books)
        for decision, events in apply_retention(
            opened, signer, known, by=by, reason=reason, now=now(), former=former
        ):
            done.append({"decision": decision.sequence, "events": events})
            if not as_json:
                told = f"Decision {decision.sequence}: {events} events erased."
                output.print(told, highlight=False)
        forget_unnamed(opened, books)
    if done or anew:
        rewrite(path)
    if as_json:
        print_json(done)
    elif not done:
        output.print("Nothing may go.")


@app.command()
def hold(
    context: typer.Context,
    identifier: Annotated[
        str,
        typer.Argument(metavar="ID", help="An object in any spelling, or with --event an eventID."),
    ],
    *,
    reason: ReasonOption,
    event: Annotated[bool, typer.Option("--event", help="ID is that of an event.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where nothing of it is here yet.")
    ] = False,
    by: ByOption = DEFAULT_ORGANISATION,
) -> None:
    """Keep an event, or all that the trace of an object rests on, whatever the rules say.

    Prints the hold's number, by which it is released. What nothing names yet is not held without
    `--anyway`: it may be a slip.

    Examples:

      epcis retention ledger.duckdb hold "(01)08936099141015(10)DN260311" --reason "case 12/2030"
    """
    named = None if event else subject_of(identifier)
    what = {"event_id": identifier} if named is None else {"object": named}
    path = context.obj
    with Ledger.open(path, create=False) as opened, Bookkeeping(path) as books:
        events = len(held_events(opened, EVERYTHING, named, identifier))
        if not events and not anyway:
            there_is = "There is no event" if event else "No event here names"
            raise QueryError(
                f"{there_is} {named or identifier}; give --anyway to hold what may still come.",
                parameter="ID",
            )
        signer = log_signer(books)
        with opened.writing() as cursor:
            made = decide(cursor, signer, "hold", what, by=by, reason=reason, now=now())
    typer.echo(made.sequence)
    errors.print(f"Events that it keeps now: {events}", highlight=False)


@app.command()
def release(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The hold's number.")],
    *,
    reason: ReasonOption,
    by: ByOption = DEFAULT_ORGANISATION,
) -> None:
    """End a hold: the rules count again for what it kept.

    Examples:

      epcis retention ledger.duckdb release 4711 --reason "case 12/2030 closed"
    """
    path = context.obj
    with Ledger.open(path, create=False) as opened, Bookkeeping(path) as books:
        signer = log_signer(books)
        keys = [signer.key, *former_keys(books)]
        numbers = [one.number for one in holds(opened, EVERYTHING, keys)]
        if number not in numbers:
            there_are = ", ".join(map(str, numbers)) or "none"
            raise QueryError(f"No hold {number} is in force; {there_are} are.", parameter="number")
        with opened.writing() as cursor:
            decide(cursor, signer, "release", {"hold": number}, by=by, reason=reason, now=now())


def _rules(paths: list[Path] | None) -> tuple[RetentionRule, ...]:
    read = (read_rules(path.read_text(encoding="utf-8"), str(path)) for path in paths or ())
    return all_rules(rule for some in read for rule in some)


def _as_json(rule: RetentionRule) -> dict[str, object]:
    return rule.model_dump(mode="json", exclude_defaults=True)


def _show(made: Plan, rules: tuple[RetentionRule, ...]) -> None:
    language = terminal_language()
    said = {rule.id: rule.vi if language == "vi" else rule.en for rule in rules}
    said |= {
        YOUNG: "They are younger than every event is kept.",
        UNREADABLE: "An expiry date cannot be read; they are kept until it is corrected.",
        "": "No rule speaks of them.",
    }
    said |= {f"hold {one.number}": f"{one.reason} ({one.by})" for one in made.holds}
    shown = table("events", "", "because of", "")
    for rule in sorted({one.rule for one in made.going}):
        count = sum(one.rule == rule for one in made.going)
        shown.add_row(str(count), "may go", rule, said[rule])
    for why, count in sorted(made.kept.items()):
        shown.add_row(str(count), "stay", why, said[why])
    output.print(shown)
    times = [one.time for one in made.going]
    if times:
        first, last = (minute(utc_text(end)) for end in (min(times), max(times)))
        output.print(f"They happened from {first} to {last} UTC.", highlight=False)
    for one in made.holds:
        what = one.object or one.event_id
        told = f"Hold {one.number}: {what}; events that it keeps: {made.held[one.number]}"
        errors.print(told, highlight=False, markup=False, soft_wrap=True)
        if not made.held[one.number]:
            errors.print(
                f"Warning: nothing that hold {one.number} is about is here.", highlight=False
            )
