"""A proof as a zip: whatever is changed in it shows, and `verify.py` says the same anywhere."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.proof.checks import Key, read_key
from epcis_core.proof.keys import Signer, checkpoint_body, key_text, note
from epcis_core.proof.verdict import Verdict, verdict_of
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import add_cosignatures, log_signer, sign_checkpoint
from epcis_core.store.ledger import Ledger
from epcis_core.store.proofs import prove_trace
from epcis_core.store.view import View
from tests.api.bundles import (
    AT,
    LATER,
    Files,
    Made,
    Spoil,
    bundle,
    changed,
    flipped,
    make,
    of_lot,
    packed,
    spoiled,
    unpacked,
    with_more,
    without,
)
from tests.conftest import TEST_SCALE
from tests.ingest.documents import captured, document, lot
from tests.ingest.documents import made as turned

MEANING = {
    "en": "This proves that nothing was changed since then, not that it was true. What nobody "
    "recorded is not in it.",
    "vi": "Điều này chứng minh dữ liệu không bị thay đổi từ đó, không chứng minh dữ liệu là đúng "
    "sự thật. Những gì không ai ghi lại thì không có ở đây.",
}
WHOLE = {
    "en": [
        "PROVEN.",
        f"5 records are unchanged since {AT['en']}.",
        "1 of them was corrected later; the original is shown.",
        "1 cannot be proven: its text was erased, only its place is left.",
        MEANING["en"],
    ],
    "vi": [
        "ĐÃ CHỨNG MINH.",
        f"5 bản ghi không thay đổi kể từ {AT['vi']}.",
        "Trong đó 1 bản ghi được đính chính về sau; bản gốc vẫn được trình bày.",
        "1 bản ghi không thể chứng minh: nội dung đã bị xoá, chỉ còn vị trí trong sổ.",
        MEANING["vi"],
    ],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("ledger"))


def judged(files: Files, folder: Path, *keys: str, outside: list[str] | None = None) -> Verdict:
    known: list[Key] = [read_key(key) for key in keys]
    return verdict_of(packed(files, folder / "proof.zip"), known, outside)


def codes(verdict: Verdict) -> list[str]:
    """What is wrong, each with what it is about."""
    about = [f"{code} {at}" for at, code in verdict.broken]
    return about + [" ".join([code, *map(str, values.values())]) for code, values in verdict.wrong]


def test_a_whole_proof_is_told_in_plain_words(made: Made, tmp_path: Path) -> None:
    verdict = judged(made.files, tmp_path, made.key)
    assert verdict.subject == lot("L1")
    assert {one: verdict.sentences(one) for one in WHOLE} == WHOLE
    assert verdict.unchanged == [2, 3, 6, 8, 10]
    assert (verdict.corrected, verdict.erased) == ([3], [9])


def test_a_key_from_the_proof_itself_is_told(made: Made, tmp_path: Path) -> None:
    verdict = judged(made.files, tmp_path)
    assert verdict.is_proven
    assert verdict.sentences("en")[-2] == (
        "The key was taken from the proof itself; compare it with the one the log has made known: "
        f"{made.key}"
    )


def test_the_salt_of_an_erased_text_is_not_given_away(made: Made) -> None:
    assert [name for name in made.files if name.startswith("records/9/")] == [
        "records/9/proof.tlog-proof"
    ]


EXPECTED = "ValueError: Expected a number from 0 to 9007199254740991"
SPOILS: dict[str, tuple[Spoil, list[str]]] = {
    "text of an event": (
        changed("records/2/content.json", b"OBSERVE", b"DELETED"),
        ["record_changed 2", "other_file records/2/content.json"],
    ),
    "one letter of a prefix": (
        changed("records/2/reading.json", b"ns.example.com", b"ns.example.org"),
        ["record_changed 2", "other_file records/2/reading.json"],
    ),
    "salt": (flipped("records/2/salt"), ["record_changed 2", "other_file records/2/salt"]),
    "longer salt": (
        changed("records/2/salt", b"", b"\0"),
        ["record_changed 2", "other_file records/2/salt"],
    ),
    "who sent it": (
        changed("records/2/metadata.json", b'"farm"', b'"shop"'),
        ["record_changed 2", "other_file records/2/metadata.json"],
    ),
    "metadata that are none": (
        flipped("records/2/metadata.json"),
        ["record_changed 2", "other_file records/2/metadata.json"],
    ),
    "another place in the log": (
        changed("records/2/proof.tlog-proof", b"index 2", b"index 3"),
        ["path_broken 2", "other_file records/2/proof.tlog-proof"],
    ),
    "checkpoint": (
        changed("checkpoint.txt", b"\n12\n", b"\n13\n"),
        [
            *(f"path_broken {at}" for at in (2, 3, 6, 8, 9, 10)),
            "checkpoint_not_signed",
            "other_checkpoint",
            "other_file checkpoint.txt",
        ],
    ),
    "time of the checkpoint": (
        changed("manifest.json", f'"made": {LATER}'.encode(), b'"made": 1'),
        ["manifest_not_signed"],
    ),
    "who is corrected": (
        changed("manifest.json", b'"declares": true', b'"declares": false'),
        ["manifest_not_signed"],
    ),
    "signature of the manifest": (
        changed("manifest.note", b"epcis-ledger proof/v1", b"epcis-ledger proof/v2"),
        ["manifest_not_signed"],
    ),
    "no signature of the manifest": (without("manifest.note"), ["manifest_not_signed"]),
    "no manifest": (without("manifest.json"), ["unreadable KeyError: 'manifest.json'"]),
    "manifest that is none": (
        lambda files: files.update({"manifest.json": b"[]"}),
        ["unreadable TypeError: list indices must be integers or slices, not str"],
    ),
    "report": (flipped("report.txt"), ["other_file report.txt"]),
    "record that is missing": (
        without("records/2/content.json"),
        ["record_changed 2", "no_file records/2/content.json"],
    ),
    "proof that is missing": (
        without("records/2/proof.tlog-proof"),
        ["path_broken 2", "no_file records/2/proof.tlog-proof"],
    ),
    "record that was added": (
        with_more("records/4/content.json"),
        ["added_file records/4/content.json"],
    ),
    "name that steers a terminal": (
        with_more("\x1b[2J\x1b[HPROVEN.\n\nPROVEN.\u2028\u202e\U000e0001"),
        ["added_file \x1b[2J\x1b[HPROVEN.\n\nPROVEN.\u2028\u202e\U000e0001"],
    ),
    "name without end": (with_more("ĐÃ " * 999), [f"added_file {'ĐÃ ' * 999}"]),
    "half a character": (
        changed("manifest.json", b'"files": {', b'"files": {"\\ud800": "",'),
        ["manifest_not_signed", "no_file \ud800"],
    ),
    "place in the log that is none": (
        changed("manifest.json", b'"sequence": 2,', b'"sequence": "2\\n\\nPROVEN.",'),
        [
            "manifest_not_signed",
            rf"unreadable {EXPECTED}, got '2\n\nPROVEN.'",
        ],
    ),
    "place in the log before the first": (
        changed("manifest.json", b'"sequence": 2,', b'"sequence": -2,'),
        [
            "manifest_not_signed",
            f"unreadable {EXPECTED}, got -2",
        ],
    ),
    "time without end": (
        changed("manifest.json", f'"made": {LATER}'.encode(), b'"made": 1e999'),
        [f"unreadable {EXPECTED}, got inf"],
    ),
    "time behind all calendars": (
        changed("manifest.json", f'"made": {LATER}'.encode(), b'"made": 9007199254740992'),
        [
            f"unreadable {EXPECTED}, got 9007199254740992",
        ],
    ),
}


@pytest.mark.parametrize(("spoil", "expected"), SPOILS.values(), ids=SPOILS)
def test_what_was_changed_is_found(
    made: Made, tmp_path: Path, spoil: Spoil, expected: list[str]
) -> None:
    verdict = judged(spoiled(made, spoil), tmp_path, made.key)
    assert codes(verdict) == expected
    assert verdict.sentences("en")[0] == (
        "NOT PROVEN. Do not rely on this proof; ask for a new one."
    )
    assert verdict.sentences("vi")[0].startswith("KHÔNG CHỨNG MINH ĐƯỢC.")


@settings(max_examples=max(1, int(60 * TEST_SCALE)))
@given(data=st.data())
def test_any_bit_that_was_flipped_is_found(
    made: Made, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(made.files)))
    content = made.files[name]
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    other = (int.from_bytes(content, "big") ^ 1 << bit).to_bytes(len(content), "big")
    folder = tmp_path_factory.mktemp("flipped")
    assert not judged({**made.files, name: other}, folder, made.key).is_proven


def test_a_row_changed_in_the_ledger_is_told_by_the_report_and_found(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        captured(ledger, document(of_lot("L1", "urn:x:1"), of_lot("L1", "urn:x:2")))
        with ledger.writing() as cursor:
            cursor.execute("UPDATE event SET body = replace(body, '07:00', '08:00')")
        files, key = unpacked(bundle(ledger, books)), key_text(log_signer(books).key)
    verdict = judged(files, tmp_path, key)
    assert codes(verdict) == ["record_changed 0", "record_changed 1"]
    told = "2 of 2 records are not those in the log."
    assert told in verdict.sentences("en")
    assert told in files["report.txt"].decode()


def test_a_trace_that_was_cut_short_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        captured(
            ledger, document(turned([lot("L2")], [lot("L1")]), turned([lot("L3")], [lot("L2")]))
        )
        data = bundle(ledger, books, most=1)
    verdict = judged(unpacked(data), tmp_path)
    assert verdict.is_proven
    told = "The trace was cut short: more records than these belong to it."
    assert told in verdict.sentences("en")
    assert told in unpacked(data)["report.en.html"].decode()


def test_what_is_behind_a_view_is_not_proven(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        captured(ledger, document(of_lot("L1", "urn:x:1")))
        captured(ledger, document(of_lot("L1", "urn:x:2")))
        _, proof = prove_trace(ledger, books, View(up_to_sequence=1), lot("L1"), now=LATER)
    assert [one.metadata.subject for one in proof.records] == ["urn:x:1"]
    assert proof.checkpoint.size == 4


def test_a_file_that_is_there_twice_is_told(made: Made, tmp_path: Path) -> None:
    path = packed(made.files, tmp_path / "proof.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("report.txt", made.files["report.txt"])
    assert codes(verdict_of(path, [read_key(made.key)])) == ["twice report.txt"]


def test_what_is_too_large_is_not_unpacked(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epcis_core.proof.verdict._LARGEST", 1000)
    verdict = judged(made.files, tmp_path, made.key)
    assert codes(verdict) == ["unreadable ValueError: its files have more than 1000 bytes"]
    monkeypatch.setattr("epcis_core.proof.verdict._LARGEST_MANIFEST", 1000)
    verdict = judged(made.files, tmp_path, made.key)
    assert codes(verdict) == ["unreadable ValueError: manifest.json is too large"]


def forged(made: Made, *, drop: int) -> tuple[Files, Signer]:
    """A proof without a record, its manifest signed again by a key of the forger's own."""
    manifest = json.loads(made.files["manifest.json"])
    signer = Signer(manifest["log"]["origin"], bytes(32))
    manifest["records"] = [one for one in manifest["records"] if one["sequence"] != drop]
    files = {n: c for n, c in made.files.items() if not n.startswith(f"records/{drop}/")}
    manifest["files"] = {n: one for n, one in manifest["files"].items() if n in files}
    manifest["log"]["key"] = key_text(signer.key)
    text = json.dumps(manifest).encode()
    body = f"epcis-ledger proof/v1\n{signer.name}\n{hashlib.sha256(text).hexdigest()}\n"
    files |= {"manifest.json": text, "manifest.note": note(body, [signer.sign(body)]).encode()}
    return files, signer


def test_a_record_left_out_with_care_is_found(made: Made, tmp_path: Path) -> None:
    files, _ = forged(made, drop=8)
    assert codes(judged(files, tmp_path, made.key)) == ["manifest_not_signed"]
    assert codes(judged(files, tmp_path)) == ["checkpoint_not_signed"]


def test_a_checkpoint_from_elsewhere_agrees(made: Made, tmp_path: Path) -> None:
    verdict = judged(made.files, tmp_path, made.key, outside=[made.before.note])
    assert verdict.is_proven
    assert verdict.sentences("en")[-2] == (
        "The checkpoint from elsewhere agrees: its 2 entries are the first of this log."
    )
    own = made.files["checkpoint.txt"].decode()
    assert judged(made.files, tmp_path, made.key, outside=[own]).is_proven


def test_a_checkpoint_of_another_log_is_not_taken(made: Made, tmp_path: Path) -> None:
    other = Signer(made.before.checkpoint.origin, bytes(32))
    body = checkpoint_body(made.before.checkpoint)
    verdict = judged(
        made.files, tmp_path, made.key, outside=[note(body, [other.sign(body)]), "nothing"]
    )
    assert codes(verdict) == [
        "outside_not_signed 2 12",
        "unreadable ValueError: This is no signed note",
    ]


def test_a_log_that_was_rewritten_set_back_or_not_linked_is_told(tmp_path: Path) -> None:
    """The same key and another past, as an operator could make it by replacing the ledger."""
    path = tmp_path / "ledger.duckdb"
    with Bookkeeping(path) as books:
        signer = log_signer(books)
        with Ledger.open(path) as ledger:
            captured(ledger, document(of_lot("L1", "urn:x:true")))
            early = sign_checkpoint(ledger, books, LATER)
            captured(ledger, document(of_lot("L1", "urn:x:more"), of_lot("L1", "urn:x:last")))
            late = sign_checkpoint(ledger, books, LATER)
            honest = unpacked(bundle(ledger, books))
        path.unlink()
        with books.transaction() as rows:
            rows.execute("DELETE FROM checkpoint")
        with Ledger.open(path) as ledger:
            captured(ledger, document(of_lot("L1", "urn:x:false")))
            captured(ledger, document(of_lot("L1", "urn:x:more")))
            rewritten = unpacked(bundle(ledger, books, since=[early.size]))
    key = key_text(signer.key)
    assert codes(judged(honest, tmp_path, key, outside=[early.note])) == ["outside_no_way 2 5"]
    assert codes(judged(rewritten, tmp_path, key, outside=[early.note])) == ["outside_differs 2 4"]
    assert codes(judged(rewritten, tmp_path, key, outside=[late.note])) == ["outside_newer 5 4"]
    assert judged(rewritten, tmp_path, key).is_proven


def test_a_witness_is_named_with_its_time(tmp_path: Path) -> None:
    path, witness = tmp_path / "ledger.duckdb", Signer("witness.example", bytes(range(32)))
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        captured(ledger, document(of_lot("L1", "urn:x:1")))
        signed = sign_checkpoint(ledger, books, LATER, publish=True)
        body = checkpoint_body(signed.checkpoint)
        add_cosignatures(books, signed, [witness.cosign(body, LATER // 1_000_000)], [])
        files, key = unpacked(bundle(ledger, books)), key_text(log_signer(books).key)
    verdict = judged(files, tmp_path, key, key_text(witness.cosigning_key))
    assert verdict.sentences("en")[1:-1] == [
        f"1 record is unchanged since {AT['en']}.",
        f"witness.example has confirmed the checkpoint at {AT['en']}.",
    ]


def test_the_report_is_for_people(made: Made) -> None:
    for language, labels in (("en", ["correction", "text erased"]), ("vi", ["bản đính chính"])):
        page = made.files[f"report.{language}.html"].decode()
        text = made.files["report.txt"].decode()
        for line in [*WHOLE[language][1:], *labels]:
            assert line in page
            assert line in text
        assert "&quot;urn:x:2&quot;" in page
        assert "<script" not in page
