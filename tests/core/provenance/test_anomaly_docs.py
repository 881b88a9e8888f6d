"""`docs/anomalies.md` explains every kind, and each of its examples is of that kind alone."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from epcis_core.model.references import Role
from epcis_core.provenance.anomalies.anomaly import KINDS, Anomaly, Kind
from epcis_core.provenance.anomalies.found import Candidates, find_anomalies
from epcis_core.provenance.anomalies.selling import Recalled
from epcis_core.provenance.anomalies.thresholds import Thresholds, usual_thresholds
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import Named
from tests.core.provenance import histories
from tests.core.provenance.histories import COUNTER, FIELD, HOUR, SHED, Book, World

PAGE = (Path(__file__).parents[3] / "docs" / "anomalies.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^## (\w+)\n(.*?)(?=^## |^---|\Z)", PAGE))
LISTED = re.findall(r"(?m)^\| \[`(\w+)`\]\(#\1\) \| … .+ \|$", PAGE)
POINTS = {FIELD: (11.56, 108.99), SHED: (11.60, 109.0), COUNTER: (10.78, 106.70)}
MONTH = 30 * 24 * HOUR


class Map(Book):
    """Where the places are; the counter is in Sài Gòn, the others in Phan Rang."""

    def place(self, key: str) -> Mapping[str, Any]:
        point = POINTS.get(key)
        return {} if point is None else {"latitude": str(point[0]), "longitude": str(point[1])}


def odd(
    world: World,
    *recalls: Recalled,
    now: int = MONTH,
    thresholds: Thresholds | None = None,
) -> tuple[Anomaly, ...]:
    """All that is odd, every object being looked at for everything."""
    events = EventList(world.events)
    every = events.objects(1000)
    found = Candidates(every, every, every, recalls, every, every)
    return find_anomalies(events, Map({}), found, thresholds or usual_thresholds(), now)


def test_every_kind_is_explained_and_no_other() -> None:
    assert tuple(SECTIONS) == KINDS == get_args(Kind)
    assert list(SECTIONS) == LISTED


@pytest.mark.parametrize("kind", SECTIONS)
def test_an_explanation_says_what_the_kind_means_and_what_to_do(kind: str) -> None:
    form = r"(?s)\n[A-Z].+\sExample:\s.+\n\n```python\n.+\n```\n\n\*\*What to do:\*\* .+\.\n"
    assert re.match(form, SECTIONS[kind])


@pytest.mark.parametrize("kind", SECTIONS)
def test_an_example_is_of_its_kind_and_of_no_other(kind: str) -> None:
    (example,) = re.findall(r"(?s)```python\n(.+?)```", SECTIONS[kind])
    world, recalls = World(), list[Recalled]()

    def recall(hour: float, thing: str) -> None:
        recalls.append(Recalled(thing, int(hour * HOUR)))

    names = {**vars(histories), "Named": Named, "Role": Role, "world": world, "recall": recall}
    exec(example, names)  # noqa: S102 - the examples are ours
    assert [one.kind for one in odd(world, *recalls)] == [kind]
