"""What a target's file may say, how records are put into its words, and how answers are read."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from api.outward import Answer
from api.portal.answers import Outcome, outcome_of
from api.portal.credentials import Credentials
from api.portal.mapping import Filling, MappingError, in_form, placed
from api.portal.target_parts import Answers, Authentication, Secret, Sign, TargetError
from api.portal.targets import read_target, read_targets
from epcis_core.store.portal.deliveries import Status
from tests.ingest.documents import NOW
from tests.portal.carrying import MAPPING

RECORD = {
    "name": {"value": "Nho đỏ"},
    "amount": "12.50",
    "made": "2026-03-12T17:30:00Z",
    "stages": [{"what": "packing"}, {"what": "other"}],
    "brand": None,
}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("name.value", "Nho đỏ"),
        ("name.other", None),
        ("brand.value", None),
        ("stages.1.what", "other"),
        ("stages.9.what", None),
        ("= VN ", "VN"),
        ("@key", "k"),
        ("amount | number", 12.5),
        ("made | dd/MM/yyyy", "13/03/2026"),
        ("made | yyyy-MM-ddTHH:mm:ssXXX", "2026-03-13T00:30:00+07:00"),
        ({"a": {"b": "brand"}, "c": "= 1"}, {"c": "1"}),
        ({"a": "brand"}, None),
        (["name.value", "brand", 7, True], ["Nho đỏ", 7, True]),
        (
            {"each": "stages", "as": {"step": "what | values steps"}},
            [{"step": "DONG_GOI"}, {"step": "other"}],
        ),
        ({"each": "brand", "as": "what"}, None),
    ],
    ids=str,
)
def test_a_template_is_filled_in(template: Any, filled: Any) -> None:
    filling = Filling({"steps": {"packing": "DONG_GOI"}})
    assert filling.filled(template, RECORD, {"key": "k"}) == filled


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("@kye", "@kye is none of @key."),
        ("name.value | number", "Expected a number, got 'Nho đỏ'."),
        ("name.value | values words", "There is no table [values.words]."),
        ("name.value | dd/MM", "Expected a time, got 'Nho đỏ'."),
        ({"each": "stages"}, "Expected each and as, got each."),
    ],
    ids=str,
)
def test_a_template_that_cannot_be_filled_in_says_why(template: Any, told: str) -> None:
    with pytest.raises(MappingError) as raised:
        Filling().filled(template, RECORD, {"key": "k"})
    assert str(raised.value) == told


def test_a_day_has_no_zone_and_a_time_has_the_targets() -> None:
    assert in_form("2026-03-12", "dd/MM/yyyy", "-11:00") == "12/03/2026"
    assert in_form("2026-03-12T23:00:00Z", "dd/MM/yyyy HH:mm", "+07:00") == "13/03/2026 06:00"
    assert in_form("2026-03-12T01:00:00Z", "dd HH", "-03:30") == "11 21"
    with pytest.raises(MappingError, match=r"^Expected a zone such as \+07:00, got 'ICT'\.$"):
        in_form("2026-03-12", "dd", "ICT")


def test_what_is_put_into_a_path_stays_within_its_segment() -> None:
    about = {"lot": "a/b?c%", "reference": None}
    assert placed("/lots/{lot}", about, escape=True) == "/lots/a%2Fb%3Fc%25"
    with pytest.raises(MappingError) as raised:
        placed("/lots/{reference}", about, escape=True)
    assert str(raised.value) == "'/lots/{reference}' needs reference, which is not known."


def answered(status: int, body: Any = None, **headers: str) -> Answer:
    return Answer(
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        b"" if body is None else json.dumps(body).encode(),
    )


HOW = Answers(
    accepted=(200,),
    success=Sign(at="/ok", equals=True),
    duplicate=(409,),
    duplicate_sign=Sign(at="/code", equals="same"),
    reason="/why/0",
    reference="/data/id",
)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            answered(200, {"ok": True, "data": {"id": 7}}),
            Outcome(Status.ACCEPTED, '200 {"ok": true, "data": {"id": 7}}', reference="7"),
        ),
        (
            answered(200, {"ok": False, "why": ["no name"]}),
            Outcome(Status.REJECTED, '200 {"ok": false, "why": ["no name"]}', "200: no name"),
        ),
        (answered(200, {"ok": 1}), Outcome(Status.REJECTED, '200 {"ok": 1}', "200")),
        (
            answered(409, {"code": "same"}),
            Outcome(Status.ACCEPTED, '409 {"code": "same"}'),
        ),
        (
            answered(409, {"code": "other", "why": [{"field": "lot"}]}),
            Outcome(
                Status.REJECTED,
                '409 {"code": "other", "why": [{"field": "lot"}]}',
                '409: {"field": "lot"}',
            ),
        ),
        (answered(401), Outcome(Status.WAITING, "401", "401")),
        (
            answered(429, retry_after="90"),
            Outcome(Status.WAITING, "429", "429", pause=90_000_000),
        ),
        (
            answered(503, retry_after="Mon, 21 Sep 2026 14:14:20 GMT"),
            Outcome(Status.WAITING, "503", "503", pause=60_000_000, is_own_error=True),
        ),
        (
            answered(503, retry_after="soon"),
            Outcome(Status.WAITING, "503", "503", is_own_error=True),
        ),
        (answered(302), Outcome(Status.WAITING, "302", "302")),
    ],
    ids=lambda one: str(one.status) if isinstance(one, Answer) else "",
)
def test_an_answer_is_read_as_the_file_says(answer: Answer, outcome: Outcome) -> None:
    assert outcome_of(answer, HOW, NOW) == outcome


WRONG = {
    "no TOML": ("kind", "cong.toml is no TOML: Expected '=' after a key in a key/value pair"),
    "no address": (
        MAPPING.replace("https://portal.example/api", "portal.example"),
        (
            "cong.toml: address: Expected an address with http or https "
            "and a host, got 'portal.example'.."
        ),
    ),
    "a line that is none": (
        f"speed = 3\n{MAPPING}",
        "cong.toml: speed: Extra inputs are not permitted.",
    ),
    "nothing to create": (
        MAPPING.replace("[create]", "[created]"),
        "cong.toml: created: Extra inputs are not permitted.",
    ),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_a_file_that_describes_no_target_says_where(text: str, told: str) -> None:
    with pytest.raises(TargetError) as raised:
        read_target("cong", text)
    assert str(raised.value).startswith(told)


def test_a_targets_name_and_folder_are_checked(tmp_path: Path) -> None:
    with pytest.raises(TargetError) as raised:
        read_target("Cổng", MAPPING)
    told = "Cổng.toml: a target's name has small letters, digits and hyphens."
    assert str(raised.value) == told
    with pytest.raises(TargetError) as raised:
        read_targets(tmp_path / "none")
    assert str(raised.value) == f"{tmp_path / 'none'} is no folder."
    assert read_targets(tmp_path) == ()


class Tokens:
    """Gives tokens, one after the other, and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    async def exchange(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        assert url == "https://portal.example/token"
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.asked.append(body)
        token = {"access_token": f"t{len(self.asked)}", "expires_in": 100}
        return 200, json.dumps(token).encode()


def shown(how: Authentication, tokens: Any = None) -> Callable[[bytes, int], dict[str, str]]:
    """Return what asks for headers."""
    credentials = Credentials(how, tokens)

    def ask(body: bytes, now: int) -> dict[str, str]:
        found: Awaitable[dict[str, str]] = credentials.headers(body, now)
        return asyncio.run(found)  # type: ignore[arg-type] # a coroutine

    return ask


def test_each_kind_of_authentication_shows_what_it_should(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_KEY", "s3cret")
    secret = Secret(env="PORTAL_KEY")
    assert shown(Authentication())(b"{}", NOW) == {}
    key = Authentication(kind="api-key", header="X-Key", prefix="ApiKey ", secret=secret)
    assert shown(key)(b"{}", NOW) == {"X-Key": "ApiKey s3cret"}
    (tmp_path / "key").write_text("s3cret\n")
    signed = Authentication(kind="hmac", header="X-Signature", secret=Secret(file=tmp_path / "key"))
    digest = hmac.new(b"s3cret", b"1790000000.{}", hashlib.sha256).hexdigest()
    assert shown(signed)(b"{}", NOW) == {"X-Timestamp": "1790000000", "X-Signature": digest}
    monkeypatch.delenv("PORTAL_KEY")
    with pytest.raises(TargetError) as raised:
        shown(key)(b"{}", NOW)
    assert str(raised.value) == "The variable PORTAL_KEY is not set."


def test_a_token_is_fetched_once_for_as_long_as_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_KEY", "s3cret")
    tokens = Tokens()
    how = Authentication(
        kind="oauth2",
        secret=Secret(env="PORTAL_KEY"),
        token_address="https://portal.example/token",  # noqa: S106 - an address
        client="so-cai",
        scope="lots",
    )
    ask = shown(how, tokens)
    seconds = [0, 69, 70]  # thirty before its end it is fetched anew
    found = [ask(b"", NOW + second * 1_000_000)["Authorization"] for second in seconds]
    assert found == ["Bearer t1", "Bearer t1", "Bearer t2"]
    assert tokens.asked[0] == (
        b"grant_type=client_credentials&client_id=so-cai&client_secret=s3cret&scope=lots"
    )
