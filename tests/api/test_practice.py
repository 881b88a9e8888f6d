"""A class in practice mode: fifty at once, each sees only their own; the trainer sees all.

All names and numbers are invented; the numbers are of the range for demonstrations.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest

from api.app import create_app
from api.clock import now
from api.practice.cards import class_cards
from api.practice.course import exercises
from api.practice.made import TRAINER, Card, Class, make_class
from api.web.texts import Texts
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from tests.served import client_of, served

JSON = {"Accept": "application/json"}
TRAINEES = 50
FIRST = [step.key for step in exercises()[0].steps]


@dataclass
class Practice:
    """A served class."""

    address: str
    made: Class


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    path = tmp_path_factory.mktemp("practice") / "class.duckdb"
    with Ledger.open(path, create=True) as ledger, Bookkeeping(path) as books:
        made = make_class(ledger, books, TRAINEES, now())
        with served(create_app(ledger)) as address:
            yield Practice(address, made)


@contextmanager
def entered(practice: Practice, email: str, password: str) -> Iterator[httpx.Client]:
    """A browser in which somebody has logged in with what stands on their card."""
    with client_of(practice.address, Accept="text/html", Origin=practice.address) as browser:
        done = browser.post("/log-in", data={"email": email, "password": password})
        assert done.status_code == 303, done.text
        yield browser


def sent(browser: httpx.Client, path: str, form: dict[str, str]) -> httpx.Response:
    answer = browser.post(path, data=form)
    assert answer.status_code in {200, 303}, (path, answer.status_code, answer.text)
    return answer


def first_exercise(practice: Practice, card: Card) -> dict[str, Any]:
    """Do the first exercise as a trainee does, and return what the page then says is done."""
    with entered(practice, card.trainee.email, card.password) as browser:
        lot = f"L-{card.gln[6:9]}"
        place = {"action": "save", "code": card.gln, "name": "Vườn 1"}
        sent(browser, "/places", place)
        sent(browser, "/products", {"action": "save", "code": card.gtins[0], "name_vi": "Nho đỏ"})
        harvest = {
            "date": "2026-11-20",
            "time": "08:00",
            "place": card.gln,
            "product": card.gtins[0],
            "lot": lot,
            "quantity": "100",
            "unit": "kg",
        }
        sent(browser, "/steps/harvest", harvest)
        stamps = {
            "action": "order",
            "product": card.gtins[0],
            "lot": lot,
            "count": "24",
            "serials": "none",
            "pin": "0",
            "format": "roll-50x30",
            "language": "vi",
        }
        sent(browser, "/stamps", stamps)
        thing = f"(01)0{card.gtins[0]}(10){lot}"
        sent(browser, "/publications", {"action": "publish", "thing": thing})
        (own,) = browser.get("/practice.json", headers=JSON).json()
        assert isinstance(own, dict)
        return own


@pytest.fixture(scope="module")
def worked(practice: Practice) -> list[dict[str, Any]]:
    """What each trainee was told, when all had done the first exercise at once."""
    with ThreadPoolExecutor(TRAINEES) as all_at_once:
        return list(
            all_at_once.map(lambda card: first_exercise(practice, card), practice.made.cards)
        )


def test_fifty_do_the_first_exercise_at_once_and_each_sees_only_their_own(
    practice: Practice, worked: list[dict[str, Any]]
) -> None:
    told = {one["email"]: one for one in worked}
    assert len(told) == TRAINEES
    assert {tuple(one["done"]["stamp"]) for one in worked} == {tuple(FIRST)}
    assert all(one["done"]["process"] == [] and one["came"] for one in worked)
    card = practice.made.cards[7]
    with entered(practice, card.trainee.email, card.password) as browser:
        events = browser.get("/epcis/events", headers=JSON).json()
        text = str(events)
        others = [one.gln for one in practice.made.cards if one is not card]
        assert card.gln in text
        assert not [gln for gln in others if gln in text]


def test_the_trainer_sees_who_came_and_what_they_have_done(
    practice: Practice, worked: list[dict[str, Any]]
) -> None:
    with entered(practice, TRAINER, practice.made.trainer_password) as browser:
        seen = browser.get("/practice.json", headers=JSON).json()
        assert sorted(seen, key=str) == sorted(worked, key=str)
        lines = browser.get("/practice.csv?lang=en").text.splitlines()
        assert len(lines) == 1 + TRAINEES
        assert lines[1].startswith('"Đơn vị thực hành 01","tap01@practice.example"')
        assert lines[1].endswith('"5/5","0/3","0/2","0/2"')
        page = browser.get("/practice?lang=en").text
        assert "Đơn vị thực hành 50" in page
        training = browser.get("/practice/training.csv?lang=vi").text
        assert f";{TRAINEES};{TRAINEES};" in training


@pytest.mark.usefixtures("worked")
def test_a_class_at_work_does_the_other_exercises(practice: Practice) -> None:
    card = practice.made.cards[0]
    farm = "9521000000001"
    grapes = card.trainee.lot
    gtin, lot = grapes.split("/")[4], grapes.split("/")[6]
    with entered(practice, card.trainee.email, card.password) as browser:
        received = {
            "date": "2026-11-26",
            "time": "09:00",
            "product": gtin,
            "lot": lot,
            "quantity": "100",
            "unit": "kg",
            "from_party": farm,
            "to_party": card.gln,
            "to_place": card.gln,
        }
        sent(browser, "/steps/receiving", received)
        wrong = sent(browser, "/practice", {"step": "plot", "answer": str(card.trainee.plot + 1)})
        assert "told=wrong" in wrong.headers["location"]
        trace = browser.get("/trace.json", params={"id": grapes}, headers=JSON).json()
        plots = {one["place"] for one in trace["visits"] if one["biz_step"] == "commissioning"}
        (plot,) = plots
        told = sent(browser, "/practice", {"step": "plot", "answer": plot.rpartition("-")[2]})
        assert told.headers["location"] == "/practice?told=right"
        again = sent(browser, "/practice", {"step": "plot", "answer": "0"})
        assert "told=wrong" in again.headers["location"]
        own = f"(01)0{card.gtins[0]}(10)L-{card.gln[6:9]}"
        sent(browser, "/publications", {"action": "recall", "thing": own, "words": "Ngừng dùng."})
        (done,) = browser.get("/practice.json", headers=JSON).json()
        assert done["done"]["process"] == ["receive"]
        assert done["done"]["recall"] == ["plot", "declare"]


def test_the_cards_have_what_each_trainee_needs(practice: Practice) -> None:
    text = " ".join(
        page.get_textpage().get_text_range()
        for page in pypdfium2.PdfDocument(class_cards(practice.made, Texts("vi")))
    )
    for card in practice.made.cards:
        assert card.trainee.email in text
        assert card.password in text
        assert card.gtins[1] in text


def test_who_is_in_no_class_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "l.duckdb"
    with (
        Ledger.open(path, create=True) as ledger,
        served(create_app(ledger)) as address,
        client_of(address, Accept="application/json", Accept_Language="en") as client,
    ):
        answer = client.get("/practice.json")
        assert (answer.status_code, answer.json()["title"]) == (
            404,
            "This ledger is that of no class, or you are not in it.",
        )
