"""Every lot is judged in the background, as the page of its completeness judges it."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from operator import mul
from pathlib import Path
from typing import Any

import pytest

from api.dossier import judging
from api.dossier.judging import DAY, Judge, Judging
from epcis_core.dossier.completeness import completeness
from epcis_core.dossier.material import Material
from epcis_core.rules.profiles import profiles
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.dossier import lot_material
from epcis_core.store.figures import Between, count_figure
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from tests.api.test_web_pages import NOW, SAMPLES
from tests.ingest.documents import captured, document, lot, observed

LAW = "vn-decree-37-2026"
PACKED = "https://id.gs1.org/01/08936099141015/10/DN260311"
HOUR = 3_600_000_000
EVER = Between(0, 1 << 62, "2000-01-01", "2999-12-31")


class Clock:
    time = NOW

    def __call__(self) -> int:
        return self.time


@pytest.fixture
def judge(tmp_path: Path) -> Iterator[Judge]:
    with Ledger.open(tmp_path / "l.duckdb") as ledger, Bookkeeping(ledger.path) as books:
        yield Judge(ledger, books, Clock())


def seen(number: str, **members: Any) -> dict[str, Any]:
    return observed(quantityList=[{"epcClass": lot(number), "quantity": 1}], **members)


def lines(judge: Judge) -> dict[str, tuple[str, str, int, int]]:
    with judge.books.reading() as connection:
        rows = connection.execute("SELECT lot, scores, gaps, judged, due FROM judged_lot")
        return {row[0]: tuple(row[1:]) for row in rows}


def when_judged(judge: Judge, number: str) -> int:
    return lines(judge).get(lot(number), ("", "", 0, 0))[2]


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_every_lot_of_a_chain_gets_the_score_of_its_page(judge: Judge) -> None:
    for path in sorted((SAMPLES / "fresh_grapes").glob("*.jsonld")):
        captured(judge.ledger, path.read_bytes())
    judge.judge_all()
    found = lines(judge)
    assert len(found) == 15
    for one, (scores, gaps, judged, due) in found.items():
        material = lot_material(judge.ledger, EVERYTHING, judge.books, one)
        by_law = completeness(material, profiles()[LAW], NOW)
        assert scores == f'{{"{LAW}": [{by_law.met}, {by_law.asked}]}}'
        own = sorted({gap.code for gap in material.trace.gaps if one in gap.objects})
        assert gaps == str(own).replace("'", '"')
        assert (judged, due) == (NOW, 0)
    counted = count_figure(judge.ledger, judge.books, EVERYTHING, "lots_by_completeness", EVER)
    assert counted.number == len(found)


def test_what_is_new_is_judged_again_and_nothing_else(judge: Judge) -> None:
    captured(judge.ledger, document(seen("A"), seen("B")))
    judge.judge_all()
    assert judge.clock() == NOW
    judge.clock.time += 1  # type: ignore[attr-defined]
    captured(judge.ledger, document(seen("B", bizStep="storing")))
    judge.judge_all()
    assert {one[-1]: judged for one, (_, _, judged, _) in lines(judge).items()} == {
        "A": NOW,
        "B": NOW + 1,
    }


def test_after_a_day_all_are_judged_again_for_the_registry_may_know_more(judge: Judge) -> None:
    captured(judge.ledger, document(seen("A")))
    judge.judge_all()
    judge.clock.time += DAY + 1  # type: ignore[attr-defined]
    judge.judge_all()
    assert [judged for _, _, judged, _ in lines(judge).values()] == [NOW + DAY + 1]


def test_a_lot_without_records_is_forgotten(judge: Judge) -> None:
    with judge.books.transaction() as connection:
        connection.execute("INSERT INTO judged_lot (lot) VALUES ('urn:x:gone')")
    judge.judge_all()
    assert lines(judge) == {}


def test_a_server_judges_beside_its_work_and_ends_at_once(judge: Judge) -> None:
    captured(judge.ledger, document(seen("A")))
    with Judging(judge, quiet=0.01):
        wait_for(lambda: any(judged for _, _, judged, _ in lines(judge).values()))
    begun = time.monotonic()
    with Judging(judge, quiet=100):
        pass
    assert time.monotonic() - begun < 5


def test_a_lot_that_cannot_be_judged_holds_no_other_up(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    captured(judge.ledger, document(seen("A"), seen("B")))

    def material(*args: Any, **options: Any) -> Material:
        if args[-1] == lot("A"):
            raise ValueError("what is written there cannot be read")
        return lot_material(*args, **options)

    monkeypatch.setattr(judging, "lot_material", material)
    with Judging(judge, quiet=0.01):
        wait_for(lambda: when_judged(judge, "B") > 0)
    assert when_judged(judge, "A") == 0
    assert [one.getMessage() for one in caplog.records] == [f"{lot('A')} could not be judged"]
    monkeypatch.undo()
    judge.judge_all()
    assert when_judged(judge, "A") == 0
    judge.clock.time += HOUR  # type: ignore[attr-defined]
    judge.judge_all()
    assert when_judged(judge, "A") == NOW + HOUR


def test_what_is_new_is_judged_though_all_others_are_always_due(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    captured(judge.ledger, document(seen("A")))
    monkeypatch.setattr(judge, "clock", map(partial(mul, DAY + 1), count(1)).__next__)
    with Judging(judge, quiet=0.01):
        wait_for(lambda: when_judged(judge, "A") > 0)
        captured(judge.ledger, document(seen("B")))
        wait_for(lambda: when_judged(judge, "B") > 0)
