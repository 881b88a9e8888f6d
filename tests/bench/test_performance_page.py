"""The page about speed is what its results say, and says nothing else."""

import json
import re
from functools import partial
from pathlib import Path

import pytest

from bench.environments import NotRunError
from bench.page import number, page
from bench.recorder import Recorder
from bench.results import Figure, Goal, Missing, Part, Results

ROOT = Path(__file__).parents[2]
DIGITS = re.compile(r"\d[\d,.]*\d|\d")
PART = Part(
    title="Capture",
    about="How it was done.",
    began="2031-05-06T07:08Z",
    machine="3 cores",
    load=0.25,
    commit="abc",
    is_quick=False,
    versions={"peer": "9.7"},
    figures=(
        Figure(case="many", system="ours", measure="events a second", samples=(1500, 1400, 1700)),
        Figure(case="many", system="theirs", measure="events a second", samples=(0.01234,)),
        Figure(case="many", system="ours", measure="MiB", samples=(64, 66)),
    ),
    missing=(Missing(case="few", system="other", why="it is not here."),),
    goals=(
        Goal(what="events a second", aim=1600, at_least=True, reached=1500),
        Goal(what="milliseconds", aim=30, at_least=False, reached=29.5),
        Goal(what="times as fast", aim=2, at_least=True),
    ),
)


def test_the_page_in_the_documentation_is_written_from_the_results_beside_it() -> None:
    kept = ROOT / "docs" / "performance.json"
    assert kept.with_suffix(".md").read_text(encoding="utf-8") == page(Results.read(kept))


def test_a_part_is_told_with_its_machine_its_goals_its_figures_and_what_is_missing() -> None:
    told = page(Results(parts={"capture": PART}))
    assert (
        told[told.index("## Capture") : told.index("## Hash")]
        == """\
## Capture

How it was done.

Begun 2031-05-06T07:08Z on 3 cores; commit abc; 0.25 processes wanted to run in the minute before. \
With peer 9.7.

| what is aimed at | aim | reached | |
|---|---|---|---|
| events a second | at least 1,600 | 1,500 | **no** |
| milliseconds | at most 30 | 29.5 | yes |
| times as fast | at least 2 | not measured |  |

| case | system | events a second | smallest and largest | samples |
|---|---|---|---|---|
| many | ours | 1,500 | 1,400 to 1,700 | 3 |
|  | theirs | 0.0123 |  | 1 |

| case | system | MiB | smallest and largest | samples |
|---|---|---|---|---|
| many | ours | 65 | 64 to 66 | 2 |

Not run:

* other, few: it is not here.

"""
    )


def test_no_number_stands_on_the_page_that_no_result_has() -> None:
    """The page's own sentences have none at all, so each is of a result."""
    assert DIGITS.findall(page(Results())) == []
    bare = Part(**{**PART.model_dump(), "figures": (), "goals": (), "missing": (), "versions": {}})
    given = {"title": "T", "about": "A", "began": "B", "machine": "M", "commit": "C"}
    told = page(Results(parts={"capture": bare.model_copy(update=given)}))
    assert DIGITS.findall(told) == ["0.25"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(12_345.6, "12,346", id="thousands"),
        pytest.param(100, "100", id="a hundred"),
        pytest.param(99.94, "99.9", id="below a hundred"),
        pytest.param(1.5, "1.5", id="short"),
        pytest.param(0.000_021, "0.000021", id="tiny"),
        pytest.param(0, "0", id="none"),
    ],
)
def test_numbers_have_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_what_was_measured_of_a_part_that_was_cut_short_is_not_measured_again(
    tmp_path: Path,
) -> None:
    kept, calls = tmp_path / "part.json", []

    def measure() -> dict[str, float]:
        calls.append(1)
        return {"s": float(len(calls))}

    Recorder(kept, "one").compare("case", {"ours": measure}, 3)
    again = Recorder(kept, "one")
    again.compare("case", {"ours": measure}, 3)
    assert [one.samples for one in again.figures] == [(1, 2, 3)]
    assert Recorder(kept, "two").figures == ()
    again.forget()
    assert Recorder(kept, "one").figures == ()


def test_systems_take_turns(tmp_path: Path) -> None:
    turns: list[str] = []

    def measure(name: str) -> dict[str, float]:
        turns.append(name)
        return {"s": 1}

    systems = {name: partial(measure, name) for name in ("a", "b")}
    Recorder(tmp_path / "part.json", "one").compare("case", systems, 2)
    assert turns == ["a", "b", "a", "b"]


def test_results_are_the_same_when_they_are_read_again(tmp_path: Path) -> None:
    results = Results(parts={"capture": PART})
    results.write(tmp_path / "kept.json")
    assert Results.read(tmp_path / "kept.json") == results
    assert json.loads((tmp_path / "kept.json").read_text())["parts"]["capture"]["commit"] == "abc"
    assert Results.read(tmp_path / "none.json") == Results()


def test_a_case_may_be_told_more_exactly_and_versions_are_kept(tmp_path: Path) -> None:
    def measure() -> dict[str | tuple[str, str], list[float]]:
        return {("200 events", "walk, ms"): [1.234_567_89, 2]}

    recorder = Recorder(tmp_path / "part.json", "one")
    recorder.saw("PostgreSQL", "18")
    recorder.compare("among many", {"ours": measure}, 1)
    again = Recorder(tmp_path / "part.json", "one")
    expected = Figure(
        case="200 events, among many", system="ours", measure="walk, ms", samples=(1.23457, 2)
    )
    assert again.figures == (expected,)
    assert again.versions == {"PostgreSQL": "18"}
    assert again.ratio("200 events, among many", "walk, ms", "ours", "ours") == 1
    assert again.ratio("200 events, among many", "walk, ms", "ours", "theirs") is None


def test_what_cannot_be_measured_is_told_with_its_reason_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    def fail() -> dict[str, float]:
        raise NotRunError("It is not here.")

    recorder = Recorder(tmp_path / "part.json", "one")
    recorder.compare("case", {"theirs": fail, "ours": lambda: {"s": 1.0}}, 2)
    assert recorder.missing == (Missing(case="case", system="theirs", why="It is not here."),)
    assert [(one.system, one.samples) for one in recorder.figures] == [("ours", (1, 1))]
