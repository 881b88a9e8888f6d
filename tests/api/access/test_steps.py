"""Steps written down on a phone: a form makes one row, and the same code the event."""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import segno

from api.clock import now
from epcis_core.access.roles import Role
from epcis_core.store.registry.headings import forget_headings, save_headings
from epcis_core.store.registry.partners import Partner, save_partner
from ingest.sheets.templates import templates, words
from tests.api.access.members import FARM, RIVAL, Members, members

GLN, OTHER = (one.rpartition("/")[2] for one in (FARM, RIVAL))
JSON = {"Accept": "application/json"}
TAO = f"{GLN}:TAO"
WHEN = {"date": "2026-03-10", "time": "05:30"}
GOODS = {"product": TAO, "lot": "L12", "quantity": "12,5", "unit": "kg"}
FORMS: dict[str, dict[str, str]] = {
    "harvest": {**WHEN, **GOODS, "place": GLN},
    "inputs": {
        **WHEN,
        **{key: GOODS[key] for key in ("quantity", "unit")},
        "place": GLN,
        "crop": "TAO-1",
        "kind": "fertilizer",
        "product": f"{GLN}:PHAN",
        "lot": "P1",
    },
    "receiving": {
        **WHEN,
        **GOODS,
        "lot": "R1",
        "to_party": GLN,
        "to_place": GLN,
        "from_party": OTHER,
    },
    "processing": {
        **WHEN,
        "place": GLN,
        "process": "M1",
        "step": "creating_class_instance",
        **{f"input_{key}": value for key, value in GOODS.items()},
        **{f"output_{key}": value for key, value in {**GOODS, "lot": "L13"}.items()},
    },
    "packing": {**WHEN, **GOODS, "place": GLN, "container": f"{GLN}:SOT-1"},
    "shipping": {**WHEN, **GOODS, "from_party": GLN, "from_place": GLN, "to_party": OTHER},
    "sale": {**WHEN, **GOODS, "place": GLN},
    "destruction": {**WHEN, **GOODS, "place": GLN, "reason": "spoilt"},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("steps")) as site:
        yield site


@pytest.fixture
def farm(site: Members) -> Iterator[httpx.Client]:
    with site.browser(Role.BUSINESS) as browser:
        yield browser


def written(browser: httpx.Client, key: str, **other: str) -> dict[str, Any]:
    answer = browser.post(f"/steps/{key}", data={**FORMS[key], **other}, headers=JSON)
    told = answer.json()
    assert isinstance(told, dict)
    return told


def shown(page: str) -> dict[str, str]:
    """What stands in the fields of a form."""
    form = page[page.index('class="fill step"') :]
    fields = dict(re.findall(r'<input id="(\w+)" [^>]*?value="([^"]*)"', form))
    chosen = re.findall(r'<select id="(\w+)".*?<option value="([^"]*)" selected', form, re.DOTALL)
    return fields | dict(chosen)


def test_there_is_a_button_for_each_template_and_each_names_what_follows(
    farm: httpx.Client,
) -> None:
    assert sorted(words().steps) == sorted(templates())
    assert {key for one in templates().values() for key in one.next} <= set(templates())
    page = farm.get("/steps").text
    assert re.findall(r'href="/steps/(\w+)"', page) == list(words().steps)


@pytest.mark.parametrize("key", FORMS)
def test_each_form_makes_the_event_of_its_template_and_a_second_time_nothing(
    farm: httpx.Client, key: str
) -> None:
    template = templates()[key]
    told = written(farm, key, note="first")
    assert told["status"] == "accepted", told
    assert told["counts"]["accepted"] == 1
    records = farm.get(f"/event.json?id={told['events'][0]['event_id']}").json()["records"]
    event = records[0]["event"]
    assert event["type"] in {template.event["type"], "TransformationEvent"}
    assert event["eventTime"] == "2026-03-10T05:30:00+07:00"
    again = written(farm, key, note="first")
    assert again["counts"] == {"accepted": 0, "duplicate": 1, "rejected": 0, "warnings": 0}
    assert again["events"][0]["event_id"] == told["events"][0]["event_id"]


def test_what_was_withdrawn_is_not_said_to_be_stored_when_it_is_written_down_again(
    farm: httpx.Client,
) -> None:
    first = written(farm, "sale", lot="S8")
    farm.post("/withdraw", data={"id": first["events"][0]["event_id"]})
    again = farm.post("/steps/sale", data={**FORMS["sale"], "lot": "S8"})
    assert again.status_code == 422
    assert "This record was withdrawn or corrected before, and stays so" in again.text
    assert shown(again.text)["lot"] == "S8"
    later = farm.post("/steps/sale", data={**FORMS["sale"], "lot": "S8", "time": "05:31"})
    assert later.status_code == 303


def test_what_headings_mean_in_own_sheets_is_nothing_to_a_form(
    site: Members, farm: httpx.Client
) -> None:
    keys = ("date", "place", "product", "lot", "quantity", "unit")
    meant = {templates()["harvest"].column(key).name.en: key for key in keys}
    saved = save_headings(site.books, FARM, "sale", meant, now())
    report = written(farm, "harvest", lot="H9")
    forget_headings(site.books, FARM, saved.number)
    event_id = report["events"][0]["event_id"]
    (record,) = farm.get("/event.json", params={"id": event_id}).json()["records"]
    assert record["event"]["bizStep"] == "commissioning"


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(farm: httpx.Client) -> None:
    bad = {**FORMS["harvest"], "quantity": "1.500", "lot": "", "variety": "Đỏ"}
    answer = farm.post("/steps/harvest", data=bad)
    assert answer.status_code == 422
    assert shown(answer.text) == shown(answer.text) | {"quantity": "1.500", "variety": "Đỏ"}
    problems = dict(re.findall(r'<p class="problem" id="(\w+)-problem">(.*?)</p>', answer.text))
    assert problems.keys() == {"quantity", "lot"}
    assert problems["lot"] == "&#39;Lot number&#39; is empty; fill it in."
    told = written(farm, "harvest", quantity="1.500")
    assert list(told["problems"]) == ["quantity"]
    assert told["counts"]["accepted"] == 0


def test_after_a_step_the_next_one_begins_with_its_goods(farm: httpx.Client) -> None:
    answer = farm.post("/steps/harvest", data={**FORMS["harvest"], "lot": "N7"})
    assert answer.status_code == 303
    done = farm.get(answer.headers["location"]).text
    links = re.findall(r'<a class="button" href="(/steps/[^"]+)">(\w+)</a>', done)
    assert [name for _, name in links] == ["Packing", "Shipping"]
    packing = links[0][0].replace("&amp;", "&")
    assert parse_qs(urlsplit(packing).query) == {
        "product": [TAO],
        "lot": ["N7"],
        "quantity": ["12,5"],
        "unit": ["KGM"],
    }
    values = shown(farm.get(packing).text)
    assert (values["lot"], values["unit"], values["place"]) == ("N7", "kg", GLN)
    packed = {**values, "container": f"{GLN}:SOT-7"}
    answer = farm.post("/steps/packing", data=packed)
    done = farm.get(answer.headers["location"]).text
    (shipping,) = re.findall(r'<a class="button" href="(/steps/[^"]+)">', done)
    values = shown(farm.get(shipping.replace("&amp;", "&")).text)
    assert (values["container"], values["lot"], values["from_party"]) == (f"{GLN}:SOT-7", "", GLN)
    answer = farm.post("/steps/shipping", data={**values, "to_party": OTHER})
    assert answer.status_code == 303, answer.text  # the unit alone says nothing


def test_lists_offer_own_partners_and_what_was_used_last_comes_first(
    site: Members, farm: httpx.Client
) -> None:
    for gln, name in ((OTHER, "Vựa Gió"), ("9506000941004", "Chợ Sáng")):
        save_partner(site.books, Partner(FARM, gln, name), now())
    written(farm, "shipping", lot="O1", to_party="9506000941004", time="06:00")
    page = farm.get("/steps/shipping").text
    listed = re.findall(r'<option value="([^"]* · \d{13})">', page)
    assert f"Vườn nho Đồi Nắng · {GLN}" in listed
    listed = [one for one in listed if GLN not in one]
    assert listed[:2] == ["Chợ Sáng · 9506000941004", f"Vựa Gió · {OTHER}"]
    assert written(farm, "shipping", lot="O1", to_party=listed[0], time="06:00")["counts"][
        "duplicate"
    ]
    assert f">{GLN}:TAO" not in page
    recent = page[page.index("Choose a recent lot") :]
    assert "lot=O1" in recent


def test_another_firm_is_offered_nothing_of_it(site: Members, farm: httpx.Client) -> None:
    written(farm, "harvest", lot="SECRET")
    with site.browser(Role.BUSINESS, RIVAL) as rival:
        for key in FORMS:
            page = rival.get(f"/steps/{key}").text
            assert "SECRET" not in page
            assert "Chợ Sáng" not in page
        report = written(farm, "harvest", lot="SECRET")
        assert rival.get(f"/steps/done/{report['capture_id']}").status_code == 404


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("(01)08936099141015(10)DN260311", {"product": "08936099141015", "lot": "DN260311"}),
        ("https://id.gs1.org/01/08936099141015/10/A%2F1", {"lot": "A/1"}),
        ("8936099141015", {"product": "08936099141015", "lot": ""}),
        ("(00)395060009110070018", {"container": "(00)395060009110070018"}),
        ("LO 7", {"lot": "LO 7"}),
    ],
    ids=["element string", "link", "GTIN", "SSCC", "other text"],
)
def test_a_scanned_code_fills_in_what_it_says(
    farm: httpx.Client, text: str, fields: dict[str, str]
) -> None:
    values = shown(farm.get("/steps/packing", params={"scanned": text}).text)
    assert {name: values[name] for name in fields} == fields


def picture_of(text: str) -> bytes:
    file = io.BytesIO()
    segno.make(text).save(file, kind="png", scale=6)
    return file.getvalue()


def test_a_photograph_is_read_and_leads_to_the_form(farm: httpx.Client) -> None:
    link = "https://id.gs1.org/01/08936099141015/10/DN260311"
    files = {"picture": ("p.png", picture_of(link))}
    answer = farm.post("/scan", files=files, data={"step": "shipping"})
    assert answer.status_code == 303
    values = shown(farm.get(answer.headers["location"]).text)
    assert (values["product"], values["lot"]) == ("08936099141015", "DN260311")
    assert farm.post("/scan", files=files, headers=JSON).json() == {"text": link}


def vast_picture(side: int) -> bytes:
    """A picture that says of itself to be larger than any."""
    good = picture_of("x")
    head = good[12:16] + side.to_bytes(4) * 2 + good[24:29]
    return good[:12] + head + zlib.crc32(head).to_bytes(4) + good[33:]


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"no picture", picture_of("x")[:60], b"GIF89a" + bytes(100)),
        *(vast_picture(side) for side in (8_000, 10_000, 60_000)),
    ],
    ids=[
        *("nothing", "no picture", "half a picture", "another format"),
        *("too large", "larger", "a decompression bomb"),
    ],
)
def test_what_holds_no_code_is_told(farm: httpx.Client, data: bytes) -> None:
    answer = farm.post("/scan", files={"picture": ("p.png", data)}, data={"step": "sale"})
    assert answer.status_code == 422
    assert "There is no code in the photograph." in answer.text


def test_a_photograph_that_is_too_large_is_not_read(farm: httpx.Client) -> None:
    files = {"picture": ("p.png", bytes(11 * 2**20))}
    answer = farm.post("/scan", files=files, data={"step": "sale"}, headers=JSON)
    assert (answer.status_code, answer.json()["title"]) == (
        413,
        "The photograph is too large: 10 MiB at most. Take a smaller one, or type the number.",
    )


def test_the_worker_may_keep_these_pages_alone(farm: httpx.Client) -> None:
    answer = farm.get("/steps/worker.js")
    assert answer.headers["service-worker-allowed"] == "/steps"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
    )


def test_a_step_that_there_is_not_is_told(farm: httpx.Client) -> None:
    answer = farm.get("/steps/dancing", headers=JSON)
    assert (answer.status_code, answer.json()["title"]) == (404, "There is no such step.")
