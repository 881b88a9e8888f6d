"""The page of the documentation about speed: written from results, and from nothing else.

No number stands in the sentences here, so that each one on the page is of a run.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from bench.results import Figure, Goal, Missing, Part, Results

PARTS: Final = ("capture", "hash", "trace", "single", "latency")
"""The parts, in the order of the page."""

_HEAD: Final = """\
# How fast it is

Written by `python -m bench.run` from the [results](performance.json) of its last runs, part by
part; [Benchmarks](benchmarks.md) tells how to run them. Each figure is the median of its samples,
with the smallest and the largest. Firms, people and numbers in the events are invented.
"""
_QUICK: Final = (
    "A quick run, with small sizes and few rounds: it shows that the part works, no more."
)
_SEVERAL: Final = 2
_SMALL: Final = 100


def page(results: Results) -> str:
    """Return the page in Markdown."""
    told = [line for name in PARTS for line in _part(name, results.parts.get(name))]
    return "\n".join([_HEAD, *told])


def number(value: float) -> str:
    """Return a number with three digits that count, or whole if it is larger."""
    if value >= _SMALL:
        return f"{value:,.0f}"
    return f"{Decimal(f'{value:.3g}'):f}"


def _part(name: str, part: Part | None) -> Iterator[str]:
    if part is None:
        yield f"## {name.capitalize()}\n"
        yield f"Not run yet: `python -m bench.run --part {name}`.\n"
        return
    yield f"## {part.title}\n"
    yield f"{part.about}\n"
    versions = ", ".join(f"{of} {version}" for of, version in part.versions.items())
    yield (
        f"Begun {part.began} on {part.machine}; commit {part.commit}; "
        f"{number(part.load)} processes wanted to run in the minute before."
        f"{f' With {versions}.' if versions else ''}\n"
    )
    if part.is_quick:
        yield f"{_QUICK}\n"
    if part.goals:
        yield "| what is aimed at | aim | reached | |"
        yield "|---|---|---|---|"
        yield from map(_goal, part.goals)
        yield ""
    for measure in dict.fromkeys(one.measure for one in part.figures):
        yield from _table(measure, [one for one in part.figures if one.measure == measure])
    if part.missing:
        yield "Not run:\n"
        yield from map(_missing, part.missing)
        yield ""


def _goal(goal: Goal) -> str:
    bound = "at least" if goal.at_least else "at most"
    reached = "not measured" if goal.reached is None else number(goal.reached)
    verdict = {True: "yes", False: "**no**", None: ""}[goal.is_reached]
    return f"| {goal.what} | {bound} {number(goal.aim)} | {reached} | {verdict} |"


def _missing(one: Missing) -> str:
    return f"* {one.system}, {one.case}: {one.why}"


def _table(measure: str, figures: Sequence[Figure]) -> Iterator[str]:
    yield f"| case | system | {measure} | smallest and largest | samples |"
    yield "|---|---|---|---|---|"
    told = ""
    cases = list(dict.fromkeys(one.case for one in figures))
    for one in sorted(figures, key=lambda each: cases.index(each.case)):
        case = "" if one.case == told else one.case
        told = one.case
        spread = (
            f"{number(min(one.samples))} to {number(max(one.samples))}"
            if len(one.samples) >= _SEVERAL
            else ""
        )
        yield f"| {case} | {one.system} | {number(one.median)} | {spread} | {len(one.samples)} |"
    yield ""
