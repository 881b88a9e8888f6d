"""Notices of recalls that were issued: numbered by who issues them, and never changed."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from epcis_core.errors import AccessError, StoreError, TooManyError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.issued_notices import (
    LARGEST,
    MOST_A_DAY,
    IssuedNotice,
    issue_notice,
    latest_notices,
    next_version,
    pdf_of_notice,
    versions_of_notice,
)

NOW = 1_790_000_000_000_000
DAY = 24 * 3600 * 1_000_000
FARM, RIVAL = "https://id.gs1.org/417/8936099140001", "https://id.gs1.org/417/9506000134307"
ONE = IssuedNotice(FARM, 1, 1, '["L1"]', "vi", "{}", "2026/17", "a@b.example", NOW)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        yield books


def issued(books: Bookkeeping, one: IssuedNotice, pdf: bytes = b"%PDF") -> IssuedNotice:
    kept = issue_notice(books, one, pdf)
    assert kept is not None
    return kept


def test_each_issuer_numbers_its_own_notices_and_their_versions(books: Bookkeeping) -> None:
    assert next_version(books, FARM) == (1, 1)
    first = issued(books, ONE, b"one")
    assert first == replace(ONE, digest=hashlib.sha256(b"one").hexdigest())
    assert (next_version(books, FARM), next_version(books, FARM, 1)) == ((2, 1), (1, 2))
    assert next_version(books, RIVAL) == (1, 1)
    second = issued(books, replace(ONE, version=2, issued=NOW + 1), b"two")
    other = issued(books, replace(ONE, number=2, subjects='["L2"]', issued=NOW + 2))
    assert versions_of_notice(books, FARM, 1) == [second, first]
    assert versions_of_notice(books, RIVAL, 1) == []
    assert latest_notices(books, FARM) == [other, second]
    assert latest_notices(books, FARM, subjects='["L1"]') == [second]
    assert latest_notices(books, FARM, most=1) == [other]
    assert pdf_of_notice(books, FARM, 1, 1) == b"one"
    assert pdf_of_notice(books, RIVAL, 1, 1) is None


def test_what_was_issued_is_never_changed_removed_or_replaced(books: Bookkeeping) -> None:
    issued(books, ONE, b"one")
    assert issue_notice(books, ONE, b"another") is None
    for statement, told in (
        ("UPDATE issued_notice SET content = 'x'", "what was issued is never changed"),
        ("DELETE FROM issued_notice", "what was issued is never removed"),
        (
            "INSERT OR REPLACE INTO issued_notice SELECT * FROM issued_notice",
            "what was issued is never replaced",
        ),
    ):
        with (
            pytest.raises(StoreError, match=rf" cannot be used: {told}$"),
            books.transaction() as connection,
        ):
            connection.execute(statement)
    assert pdf_of_notice(books, FARM, 1, 1) == b"one"


def test_neither_too_large_a_notice_is_kept_nor_too_many_a_day(books: Bookkeeping) -> None:
    with pytest.raises(AccessError, match=r"^The PDF of a notice has 2097152 bytes at most, got "):
        issue_notice(books, ONE, bytes(LARGEST + 1))
    for number in range(1, MOST_A_DAY + 1):
        issued(books, replace(ONE, number=number))
    more = replace(ONE, number=MOST_A_DAY + 1)
    with pytest.raises(TooManyError, match=r"^At most 200 notices are issued in 24 hours$"):
        issue_notice(books, more, b"")
    issued(books, replace(more, owner=RIVAL))
    issued(books, replace(more, issued=NOW + DAY))
