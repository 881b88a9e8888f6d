"""Each page says in a sentence what it is for; where one fails, people find their way back."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

import api.web.answers
from api.app import create_app
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_stream
from tests.api.test_web_pages import NOW, SAMPLES, words
from tests.served import client_of, served

LOT = "https://id.gs1.org/01/08936099141015/10/DN260311"
FARM = "https%3A%2F%2Fid.gs1.org%2F417%2F8931004017003"
ORDER = "urn:epcglobal:cbv:bt:8931004017003:GH-0310"
EVENT = "urn:uuid:403b4a56-c85a-59c9-a63c-5bc02d76f62a"
BEYOND_THE_MENU = [
    *("/search", "/search?q=nho", "/cases", f"/trace?id={LOT}", f"/recall?id={LOT}"),
    *(f"/gaps?id={LOT}", f"/balance?id={LOT}", f"/event?id={EVENT}", f"/parties/{FARM}"),
    *(f"/about?id={ORDER}", "/about?id=https://id.gs1.org/417/8931004017003"),
    *("/about?id=https://id.gs1.org/414/8936099140018", "/label?code=1&code=2"),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """An application that holds the grapes of the samples, and a page that fails."""
    with Ledger.open(tmp_path_factory.mktemp("help") / "ledger.duckdb") as ledger:
        for path in sorted((SAMPLES / "fresh_grapes").glob("*.jsonld")):
            with path.open("rb") as file:
                capture_stream(ledger, file, file_name=path.name, now=NOW)
        yield create_app(ledger)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[httpx.Client]:
    """A person in front of it."""
    with served(app) as address, client_of(address, Accept="text/html") as opened:
        opened.follow_redirects = True
        yield opened


def helped(html: str) -> list[str]:
    """What stands in paragraphs between the heading of a page and what it is about."""
    below = re.search(r"(?s)</h1>(.*?)(?=<h2|<form|<ul|<ol|<table|</main>)", html)
    assert below is not None
    told = re.findall(r"(?s)<p(?:\s[^>]*)?>(.*?)</p>", below[1])
    return [words(one).strip() for one in told]


def test_each_page_of_the_menu_and_beyond_has_a_sentence_of_help(client: httpx.Client) -> None:
    home = client.get("/", headers={"Accept-Language": "en"}).text
    menu = re.search(r'(?s)<nav aria-label="Menu">.*?</nav>', home)
    assert menu is not None
    paths = re.findall(r'href="([^"]*)"', menu[0])
    assert len(paths) > 5
    for path in (*paths, *BEYOND_THE_MENU):
        for language in ("vi", "en"):
            answer = client.get(path, headers={"Accept-Language": language})
            assert answer.status_code == 200, path
            assert any(one.count(" ") > 3 and one[-1] == "." for one in helped(answer.text)), path


@pytest.mark.parametrize(
    ("language", "told", "back"),
    [
        pytest.param(
            "vi",
            "Máy chủ gặp lỗi khi làm trang này; nhật ký của máy chủ ghi nguyên nhân, dưới mã t-1.",
            "Về trang tra cứu",
            id="Vietnamese",
        ),
        pytest.param(
            "en",
            "The server failed; its log tells why, under t-1.",
            "To the search page",
            id="English",
        ),
    ],
)
def test_a_page_that_fails_says_so_and_leads_back(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, language: str, told: str, back: str
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("this page fails")

    monkeypatch.setattr("api.web.pages.count_contents", fails)
    asked = {"Accept-Language": language, "X-Request-ID": "t-1"}
    answer = client.get("/", headers=asked)
    assert answer.status_code == 500
    assert told in words(answer.text)
    assert f'<a href="/">{back}</a>' in answer.text
    monkeypatch.setattr(api.web.answers, "environment", fails)
    bare = client.get("/", headers=asked)
    assert (bare.status_code, bare.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "dưới mã t-1" in bare.text
    assert "under t-1" in bare.text
    assert '<a href="/">Về trang tra cứu</a>' in bare.text
    assert "this page fails" not in answer.text + bare.text


@pytest.mark.parametrize(
    ("path", "status", "vietnamese", "english"),
    [
        pytest.param(
            "/nowhere",
            404,
            "Không có trang này. Có thể địa chỉ bị thiếu hoặc thừa một chữ.",
            "There is no such page. Perhaps the address lacks a letter, or has one too many.",
            id="no such page",
        ),
        pytest.param(
            "/trace",
            400,
            "Địa chỉ này thiếu hoặc sai một phần, nên không rõ bạn cần gì "
            "(query.id: Field required).",
            "A part of this address is missing or wrong, so that it is not clear what you want "
            "(query.id: Field required).",
            id="no identifier",
        ),
        pytest.param(
            "/about?id=urn:x:nobody",
            404,
            "Không có sự kiện nào nhắc đến “urn:x:nobody” như một doanh nghiệp, địa điểm hay "
            "chứng từ.",
            "No event names “urn:x:nobody” as a company, a place or a document.",
            id="nothing known",
        ),
    ],
)
def test_what_cannot_be_shown_is_told_in_both_languages(
    client: httpx.Client, path: str, status: int, vietnamese: str, english: str
) -> None:
    for language, told in (("vi", vietnamese), ("en", english)):
        answer = client.get(path, headers={"Accept-Language": language})
        assert answer.status_code == status
        assert told in words(answer.text)
        assert '<a href="/">' in answer.text
        assert 'action="/search"' in answer.text
