"""`docs/gaps.md` explains every gap, and each of its examples raises the gap that it explains."""

import re
from pathlib import Path

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import Named
from epcis_core.provenance.overview import all_gaps
from tests.core.provenance import histories
from tests.core.provenance.gap_codes import raised
from tests.core.provenance.histories import Book, World

PAGE = (Path(__file__).parents[3] / "docs" / "gaps.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^## (\w+)\n(.*?)(?=^## |\Z)", PAGE))
LISTED = re.findall(r"(?m)^\| \[`(\w+)`\]\(#\1\) \| … .+ \|$", PAGE)


def test_every_gap_that_can_be_raised_is_explained_and_no_other() -> None:
    assert len(raised()) == 17
    assert sorted(SECTIONS) == raised()
    assert list(SECTIONS) == LISTED


@pytest.mark.parametrize("code", SECTIONS)
def test_an_explanation_says_what_the_gap_means_and_what_to_do(code: str) -> None:
    form = r"(?s)\n[A-Z].+\sExample:\s.+\n\n```python\n.+\n```\n\n\*\*What to do:\*\* .+\.\n"
    assert re.match(form, SECTIONS[code])


@pytest.mark.parametrize("code", SECTIONS)
def test_an_example_raises_its_gap_and_no_other(code: str) -> None:
    (example,) = re.findall(r"(?s)```python\n(.+?)```", SECTIONS[code])
    world = World()
    exec(example, {**vars(histories), "Named": Named, "Role": Role, "world": world})  # noqa: S102 - the examples are ours
    most = 1 if code == "truncated" else 100
    gaps = all_gaps(EventList(world.events), Book({}), max_objects=most)
    assert [gap.code for gap in gaps] == [code]
