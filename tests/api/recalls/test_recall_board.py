"""The board of recalls over HTTP: parties told by link and by e-mail, answers, silence, closing."""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final

import httpx
import pypdfium2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from api.clock import now
from api.outward_mail import MailServer
from api.recalls import addressed
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.registry.journal import What, journal
from epcis_core.store.registry.organisations import find_organisation
from epcis_core.store.registry.recall_parties import GOOD_FOR, parties_of, party_of_address
from ingest.capture import capture_bytes
from tests.api.access.members import FARM, RIVAL, Members, members
from tests.ingest.documents import document, lot

JSON: Final = {"Accept": "application/json"}
BOXES, OTHERS = lot("THU"), lot("KHAC")
STATES: Final = ("returned", "confirmed", "seen", "notified", "waiting")
HOUR: Final = 3_600_000_000


class Mailbox(Sink):
    """Keeps what a mail server takes; it refuses who is called `full`."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - the name of aiosmtpd
        self, _: Any, __: Any, envelope: Any, address: str, ___: Any
    ) -> str:
        if address.startswith("full@"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name of aiosmtpd
        self, _: Any, __: Any, envelope: Any
    ) -> str:
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.messages.append(found)
        return "250 OK"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server on loopback, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def moved(step: str, at: str, day: int, objects: dict[str, float]) -> dict[str, Any]:
    ends = (
        [{"type": "owning_party", "source": FARM}],
        [{"type": "owning_party", "destination": RIVAL}],
    )
    begins = step == "commissioning"
    return {
        "type": "ObjectEvent",
        "eventTime": f"2026-03-{day:02d}T08:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "ADD" if begins else "OBSERVE",
        "bizStep": step,
        "readPoint": {"id": at.replace("/417/", "/414/")},
        "quantityList": [
            {"epcClass": one, "quantity": amount, "uom": "KGM"} for one, amount in objects.items()
        ],
        **({} if begins else {"sourceList": ends[0], "destinationList": ends[1]}),
    }


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, mailbox: tuple[Mailbox, int]
) -> Iterator[Members]:
    """100 kg were made, of which the rival got 40; of other goods it got all."""
    server = MailServer.read(
        "127.0.0.1", mailbox[1], "none", user="", password="", sender="thu-hoi@tinh.example"
    )
    with members(tmp_path_factory.mktemp("recalls"), Settings(mail=server)) as found:
        events = document(
            moved("commissioning", FARM, 1, {BOXES: 100, OTHERS: 7}),
            moved("shipping", FARM, 2, {BOXES: 40, OTHERS: 7}),
            moved("receiving", RIVAL, 3, {BOXES: 40, OTHERS: 7}),
        )
        report = capture_bytes(found.ledger, events, file_name="a", now=now())
        assert report.counts["accepted"] == 3, report
        yield found


@pytest.fixture
def over(site: Members) -> Iterator[httpx.Client]:
    """The browser of somebody of the province."""
    with site.browser(Role.PROVINCE) as browser:
        yield browser


def opened(over: httpx.Client, **more: str) -> str:
    form = {"things": BOXES, "words": "Trả về.", "call_after": "4", "action": "open", **more}
    answer = over.post("/recalls", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def told(over: httpx.Client, path: str) -> dict[str, Any]:
    return over.get(f"{path}.json").json()  # type: ignore[no-any-return]


def numbers(over: httpx.Client, path: str) -> dict[str, int]:
    return {one["party"]: one["number"] for one in told(over, path)["parties"]}


def linked(over: httpx.Client, path: str, party: str) -> str:
    form = {"action": "link", "party": str(numbers(over, path)[party])}
    page = over.post(path, data=form).text
    found = re.search(r'<p class="code">http://[^/]+(/recalled/[\w-]{43})</p>', page)
    assert found is not None, page
    return found[1]


def text_of(pdf: bytes) -> str:
    """What can be selected in a PDF, in one line."""
    read = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in read).split())


def newest(site: Members, most: int = 1) -> list[tuple[What, str]]:
    return [(one.what, one.about) for one in journal(site.books, most=most)]


def test_a_form_that_is_sent_several_times_at_once_opens_one_recall(over: httpx.Client) -> None:
    found = re.search(r'name="mark" value="([\w-]+)"', over.get("/recalls").text)
    assert found is not None
    with ThreadPoolExecutor(4) as several:
        paths = set(several.map(lambda _: opened(over, mark=found[1]), range(4)))
    assert len(paths) == 1
    assert opened(over) not in paths


def test_a_recall_has_the_parties_of_the_call_list_each_with_its_own_goods(
    over: httpx.Client, site: Members
) -> None:
    path = opened(over)
    number = path.rpartition("/")[2]
    found = told(over, path)
    assert [
        (one["party"], one["state"], [(its["objects"], its["expected"]) for its in one["goods"]])
        for one in found["parties"]
    ] == [(RIVAL, "waiting", [([BOXES], "40")]), (FARM, "waiting", [([BOXES], "60")])]
    assert found["tracing"]["share"] == "100.0"
    assert newest(site) == [(What.RECALL_OPENED, f'recall {number} ["{BOXES}"]')]


def test_a_party_opens_its_link_confirms_and_the_board_counts_what_came_back(
    over: httpx.Client, site: Members
) -> None:
    path = opened(over)
    link = linked(over, path, RIVAL)
    assert told(over, path)["counts"] == dict(zip(STATES, (0, 0, 0, 1, 1), strict=True))
    goods = told(over, path)["parties"][0]["goods"][0]["number"]
    with site.stranger() as party:
        page = party.get(link).text
        assert "lot THU" in page
        assert "By the records: 40 kg" in page
        assert "60 kg" not in page
        assert told(over, path)["counts"]["seen"] == 1
        wrong = party.post(link, data={f"held{goods}": "viele"})
        assert (wrong.status_code, "&#39;viele&#39; is no number;" in wrong.text) == (422, True)
        unsure = party.post(link, data={f"returned{goods}": "1.200"})
        assert unsure.status_code == 422
        assert "&#39;1.200&#39; can be 1200 or 1,200; write 1200 without" in unsure.text
        form = {f"held{goods}": "10", f"returned{goods}": "", "note": "Bán mất <b>30</b>"}
        assert party.post(link, data=form).status_code == 303
        assert told(over, path)["counts"]["confirmed"] == 1
        form |= {f"held{goods}": "0", f"returned{goods}": "9,5"}
        assert party.post(link, data=form).headers["location"] == link
        assert 'value="9.5"' in party.get(link).text
        form |= {f"returned{goods}": "1200"}
        assert party.post(link, data=form).status_code == 303
        again = party.get(f"{link}?lang=vi").text  # as it stands there it may be sent once more
        assert re.findall(r'value="([^"]*)"', again)[-2:] == ["0", "1200"]
        assert party.post(link, data=form | {f"returned{goods}": "9,5 kg"}).status_code == 303
    found = told(over, path)
    assert found["counts"] == dict(zip(STATES, (1, 0, 0, 0, 1), strict=True))
    board = over.get(path).text
    assert "Bán mất &lt;b&gt;30&lt;/b&gt;" in board
    row = re.findall(r'<td class="amount"[^>]*><div>([^<]*)</div>', board)
    assert row == ["100", "0", "9.5"]  # by the records, held, given back
    number = path.rpartition("/")[2]
    assert newest(site, 6) == [
        (What.RECALL_CONFIRMED, f"recall {number} {RIVAL} 0/9.5 KGM"),
        (What.RECALL_CONFIRMED, f"recall {number} {RIVAL} 0/1200 KGM"),
        (What.RECALL_CONFIRMED, f"recall {number} {RIVAL} 0/9.5 KGM"),
        (What.RECALL_CONFIRMED, f"recall {number} {RIVAL} 10/- KGM"),
        (What.RECALL_SEEN, f"recall {number} {RIVAL}"),
        (What.RECALL_LINKED, f"recall {number} {RIVAL}"),
    ]


def test_what_a_party_may_open_is_kept_as_a_digest_and_ends(
    over: httpx.Client, site: Members
) -> None:
    secret = linked(over, opened(over), RIVAL).rpartition("/")[2]
    with site.books.reading() as connection:
        rows = connection.execute("SELECT * FROM recall_link").fetchall()
    assert all(secret.encode() not in bytes(row["digest"]) for row in rows)
    found = party_of_address(site.books, secret, now() + GOOD_FOR - HOUR)
    assert found is not None
    assert found.party == RIVAL
    assert party_of_address(site.books, secret, now() + GOOD_FOR) is None


def test_wrong_links_are_answered_alike_and_only_so_often(
    site: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addressed, "WRONG_OF_PLACE", 3)
    with site.stranger() as party:
        answers = [party.get(f"/recalled/{'x' * size}") for size in (1, 43, 500)]
        assert {one.status_code for one in answers} == {404}
        assert "There is no such link, or it has ended." in answers[0].text
        assert party.get("/recalled/y").status_code == 429


def test_a_business_sees_only_what_is_addressed_to_it(over: httpx.Client, site: Members) -> None:
    path = opened(over, things=OTHERS)
    mine, theirs = numbers(over, path)[RIVAL], numbers(over, path)[FARM]
    with site.browser(Role.BUSINESS, RIVAL) as rival:
        assert f'href="/recalled/by/{mine}"' in rival.get("/recalled").text
        assert f'href="/recalled/by/{theirs}"' not in rival.get("/recalled").text
        unseen = rival.get(f"/recalled/by/{theirs}")
        nothing = rival.get("/recalled/by/999999")
        assert (unseen.status_code, nothing.status_code) == (404, 404)
        assert unseen.text.replace(f"by/{theirs}", "") == nothing.text.replace("by/999999", "")
        assert "lot KHAC" in rival.get(f"/recalled/by/{mine}").text
        goods = told(over, path)["parties"][0]["goods"][0]["number"]
        form = {f"held{goods}": "7", f"returned{goods}": "0"}
        assert rival.post(f"/recalled/by/{mine}", data=form).status_code == 303
        assert rival.post(f"/recalled/by/{theirs}", data=form).status_code == 404
        for own in (path, "/recalls", f"{path}/report"):
            assert rival.get(own).status_code == 403
        assert rival.post(path, data={"action": "close"}).status_code == 403
    assert [one["state"] for one in told(over, path)["parties"]] == ["confirmed", "waiting"]


def test_a_notice_goes_by_e_mail_in_both_languages_with_a_link_of_its_own(
    over: httpx.Client, site: Members, mailbox: tuple[Mailbox, int]
) -> None:
    path = opened(over)
    party = str(numbers(over, path)[RIVAL])
    sent = over.post(path, data={"action": "email", "party": party, "email": "kho@gio.example"})
    assert sent.status_code == 303, sent.text
    message = mailbox[0].messages[-1]
    assert (message["From"], message["To"]) == ("thu-hoi@tinh.example", "kho@gio.example")
    assert message["Subject"] == "Thu hồi: GTIN 09506000134352, lô THU"
    text = message.get_content()
    assert "Kính gửi: Vườn táo Gió" in text
    assert "To Vườn táo Gió" in text
    links = re.findall(r"http://[^/\s]+(/recalled/[\w-]{43})", text)
    assert len(links) == 2
    assert links[0] == links[1]
    with site.stranger() as stranger:
        assert stranger.get(links[0]).status_code == 200
    number = path.rpartition("/")[2]
    mailed = (What.RECALL_NOTIFIED, f"recall {number} {RIVAL} kho@gio.example")
    assert newest(site, 2)[1] == mailed


def test_all_who_have_an_address_are_mailed_once(
    over: httpx.Client, site: Members, mailbox: tuple[Mailbox, int]
) -> None:
    farm = find_organisation(site.books, FARM)
    assert farm is not None
    with site.books.transaction() as connection:
        connection.execute(
            "UPDATE organisation SET contact = ? WHERE id = ?",
            ('{"email": "vuon@nang.example"}', FARM),
        )
    path, before = opened(over), len(mailbox[0].messages)
    assert over.post(path, data={"action": "email"}).status_code == 303
    again = over.post(path, data={"action": "email"})
    assert (again.status_code, "There is no right e-mail address." in again.text) == (422, True)
    assert [one["To"] for one in mailbox[0].messages[before:]] == ["vuon@nang.example"]
    assert [one["state"] for one in told(over, path)["parties"]] == ["waiting", "notified"]


def test_a_full_mailbox_keeps_no_other_party_from_being_told(
    over: httpx.Client, site: Members, mailbox: tuple[Mailbox, int]
) -> None:
    contacts = {RIVAL: "full@gio.example", FARM: "vuon@nang.example"}
    with site.books.transaction() as connection:
        connection.executemany(
            "UPDATE organisation SET contact = json_object('email', ?) WHERE id = ?",
            [(email, party) for party, email in contacts.items()],
        )
    path, before = opened(over), len(mailbox[0].messages)
    sent = over.post(path, data={"action": "email"})
    with site.books.transaction() as connection:
        connection.execute("UPDATE organisation SET contact = '{}' WHERE id = ?", (RIVAL,))
    assert (sent.status_code, "full@gio.example" in sent.text) == (422, True)
    assert [one["To"] for one in mailbox[0].messages[before:]] == ["vuon@nang.example"]
    assert [one["state"] for one in told(over, path)["parties"]] == ["waiting", "notified"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("not an address", "There is no right e-mail address."),
        ("a@b.example, c@d.example", "There is no right e-mail address."),
        ("a@b.example\nBcc: c@d.example", "There is no right e-mail address."),
        ("full@gio.example", "The message was not sent: 127.0.0.1 refused the message"),
    ],
)
def test_what_was_not_sent_is_told_and_nobody_counts_as_told(
    over: httpx.Client, address: str, reason: str
) -> None:
    path = opened(over)
    form = {"action": "email", "party": str(numbers(over, path)[RIVAL]), "email": address}
    answer = over.post(path, data=form)
    assert (answer.status_code, reason in answer.text) == (422, True), answer.text
    assert told(over, path)["counts"]["waiting"] == 2


def test_whoever_is_silent_too_long_is_to_be_called_nearest_to_the_consumer_first(
    over: httpx.Client, site: Members
) -> None:
    path = opened(over)
    assert told(over, path)["to_call"] == []
    with site.books.transaction() as connection:
        connection.execute(
            "UPDATE recall SET opened = opened - ? WHERE number = ?",
            (5 * HOUR, path.rpartition("/")[2]),
        )
    assert told(over, path)["to_call"] == [RIVAL, FARM]
    board = over.get(path).text
    assert board.count('<span class="tag error">silent for 5 h 0 min</span>') == 4
    over.post(path, data={"action": "call", "party": str(numbers(over, path)[RIVAL])})
    assert told(over, path)["to_call"] == [FARM]
    assert newest(site)[0][0] is What.RECALL_CALLED


def test_a_closed_recall_takes_no_answer_and_stays_to_be_read(
    over: httpx.Client, site: Members
) -> None:
    path = opened(over)
    link = linked(over, path, RIVAL)
    assert over.post(path, data={"action": "close"}).status_code == 303
    assert newest(site)[0][0] is What.RECALL_CLOSED
    again = over.post(path, data={"action": "close"})
    assert (again.status_code, "The recall is closed." in again.text) == (422, True)
    with site.stranger() as party:
        assert "The recall is closed." in party.get(link).text
        late = party.post(link, data={"note": ""})
        assert (late.status_code, "The recall is closed." in late.text) == (422, True)
    assert told(over, path)["counts"]["seen"] == 0
    with site.browser(Role.BUSINESS, RIVAL) as rival:
        number = parties_of(site.books, int(path.rpartition("/")[2]))[0].number
        assert rival.get(f"/recalled/by/{number}").status_code == 404


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"things": "", "action": "open"}, "No lot is named."),
        ({"things": "nobody"}, "The ledger does not know these goods: nobody"),
        ({"call_after": "0"}, "Hours must be from 1 to 720."),
        ({"call_after": "000001" + "9" * 20}, "Hours must be from 1 to 720."),
        ({"call_after": "000001" + "9" * 5000}, "Hours must be from 1 to 720."),
        ({"words": "x" * 2001}, "Say what the parties are to do, in at most 2000 characters."),
        ({"things": "\n".join("x" * 101)}, "At most 100 lots in one recall."),
    ],
)
def test_a_recall_that_cannot_be_opened_is_told_why(
    over: httpx.Client, form: dict[str, str], reason: str
) -> None:
    whole = {"things": BOXES, "words": "Trả về.", "call_after": "4", "action": "open", **form}
    answer = over.post("/recalls", data=whole)
    assert (answer.status_code, reason in answer.text) == (422, True), answer.text
    machine = over.post("/recalls", data=whole, headers=JSON)
    assert (machine.status_code, machine.json()["title"]) == (409, reason)


def test_a_server_without_e_mail_says_so(site: Members, over: httpx.Client) -> None:
    path = opened(over)
    assert "Send e-mail" in over.get(path).text
    state = site.app.state
    kept = state.settings
    state.settings = replace(kept, mail=None)
    try:
        assert "Send e-mail" not in over.get(path).text
        answer = over.post(path, data={"action": "email"})
        assert "This server is not set up to send e-mail." in answer.text
    finally:
        state.settings = kept


def test_an_exercise_begins_with_a_lot_by_chance_and_says_so_everywhere(
    over: httpx.Client, site: Members, mailbox: tuple[Mailbox, int]
) -> None:
    path = opened(over, things="", action="practise", words="")
    found = told(over, path)
    assert found["is_practice"] is True
    assert set(found["things"]) <= {BOXES, OTHERS}
    link = linked(over, path, RIVAL)
    party = str(numbers(over, path)[FARM])
    over.post(path, data={"action": "email", "party": party, "email": "vuon@nang.example"})
    with site.stranger() as stranger:
        shown = stranger.get(link).text
        stranger.post(link, data={"note": ""})
    for page in (shown, over.get(path).text, over.get(f"{path}/report").text):
        assert "This is an exercise and no real recall." in page
    message = mailbox[0].messages[-1]
    assert message["Subject"].startswith("[DIỄN TẬP] ")
    assert message.get_content().startswith("Đây là diễn tập, không phải thu hồi thật.")
    assert newest(site)[0][1].startswith("practice ")
    report = over.get(f"{path}/report").text
    steps = re.findall(r'<td data-label="After the begin"><div>([^<]*)</div>', report)
    assert [bool(re.fullmatch(r"[\d.]+ s", step)) for step in steps] == [
        *(False, True, True, True, False, False)  # begin, told, all told, answer, all, closed
    ]
    assert "100 % of what was made is accounted for" in report
    printed = over.get(f"{path}/report.pdf")
    assert printed.headers["content-type"] == "application/pdf"
    text = text_of(printed.content)
    assert "This is an exercise and no real recall." in text
    assert "100 % of what was made is accounted for" in text
    before, _, after = over.get("/recalls").text.partition("Exercises</h2>")
    number = path.rpartition("/")[2]
    assert f'"/recalls/{number}"' not in before
    assert f'"/recalls/{number}"' in after


def test_an_inspector_recalls_under_a_case(site: Members) -> None:
    with site.browser(Role.INSPECTOR) as browser:
        assert browser.get("/recalls").headers["location"] == "/cases?next=%2Frecalls%3F"
        browser.post("/cases", data={"number": "12/TH"})
        path = opened(browser)
        assert told(browser, path)["case_number"] == "12/TH"
        assert 'href="/cases/12%2FTH"' in browser.get(path).text
        assert browser.get("/recalls/999999").status_code == 404
        assert browser.post(path, data={"action": "dance"}).status_code == 400
        lost = browser.post(path, data={"action": "call", "party": "999999"})
        assert "This recall has no such party." in lost.text
