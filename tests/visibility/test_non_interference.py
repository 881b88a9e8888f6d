"""What a party is told is what it would be told if all that it may not see had never been sent.

Six parties send random events of every type in random order, about things that they share. Each
answer of a server to one of them, but for the time and the place in the log, is the answer of
another server, whose ledger got only what that party may see by the words of the decision.
"""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.access.rights import RIGHTS_OF_ROUTES
from epcis_core.access.roles import RIGHTS, Role
from tests.conftest import TEST_SCALE
from tests.visibility.against import wrong_with
from tests.visibility.foreseen import taken
from tests.visibility.parties import FARM, PARTIES
from tests.visibility.questions import questions
from tests.visibility.run import eyes_of
from tests.visibility.story import story
from tests.world.chance import Drawn, Seeded

LEDGERS = max(1, int(30 * TEST_SCALE))
_MOST = 6  # documents
_ASKED = 16


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(LEDGERS))
def test_what_is_unseen_changes_no_answer(seed: int) -> None:
    assert wrong_with(Seeded(20_000 + seed), eyes_of(seed, 1), asked=_ASKED, most=_MOST) == ""


@st.composite
def told_too_much(draw: st.DrawFn) -> str:
    """What is wrong with answers about choices of hypothesis, which finds few and short ones."""
    return wrong_with(Drawn(draw), [draw(st.sampled_from(PARTIES))], asked=8, most=4)


@pytest.mark.timeout(600 * max(1.0, TEST_SCALE))
@settings(
    max_examples=max(1, int(2 * TEST_SCALE)),
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(told_too_much())
def test_what_changes_an_answer_comes_with_few_documents(wrong: str) -> None:
    assert wrong == ""


def test_stories_have_everything_in_them() -> None:
    statuses, refused, declared = set(), 0, 0
    for seed in range(100):
        sendings = story(Seeded(seed))
        for sending, outcome in zip(sendings, taken(sendings)[0], strict=True):
            statuses |= {*outcome.statuses}
            refused += not outcome.is_kept
            declared += any("errorDeclaration" in told.members for told in sending.events)
    assert statuses == {"accepted", "duplicate", "witness", "rejected"}
    assert refused > 10
    assert declared > 10


ASKED_ELSEWHERE = {
    "GET /upload": "a form, without anything of the ledger",
    "POST /upload": "captures as POST /captures does, which is asked",
    "POST /upload.json": "likewise",
    "GET /upload/progress/{token}.json": "of whoever sends, while it is checked",
    "GET /balance.xlsx": "the rows of its CSV, with the time at which it was written",
    "GET /parties/{party}/balance.xlsx": "likewise",
    "GET /correct": "of whoever recorded something; of others: test_corrections",
    "POST /correct": "likewise",
    "POST /withdraw": "likewise",
    "GET /steps": "a list, without anything of the ledger",
    "GET /steps/worker.js": "a script",
    "GET /steps/{key}": "shows the time of day; what it offers of others: test_steps",
    "GET /steps/done/{capture_id}": "of a capture, whose report is asked",
    "GET /event/photo": "of events with a photo; asked by others: test_photos_of_steps",
    "POST /steps/{key}": "captures as POST /captures does, which is asked",
    "POST /scan": "reads a photograph, and nothing of the ledger",
    "POST /label": "likewise, and leads to what is asked",
    "GET /recalled": "recalls that an authority has addressed to whoever asks: test_recall_board",
    "GET /recalled/by/{number}": "likewise",
    "POST /recalled/by/{number}": "likewise",
    **dict.fromkeys(
        ("GET /practice", "GET /practice.json", "POST /practice"),
        "of whoever learns, in a class alone: test_practice",
    ),
    "GET /shares": "of whoever shares",
    "POST /shares": "likewise; what it opens: test_shares",
    **dict.fromkeys(
        (
            *("POST /stamps", "GET /stamps/{number}", "POST /stamps/{number}"),
            *("GET /stamps/{number}/label.svg", "GET /stamps/{number}/label.png"),
            *("GET /stamps/{number}/labels.pdf", "GET /stamps/{number}/labels.zip"),
            "GET /stamps/{number}/links.csv",
        ),
        "of whoever ordered them: test_stamps_pages",
    ),
    "POST /recall/notice": "made of the recall, which is asked: test_recall_notice",
    "GET /recall/notices/{number}": "of whoever issued it: test_recall_notice",
    "GET /recall/notices/{number}/{version}.pdf": "likewise",
    "GET /publications": "of whoever publishes; what is public: test_public_pages",
    "POST /publications": "likewise",
    "GET /links": "of whoever keeps them",
    "POST /links": "likewise",
    **{
        f"{method} /{key}{ending}": "of whoever keeps the list: test_own_lists_pages"
        for key in ("products", "places", "partners")
        for method, endings in (
            ("GET", ("", ".json", ".xlsx", ".csv", "/new", "/{number}")),
            ("POST", ("",)),
        )
        for ending in endings
    },
    "GET /products/{number}/image": "likewise",
    **{
        f"GET /templates{ending}": "sheets with what is in the own lists: test_own_sheets_pages"
        for ending in ("", ".json", "/{name}.xlsx", "/{name}.csv")
    },
    "GET /headings": "of whoever keeps them: test_own_sheets_pages",
    "GET /headings.json": "likewise",
    "GET /headings/{capture_id}": "likewise",
    "POST /headings": "likewise",
    "POST /epcis/capture": "promises, and its jobs are asked for",
    "POST /epcis/queries": "keeps what it is sent, of whoever sends it",
    "DELETE /epcis/nextPageToken/{token}": "forgets nothing, since nothing is kept",
    "GET /epcis/queries/{name}/subscriptions/{subscription_id}": "of whoever made it",
    "DELETE /epcis/queries/{name}/subscriptions/{subscription_id}": "likewise",
    "POST /epcis/queries/{name}/subscriptions": "what it sends: test_unseen_captures",
    "WEBSOCKET /epcis/queries/{name}/events": "what it sends: test_unseen_captures",
    "DELETE /epcis/queries/{name}": "of whoever made it",
}
"""Routes of a business that no question goes to, and why."""


def test_each_route_of_a_business_is_asked_or_it_stands_here_why_not() -> None:
    asked = [one for seed in range(9) for one in questions(Seeded(seed), story(Seeded(seed)), FARM)]
    sent = {(one.sent is not None, one.path.partition("?")[0]) for one in asked}

    def is_asked(route: str) -> bool:
        method, _, path = route.partition(" ")
        if method not in {"GET", "POST"}:
            return False
        form = re.compile(re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(path)))
        return any(form.fullmatch(one) and is_sent == (method == "POST") for is_sent, one in sent)

    own = RIGHTS[Role.BUSINESS]
    routes = {
        one for one, right in RIGHTS_OF_ROUTES.items() if right in own and "OPTIONS" not in one
    }
    assert {one for one in routes if not is_asked(one)} == set(ASKED_ELSEWHERE)
