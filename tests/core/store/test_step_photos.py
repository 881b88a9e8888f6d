"""Photographs of steps: kept for good, told by a check, in exports, erased with events."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from epcis_core.errors import AccessError
from epcis_core.model.photo import NAMESPACE, NamedPhoto
from epcis_core.store.backup import back_up_ledger
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import find_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.photos import forget_left_waiting, forget_unnamed, named_photos
from epcis_core.store.registry.publications import Photo
from epcis_core.store.registry.step_photos import (
    find_photo,
    forget_waiting,
    has_photo,
    keep_photo,
    left_waiting,
    note_named,
    photos_kept,
)
from epcis_core.store.restoring import read_backup, restore
from epcis_core.store.view import EVERYTHING, View
from ingest.corrections import Reason, declared
from tests.ingest.documents import NOW, captured, document, item, observed
from tests.reliability.kept_ledgers import bytes_beside, exported, faults, imported
from tests.reliability.retained import apply, at

DAY = 24 * 3600 * 1_000_000
CONTEXT = {"@context": [{"ledger": NAMESPACE}]}
OLD, NEW = (Photo("image/jpeg", text * 9) for text in (b"SECRET old vines", b"new vines"))


def naming(photo: Photo, number: str, **members: Any) -> dict[str, Any]:
    """An event that names a photograph."""
    said = NamedPhoto(photo.digest, photo.kind).members
    return {**CONTEXT, **observed(item(number), eventID=f"urn:x:{number}", **members), **said}


def keep(books: Bookkeeping, *photos: Photo, whose: str = "farm", now: int = NOW) -> None:
    for one in photos:
        keep_photo(books, whose, one, now)


def named(ledger: Ledger, view: View = EVERYTHING) -> list[tuple[str, str]]:
    with ledger.reading() as cursor:
        return named_photos(cursor, view)


@pytest.fixture
def farm(ledger: Ledger) -> Ledger:
    """A ledger with an old event and a new one, each with a photograph."""
    with Bookkeeping(ledger.path) as books:
        keep(books, OLD, NEW)
    old = naming(OLD, "1", **at("2001-01-01"))
    report = captured(ledger, document(old, naming(NEW, "2")), organisation="farm")
    assert report.status == "accepted"
    return ledger


def test_a_photo_is_kept_under_whoever_took_it_and_as_often_as_it_is_sent_once(
    ledger: Ledger,
) -> None:
    with Bookkeeping(ledger.path) as books:
        keep(books, OLD, OLD)
        keep(books, OLD, now=NOW + 5)
        assert photos_kept(books) == [("farm", OLD.digest, NOW + 5, False)]
        note_named(books, "farm", OLD.digest)
        assert find_photo(books, "farm", OLD.digest) == OLD
        assert find_photo(books, "shop", OLD.digest) is None
        assert (has_photo(books, "farm", OLD.digest), has_photo(books, "shop", OLD.digest)) == (
            True,
            False,
        )
        with pytest.raises(AccessError, match=r"^A photo of a step has 300000 bytes at most$"):
            keep(books, Photo("image/jpeg", bytes(300_001)))
        most = len(OLD.content) + len(NEW.content) - 1
        with pytest.raises(
            AccessError, match=f"^farm has 144 bytes of photos of steps, of {most}$"
        ):
            keep_photo(books, "farm", NEW, NOW, most=most)
        keep_photo(books, "shop", NEW, NOW, most=most)


def test_what_waited_a_day_for_an_event_that_never_came_goes(farm: Ledger) -> None:
    lost = Photo("image/jpeg", b"of a form with an error")
    with Bookkeeping(farm.path) as books:
        keep(books, lost)
        forget_left_waiting(farm, books, NOW + DAY)
        assert has_photo(books, "farm", lost.digest)
        forget_left_waiting(farm, books, NOW + DAY + 1)
        assert sorted(photos_kept(books)) == sorted(
            ("farm", one.digest, NOW, True) for one in (OLD, NEW)
        )


def test_what_is_sent_again_while_others_clear_away_stays(ledger: Ledger) -> None:
    later = NOW + DAY + 1
    with Bookkeeping(ledger.path) as books:
        keep(books, OLD, NEW)
        waiting = left_waiting(books, later)
        assert {one for _, one in waiting} == {OLD.digest, NEW.digest}
        keep(books, OLD, now=later)
        forget_waiting(books, waiting, later)
        assert (has_photo(books, "farm", OLD.digest), has_photo(books, "farm", NEW.digest)) == (
            True,
            False,
        )


def test_photos_are_seen_by_whoever_sees_the_events_that_name_them(farm: Ledger) -> None:
    both = sorted(("farm", one.digest) for one in (OLD, NEW))
    assert named(farm) == named(farm, View(viewer="farm")) == both
    assert named(farm, View(viewer="shop")) == []
    captured(farm, document(naming(NEW, "2")), organisation="shop", now=NOW + 1)
    assert ("shop", NEW.digest) in named(farm)


def test_a_check_tells_which_photo_is_missing_and_which_was_altered(farm: Ledger) -> None:
    path = farm.path
    farm.close()
    assert faults(path) == []
    service = path.with_name(f"{path.name}.service")
    with closing(sqlite3.connect(service)) as books, books:
        books.execute("UPDATE step_photo SET bytes = x'00' WHERE digest = ?", (OLD.digest,))
        books.execute("DELETE FROM step_photo WHERE digest = ?", (NEW.digest,))
    told = {
        f" The photo that farm took with the SHA-256 {OLD.digest} has been altered.",
        f" The photo {NEW.digest} of farm is named by an event and is not here.",
    }
    assert set(faults(path)) == told
    service.unlink()
    assert len(faults(path)) == len(told)


@pytest.mark.parametrize("how", ["whole", "documents alone", "a part"])
def test_an_export_has_the_photos_of_its_events_and_an_import_brings_them_back(
    farm: Ledger, tmp_path: Path, how: str
) -> None:
    with Bookkeeping(farm.path) as books:
        keep(books, Photo("image/jpeg", b"named by nothing"))
        keep(books, NEW, whose="shop")
    captured(farm, document(naming(NEW, "3")), organisation="shop")
    folder, target = tmp_path / "export", tmp_path / "new.duckdb"
    only: dict[str, Any] = {} if how == "whole" else {"formats": frozenset({"epcis"})}
    if how == "a part":
        only["parties"] = ["shop"]
    told = exported(farm, folder, **only)["photos"]
    expected = {("shop", NEW.digest)} if how == "a part" else {*named(farm)}
    assert {(one["organisation"], Path(one["file"]).stem) for one in told} == expected
    imported(folder, target)
    with Bookkeeping(target) as books:
        assert {(whose, digest) for whose, digest, _, is_named in photos_kept(books)} == expected
        assert find_photo(books, "shop", NEW.digest) == NEW
    assert faults(target) == []


def test_with_the_last_event_that_names_it_a_photo_is_erased_for_good(farm: Ledger) -> None:
    path = farm.path
    apply(farm, now=NOW)
    with Bookkeeping(path) as books:
        assert forget_unnamed(farm, books) == 1
        assert forget_unnamed(farm, books) == 0
        assert [one[1] for one in photos_kept(books)] == [NEW.digest]
    farm.close()
    assert b"SECRET old vines" not in bytes_beside(path)
    assert b"new vines" in bytes_beside(path)


def test_a_backup_brings_photos_back_and_a_correction_keeps_them(
    farm: Ledger, tmp_path: Path
) -> None:
    with Bookkeeping(farm.path) as books:
        back_up_ledger(farm, books, tmp_path / "backup", NOW)
    restore(read_backup(tmp_path / "backup"), tmp_path / "again.duckdb")
    with Bookkeeping(tmp_path / "again.duckdb") as books:
        assert [find_photo(books, "farm", one.digest) for one in (OLD, NEW)] == [OLD, NEW]
    assert faults(tmp_path / "again.duckdb") == []
    (stored,) = find_events(farm, EVERYTHING, "urn:x:2")
    wrong = declared(stored, Reason.DID_NOT_OCCUR, NOW, None)
    report = captured(farm, json.dumps(wrong).encode(), organisation="farm", now=NOW + 1)
    assert report.status == "accepted", report.findings
    apply(farm, now=NOW + 2)
    with Bookkeeping(farm.path) as books:
        forget_unnamed(farm, books)
        assert has_photo(books, "farm", NEW.digest)
