"""Which passwords are taken, and how they are kept."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import argon2
import pytest
from fastapi import Request

from api.access.log_in import OF_BOTH, WINDOW, TooManyTriesError, account_with, place_of
from api.access.passwords import Fault, fault_of, hash_password, is_right
from api.app import create_app
from api.base_address import read_networks
from api.settings import Settings
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.attempts import begin_try, forget_tries, last_try
from tests.ingest.documents import NOW

LAN = ("lan.nguyen@farm.example", "Nguyễn Thị Lan")
SECOND = 1_000_000  # microseconds


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        pytest.param("bốn con cừu trắng", None, id="words with accents"),
        pytest.param("aB3$ aB3$ aB", None, id="twelve characters"),
        pytest.param("aB3$ aB3$ a", "short", id="eleven"),
        pytest.param("🐑" * 12, None, id="twelve sheep"),
        pytest.param("x y" * 43, "long", id="129 characters"),
        pytest.param("x y" * 42 + "xy", None, id="128"),
        pytest.param("123456789012", "common", id="digits in order"),
        pytest.param("Mật khẩu 1234", "common", id="a common word with digits"),
        pytest.param("PASSWORD-2026", "common", id="the same in English"),
        pytest.param("lan.nguyen@farm.example", "own", id="the address"),
        pytest.param("Nguyen Thi Lan", "own", id="the name without accents"),
        pytest.param("nguyễn thị lan 1990", "own", id="the name with a year"),
        pytest.param("lan.nguyen 2026", "own", id="half of the address with a year"),
    ],
)
def test_what_is_wrong_with_a_new_password(password: str, fault: Fault | None) -> None:
    assert fault_of(password, *LAN) == fault


def test_a_password_is_kept_as_argon2id_with_64_mib_three_passes_and_four_lanes() -> None:
    first, second = (hash_password("bốn con cừu trắng") for _ in range(2))
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second  # each has salt of its own
    assert argon2.PasswordHasher().verify(first, "bốn con cừu trắng")


def test_a_password_is_right_however_its_accents_are_written() -> None:
    hashed = hash_password(unicodedata.normalize("NFC", "bốn con cừu trắng"))
    assert is_right(unicodedata.normalize("NFD", "bốn con cừu trắng"), hashed)
    for other in ("bon con cuu trang", "", "bốn con cừu trắng ", "x" * 100_000):
        assert not is_right(other, hashed)
    assert not is_right("bốn con cừu trắng", None)


def test_tries_are_counted_within_the_window_and_say_when_it_ends(tmp_path: Path) -> None:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        most = {"a": 3, "b": 5}
        times = [NOW, NOW + SECOND, NOW + 2 * SECOND]
        assert [begin_try(books, most, time, WINDOW) for time in times] == [None] * 3
        assert begin_try(books, most, NOW + 3 * SECOND, WINDOW) == NOW + WINDOW
        assert begin_try(books, {"b": 5}, NOW + 3 * SECOND, WINDOW) is None  # was not counted
        assert begin_try(books, most, NOW + WINDOW, WINDOW) is None
        assert begin_try(books, most, NOW + WINDOW, WINDOW) == NOW + SECOND + WINDOW
        forget_tries(books, ["a"])
        assert last_try(books, "a") is None
        assert last_try(books, "b") == NOW + WINDOW
        forget_tries(books, ["b"], NOW + WINDOW)
        assert last_try(books, "b") == NOW + 3 * SECOND


def test_what_somebody_typed_as_their_address_is_kept_as_a_digest(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Bookkeeping(path) as books:
        assert account_with(books, "a password by mistake", "x", "192.0.2.1", NOW) is None
    kept = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert b"mistake" not in kept
    assert b"192.0.2.1" not in kept


def test_of_tries_at_once_no_more_are_let_through_than_there_may_be(tmp_path: Path) -> None:
    def tried(number: int) -> bool:
        try:
            account_with(books, "lan@farm.example", str(number), "192.0.2.1", NOW + number)
        except TooManyTriesError:
            return False
        return True

    with Bookkeeping(tmp_path / "ledger.duckdb") as books, ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(tried, range(15))) == OF_BOTH


@pytest.mark.parametrize(
    ("client", "forwarded", "place"),
    [
        pytest.param("192.0.2.7", None, "192.0.2.7", id="without a proxy"),
        pytest.param("192.0.2.7", "198.51.100.1", "192.0.2.7", id="no proxy of ours"),
        pytest.param("127.0.0.1", "10.0.0.1, 198.51.100.1", "198.51.100.1", id="what ours added"),
        pytest.param("127.0.0.1", None, "127.0.0.1", id="ours says nothing"),
        pytest.param("127.0.0.1", "unknown", "unknown", id="ours says no address"),
        pytest.param("2001:db8:1:2:3::4", None, "2001:db8:1:2::/64", id="a network of IPv6"),
    ],
)
def test_where_a_try_comes_from(
    tmp_path: Path, client: str, forwarded: str | None, place: str
) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        app = create_app(ledger, Settings(proxies=read_networks(["127.0.0.1"])))
    headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
    scope = {"type": "http", "app": app, "client": (client, 50_000), "headers": headers}
    assert place_of(Request(scope)) == place
