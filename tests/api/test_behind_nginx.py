"""The server behind nginx, under a path, with TLS: everything works as it does without."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, quote, urldefrag, urljoin, urlsplit

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.api.conftest import GRAPE_LOT
from tests.api.proxied import Proxied, nginx, proxied
from tests.ingest.documents import document, item, observed

LARGE = 24 * 2**20  # bytes; nginx takes one MiB where nobody says otherwise
OF_ONE_FORM = 3  # pages of one sort that are looked at
CRATE = "https://id.gs1.org/8003/08936099140070SO0001"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """The grape samples behind nginx."""
    if nginx() is None:
        pytest.skip("There is no nginx to serve behind; install nginx-light to run this test")
    with proxied(tmp_path_factory.mktemp("proxied")) as running:
        yield running


@pytest.fixture
def client(site: Proxied) -> Iterator[httpx.Client]:
    with site.client() as opened:
        yield opened


class Links(HTMLParser):
    """Collects what a page leads to, and the places on it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: set[str] = set()
        self.places: set[str] = set()
        self.feed(html)

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src", "action"} and value is not None:
                self.links.append(value)
                self.forms |= {value} if name == "action" else set()
            elif name == "id" and value is not None:
                self.places.add(value)


def form_of(url: str) -> tuple[str, ...]:
    """Return what many addresses of one sort have in common."""
    parts = urlsplit(url)
    path = re.sub(r"/captures/[^./]+", "/captures/…", parts.path)
    return (path, *sorted({name for name, _ in parse_qsl(parts.query)}))


def test_no_page_leads_out_of_the_prefix_or_to_nothing(site: Proxied, client: httpx.Client) -> None:
    waiting, seen, of_form = [f"{site.base}/", f"{site.base}/docs"], set[str](), Counter[str]()
    forms = set[str]()  # that want their fields
    while waiting:
        url = waiting.pop(0)
        answer = client.get(url, follow_redirects=True)
        if url in forms and answer.status_code in {400, 405, 422}:
            continue
        assert answer.status_code == 200, url
        assert str(answer.url).startswith(f"{site.base}/"), url
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        page = Links(answer.text)
        for link in page.links:
            if link.startswith(("tel:", "geo:")):
                continue
            target, place = urldefrag(urljoin(str(answer.url), link))
            assert target.startswith(f"{site.base}/"), f"{link} on {url}"
            if link.startswith("#"):
                assert place in page.places, f"{link} on {url}"
            forms |= {target} if link in page.forms else set()
            form = " ".join(form_of(target))
            if target not in seen and of_form[form] < OF_ONE_FORM:
                seen.add(target)
                of_form[form] += 1
                waiting.append(target)
    found = {form.removeprefix("/so-cai") for form in of_form}
    assert found > {"/", "/trace id", "/event id", "/recall id", "/gaps", "/upload", "/search"}
    assert found > {"/trace direction id", "/trace.json id", "/openapi.json", "/captures/…"}
    assert {form for form in found if form.startswith("/static/")} == {
        f"/static/{name} v" for name in ("style.css", "page.js", "steps.js", "icon.svg")
    }


def test_addresses_in_headers_are_those_outside(site: Proxied, client: httpx.Client) -> None:
    sure = client.get("search", params={"q": "DN260311"})
    assert sure.status_code == 303
    assert sure.headers["location"] == f"{site.base}/trace?id={quote(GRAPE_LOT, safe='')}"
    taken = client.post("epcis/capture", json=json.loads(document(observed(item("L1")))))
    assert taken.status_code == 202
    assert taken.headers["location"].startswith(f"{site.base}/epcis/capture/")
    assert client.get(taken.headers["location"]).status_code == 200
    given = client.get("epcis/events", params={"perPage": 4, "EQ_bizStep": "packing"})
    pages = 1
    while "link" in given.headers:
        match = re.fullmatch(r'<([^>]+)>; rel="next"', given.headers["link"])
        assert match is not None
        assert match[1].startswith(f"{site.base}/epcis/events?")
        given = client.get(match[1])
        assert given.status_code == 200, given.text
        pages += 1
    assert pages > 1


def test_a_slash_that_is_part_of_a_value_stays_one(client: httpx.Client) -> None:
    found = client.get(f"epcis/epcs/{quote(CRATE, safe='')}/events", headers={"Accept": "*/*"})
    assert found.status_code == 200
    results = found.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert len(results) > 0
    assert all("SO0001" in json.dumps(event) for event in results)


def test_a_large_file_comes_through(client: httpx.Client) -> None:
    large = document(observed(item("LARGE"))) + b" " * LARGE
    sent = client.post("upload", files={"files": ("large.json", large, "application/json")})
    assert sent.status_code == 303
    report = client.get(f"{sent.headers['location']}.json").json()
    assert (report["status"], report["counts"]["accepted"]) == ("accepted", 1)


def test_who_listens_hears_of_a_new_event_through_the_proxy(
    site: Proxied, client: httpx.Client
) -> None:
    query = {"name": "heard", "query": {"MATCH_epc": [item("HEARD")]}}
    made = client.post("epcis/queries", json=query)
    assert made.headers["location"] == f"{site.base}/epcis/queries/heard"
    address = f"wss{site.base.removeprefix('https')}/epcis/queries/heard/events?stream=true"
    with connect(
        address,
        address=("127.0.0.1", site.port),
        ssl=site.trust,
        additional_headers={"Authorization": f"Bearer {site.key}"},
        origin=Origin(site.base.removesuffix("/so-cai")),
        proxy=None,
        open_timeout=30,
    ) as listening:
        client.post("captures", content=document(observed(item("HEARD"))))
        told = json.loads(listening.recv(timeout=30))
    (event,) = told["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert event["epcList"] == [item("HEARD")]


def test_the_cookie_for_the_language_is_for_tls_and_the_prefix_alone(
    site: Proxied, client: httpx.Client
) -> None:
    outside = client.get("", params={"lang": "en"}).headers["set-cookie"]
    assert outside == (
        "language=en; HttpOnly; Max-Age=31536000; Path=/so-cai; SameSite=lax; Secure"
    )
    headers = {"Accept": "text/html", "Authorization": f"Bearer {site.key}"}
    inside = httpx.get(f"{site.inside}/?lang=en", headers=headers, timeout=60)
    assert inside.headers["set-cookie"] == outside.removesuffix("; Secure")


def test_what_somebody_outside_says_of_scheme_and_host_is_overwritten(
    site: Proxied, client: httpx.Client
) -> None:
    forged = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "elsewhere.example"}
    answer = client.get("search", params={"q": "DN260311", "lang": "en"}, headers=forged)
    assert answer.headers["location"].startswith(f"{site.base}/trace?")
    assert (
        client.get("", params={"lang": "en"}, headers=forged)
        .headers["set-cookie"]
        .endswith("; Secure")
    )


def test_a_page_of_this_site_may_write_and_one_of_another_may_not(
    site: Proxied, client: httpx.Client
) -> None:
    own = client.post("upload", headers={"Origin": site.base.removesuffix("/so-cai")})
    assert own.status_code == 400  # no file
    other = client.post("upload", headers={"Origin": "https://elsewhere.example"})
    assert other.status_code == 403


def test_the_description_says_where_the_server_is(site: Proxied, client: httpx.Client) -> None:
    assert client.get("openapi.json").json()["servers"] == [{"url": site.base}]
    assert f"<p>All paths stand under <code>{site.base}</code>.</p>" in client.get("docs").text


def test_only_who_has_a_key_comes_in_and_nobody_to_what_is_the_machines(
    site: Proxied, client: httpx.Client
) -> None:
    with site.client(key="another") as stranger:
        assert stranger.get("").status_code == 401
        del stranger.headers["Authorization"]
        led = stranger.get("gaps").headers["location"]
        assert led == f"{site.base}/log-in?next=%2Fgaps"
    assert client.get("metrics").status_code == 403
    assert httpx.get(f"{site.inside}/metrics", timeout=60).status_code == 401
    own = {"Authorization": f"Bearer {site.key}"}
    assert httpx.get(f"{site.inside}/metrics", headers=own, timeout=60).status_code == 200
    token = json.loads((site.folder / "farm.duckdb.server.json").read_text())["token"]
    backup = {"folder": str(site.folder / "stolen")}
    answer = client.post("backups", json=backup, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert not (site.folder / "stolen").exists()


def test_the_commands_of_the_machine_work_beside_it(site: Proxied, client: httpx.Client) -> None:
    note = client.get("checkpoint").text
    assert httpx.get(f"{site.inside}/checkpoint", timeout=60).text == note
    bare = site.inside.removesuffix("/so-cai")
    assert httpx.get(f"{bare}/checkpoint", timeout=60).json() == {
        "type": "epcisException:NoSuchResourceException",
        "title": "Everything here stands under /so-cai/.",
        "status": 404,
    }


def test_no_log_has_what_was_looked_for(site: Proxied, client: httpx.Client) -> None:
    asked = {"q": "Nguyễn Thị Lựu +84 259 000 1303 DN260311"}
    assert client.get("search", params=asked).status_code in {200, 303, 404}
    logs = "".join(read(site.folder / name) for name in ("server.log", "nginx.log", "ledger.log"))
    assert '"route": "/search"' in logs
    for secret in ("Nguy", "000 1303", "DN260311", "8936099141015", "127.0.0.1", site.key, "heard"):
        assert secret not in logs


def read(path: Path) -> str:
    """Return what a log holds; one that was never written holds nothing."""
    return path.read_text(encoding="utf-8") if path.exists() else ""
