"""The photograph of a step: it comes with the form, and is shown to whoever may see the event."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from PIL import ExifTags, Image

from api.web import step_photos
from epcis_core.access.roles import Role
from epcis_core.errors import AccessError
from epcis_core.model.photo import NamedPhoto, photo_of
from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.step_photos import photos_kept
from epcis_core.store.view import EVERYTHING
from tests.api.access.members import RIVAL, Members, members
from tests.api.access.test_steps import FORMS, JSON
from tests.ingest.documents import captured

XML = {"Accept": "application/xml"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("photos")) as site:
        yield site


@pytest.fixture
def farm(site: Members) -> Iterator[httpx.Client]:
    with site.browser(Role.BUSINESS) as browser:
        yield browser


def picture(colour: int = 120, size: tuple[int, int] = (2400, 1800)) -> bytes:
    """A photograph of a phone that was held upright and knows where it was."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Model] = "SECRETPHONE"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (11.0, 33.0, 52.0)
    file = io.BytesIO()
    Image.new("RGB", size, (colour, 10, 40)).save(file, "JPEG", exif=exif)
    return file.getvalue()


def sent(browser: httpx.Client, key: str, photo: bytes, **other: str) -> httpx.Response:
    files = {"photo": ("a.jpg", photo)}
    headers = {"Accept": other.pop("accept", JSON["Accept"])}
    return browser.post(f"/steps/{key}", data={**FORMS[key], **other}, files=files, headers=headers)


def written(browser: httpx.Client, key: str, photo: bytes, **other: str) -> dict[str, Any]:
    answer = sent(browser, key, photo, **other)
    assert answer.status_code == 200, answer.text
    return cast("dict[str, Any]", answer.json())


def address(told: dict[str, Any]) -> str:
    return f"/event/photo?{httpx.QueryParams(id=told['events'][0]['event_id'])}"


def test_the_event_names_the_photo_by_the_digest_of_what_is_kept_and_shown(
    farm: httpx.Client,
) -> None:
    done = sent(farm, "harvest", picture(), lot="F1", accept="text/html")
    page = farm.get(done.headers["location"]).text
    told = farm.get(
        done.headers["location"].replace("steps/done", "captures").split("?")[0], headers=JSON
    ).json()
    where = address(told)
    shown = farm.get(where)
    digest = hashlib.sha256(shown.content).hexdigest()
    event = farm.get("/event.json", params={"id": told["events"][0]["event_id"]}).json()
    assert event["records"][0]["event"]["ledger:photo"] == {
        "ledger:sha256": digest,
        "ledger:mediaType": "image/jpeg",
    }
    headers = ("content-type", "cache-control", "x-content-type-options", "etag")
    assert [shown.headers[one] for one in headers] == [
        *("image/jpeg", "private, no-cache", "nosniff", f'"{digest}"')
    ]
    again = farm.get(where, headers={"If-None-Match": f'"{digest}"'})
    assert (again.status_code, again.content) == (304, b"")
    kept = Image.open(io.BytesIO(shown.content))
    assert (kept.size, dict(kept.getexif())) == ((1200, 1600), {})
    assert b"SECRETPHONE" not in shown.content
    assert len(shown.content) < 300_000
    image = f'<img src="{where}"'
    ids = {"id": told["events"][0]["event_id"]}
    receipt = f"/captures/{told['capture_id']}/receipt"
    lot = farm.get("/search", params={"q": "F1"}).headers["location"]
    pages = [page, farm.get("/event", params=ids).text, farm.get(receipt).text]
    assert [image in one for one in pages] == [True, True, True]
    assert f'<a class="evidence" href="{where}">Photo</a>' in farm.get(lot).text


def test_sent_again_it_is_the_same_event_and_the_same_photo(
    site: Members, farm: httpx.Client
) -> None:
    first, again = (written(farm, "harvest", picture(90), lot="F2") for _ in "12")
    assert [one["events"][0]["status"] for one in (first, again)] == ["accepted", "duplicate"]
    digest = hashlib.sha256(farm.get(address(first)).content).hexdigest()
    assert [one[3] for one in photos_kept(site.books) if one[1] == digest] == [True]


def test_whoever_may_not_see_the_event_is_told_what_they_would_be_of_none(site: Members) -> None:
    with site.browser(Role.BUSINESS) as farm, site.browser(Role.BUSINESS, RIVAL) as rival:
        hidden = written(farm, "harvest", picture(60), lot="F3")
        handed = written(farm, "shipping", picture(61), lot="F3", to_party=RIVAL[-13:])
        bare = farm.post("/steps/sale", data={**FORMS["sale"], "lot": "F3"}, headers=JSON).json()
        unseen, missing = (
            rival.get(one, headers=JSON) for one in (address(hidden), "/event/photo?id=urn:x:none")
        )
        assert (unseen.status_code, unseen.text) == (missing.status_code, missing.text)
        assert unseen.status_code == 404
        assert "There is no photo here." in farm.get(address(bare)).text
        assert rival.get(address(handed)).content == farm.get(address(handed)).content
        # To send what another has sent, or its digest, shows nobody the photograph.
        event = farm.get("/event.json", params={"id": hidden["events"][0]["event_id"]}).json()
        stolen = event["records"][0]["event"] | {
            "readPoint": {"id": f"https://id.gs1.org/414/{RIVAL[-13:]}"}
        }
        context = {
            "ledger": "https://epcis-ledger.org/ns/ledger#",
            "sheet": "https://epcis-ledger.org/ns/sheet#",
        }
        stolen = {**stolen, "@context": [context], "eventID": "urn:x:stolen"}
        answer = rival.post("/captures", json=stolen, headers=JSON)
        assert [one["status"] for one in answer.json()] == ["accepted"], answer.text
        assert rival.get("/event/photo?id=urn:x:stolen", headers=JSON).text == missing.text
    with site.stranger() as nobody:
        assert nobody.get(address(handed)).status_code == 303


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "vi",
            (
                "Không đọc được ảnh này: cần JPEG, PNG hoặc WebP, nhiều nhất 20 MB. Hãy chụp lại, "
                "hoặc ghi mà không kèm ảnh."
            ),
        ),
        (
            "en",
            (
                "This photo cannot be read: expected JPEG, PNG or WebP of at most 20 MB. Take "
                "another one, or store the record without a photo."
            ),
        ),
    ],
    ids=["vi", "en"],
)
def test_what_is_no_photo_is_refused_with_a_sentence_and_nothing_is_stored(
    site: Members, language: str, expected: str
) -> None:
    before = photos_kept(site.books)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    with site.browser(Role.BUSINESS, language=language) as browser:
        for bad in (svg, picture()[:5000], b"GIF89a", bytes(20 * 2**20 + 1), file.getvalue()):
            answer = sent(browser, "harvest", bad, lot="F4")
            assert (answer.status_code, answer.json()) == (422, {"problems": {"photo": expected}})
        page = sent(browser, "harvest", svg, lot="F4", accept="text/html")
        assert f'<p class="problem" id="photo-problem">{expected}</p>' in page.text
        assert 'value="F4"' in page.text
        assert browser.get("/search.json", params={"q": "F4"}).json()["hits"] == []
    assert photos_kept(site.books) == before


def test_where_there_is_no_room_or_the_form_is_wrong_the_photo_is_not_named(
    site: Members, farm: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = photos_kept(site.books)
    wrong = sent(farm, "harvest", picture(30), lot="F5", quantity="1.500", accept="text/html")
    assert wrong.status_code == 422
    assert "The photo has not been stored. Choose it again" in wrong.text
    waiting = {*photos_kept(site.books)} - {*before}
    assert [is_named for *_, is_named in waiting] == [False]

    def full(*_: object) -> None:
        raise AccessError("full")

    monkeypatch.setattr(step_photos, "keep_photo", full)
    answer = sent(farm, "harvest", picture(31), lot="F5")
    told = (
        "The photos of your organisation have reached 2 GB. Store the record without a photo, and "
        "tell whoever runs this system."
    )
    assert (answer.status_code, answer.json()) == (422, {"problems": {"photo": told}})


def test_what_an_event_says_of_its_photo_survives_xml(farm: httpx.Client, tmp_path: Path) -> None:
    told = written(farm, "harvest", picture(10), lot="F6")
    event_id, digest = (
        told["events"][0]["event_id"],
        hashlib.sha256(farm.get(address(told)).content),
    )
    xml = farm.get("/epcis/events", params={"EQ_eventID": event_id}, headers=XML).content
    with Ledger.open(tmp_path / "other.duckdb") as other:
        report = captured(other, xml, organisation="other")
        (stored,) = all_events(other, EVERYTHING)
        assert (report.status, stored.syntax) == ("accepted", "xml")
        assert stored.hash == told["events"][0]["hash"]
        named = photo_of(stored.event, stored.namespaces)
    assert named == NamedPhoto(digest.hexdigest(), "image/jpeg")
