"""Zips made to deceive who reads a verdict, or to bring its program down."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.proof.keys import Signer, key_text
from epcis_core.proof.verdict import worded
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import add_cosignatures, log_signer, sign_checkpoint
from epcis_core.store.ledger import Ledger
from tests.api.bundles import LATER, Files, Made, bundle, changed, make, of_lot, packed, spoiled
from tests.api.bundles import unpacked as files_of
from tests.api.test_proof_bundle import judged
from tests.conftest import TEST_SCALE
from tests.ingest.documents import captured, document

ROOM = 300 << 10  # KiB that a verifier may take
HUGE = 400 << 20  # bytes
NOT_PROVEN = "NOT PROVEN. Do not rely on this proof; ask for a new one."


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("ledger"))


@settings(max_examples=max(1, int(200 * TEST_SCALE)))
@given(st.text(st.characters(exclude_categories=[])))
def test_whatever_a_name_says_a_sentence_is_one_line_that_can_be_printed(name: str) -> None:
    for language in ("vi", "en"):
        said = worded("added_file", language, {"file": name})
        assert said.isprintable()
        assert len(said) < 301 * len("\\u{10ffff}") + 40
        said.encode()


def test_what_is_no_plain_text_shows_as_its_number() -> None:
    assert worded("no_file", "en", {"file": "a\x1b[2J\nb \u202e\ud800 bằng chứng"}) == (
        r"The file a\u{1b}[2J\u{a}b \u{202e}\u{d800} bằng chứng is missing."
    )


def listed(files: Files, *names: str) -> Files:
    """The files of a proof whose manifest lists more."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] |= dict.fromkeys(names, "")
    return files | {"manifest.json": json.dumps(manifest).encode()}


@pytest.mark.parametrize(
    ("listing", "size", "told"),
    [
        ([], HUGE, ["The file huge was added later."]),
        (["huge"], 2**30, ["The proof cannot be read: ValueError: its files have more than"]),
        (["huge"], 10, ["The proof cannot be read: BadZipFile: Bad CRC-32 for file 'huge'."]),
    ],
    ids=["not listed", "too large", "larger than it says"],
)
def test_little_memory_is_enough_for_a_bomb(
    made: Made, tmp_path: Path, listing: list[str], size: int, told: list[str]
) -> None:
    proof = packed(listed(made.files, *listing), tmp_path / "bomb.zip")
    with zipfile.ZipFile(proof, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("huge", bytes(HUGE))
        archive.getinfo("huge").file_size = size
    (tmp_path / "verify.py").write_bytes(made.files["verify.py"])
    command = f'ulimit -v {ROOM}; exec "$0" -I -S verify.py bomb.zip --language en'
    done = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable],
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    lines = done.stdout.decode().splitlines()
    assert lines[1] == NOT_PROVEN
    for one in told:
        assert any(line.startswith(one) for line in lines)


def test_only_what_can_be_unpacked_bit_by_bit_is_unpacked(made: Made, tmp_path: Path) -> None:
    proof = packed(
        {name: one for name, one in made.files.items() if name != "report.txt"},
        tmp_path / "proof.zip",
    )
    with zipfile.ZipFile(proof, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("report.txt", made.files["report.txt"])
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "verify", proof, "--json"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert orjson.loads(done.stdout)["findings"] == [
        {"code": "unreadable", "why": "ValueError: report.txt is packed in an unknown way"}
    ]


def test_the_command_says_what_it_found_in_a_manifest_with_half_characters(
    made: Made, tmp_path: Path
) -> None:
    half = changed("manifest.json", b'"files": {', b'"files": {"\\ud800": "",')
    proof = packed(spoiled(made, half), tmp_path / "proof.zip")
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "verify", proof, "--json"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert orjson.loads(done.stdout)["findings"] == [
        {"code": "manifest_not_signed"},
        {"code": "no_file", "file": "\\ud800"},
    ]


def test_a_checkpoint_from_elsewhere_may_be_anything(made: Made, tmp_path: Path) -> None:
    proof = packed(made.files, tmp_path / "proof.zip")
    (tmp_path / "verify.py").write_bytes(made.files["verify.py"])
    (tmp_path / "picture").write_bytes(bytes(range(256)))
    for program in (["-I", "-S", str(tmp_path / "verify.py")], ["-m", "api.cli", "verify"]):
        done = subprocess.run(
            [sys.executable, *program, proof, "--checkpoint", tmp_path / "picture"],
            capture_output=True,
            env={"LANG": "C.UTF-8", "EPCIS_LANGUAGE": "en"},
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, b"")
        assert "The proof cannot be read: ValueError: This is no signed note." in (
            done.stdout.decode()
        )


def test_a_witness_whose_clock_is_at_the_end_of_time_is_named(tmp_path: Path) -> None:
    path, witness = tmp_path / "ledger.duckdb", Signer("witness.example", bytes(range(32)))
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        captured(ledger, document(of_lot("L1", "urn:x:1")))
        signed = sign_checkpoint(ledger, books, LATER, publish=True)
        body = signed.note.partition("\n\n")[0] + "\n"
        add_cosignatures(books, signed, [witness.cosign(body, 2**63)], [])
        files, key = files_of(bundle(ledger, books)), key_text(log_signer(books).key)
    verdict = judged(files, tmp_path, key, key_text(witness.cosigning_key))
    assert verdict.is_proven
    assert "witness.example has confirmed the checkpoint at 06:47 on 6 June 2255 (UTC+7)." in (
        verdict.sentences("en")
    )


def test_a_file_that_is_no_checkpoint_is_told_by_the_check_of_a_ledger(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "ledger.duckdb").close()
    (tmp_path / "picture").write_bytes(bytes(range(128, 256)))
    command = [sys.executable, "-m", "api.cli", "fsck", str(tmp_path / "ledger.duckdb")]
    done = subprocess.run(
        [*command, "--json", "--checkpoint", str(tmp_path / "picture")],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    (found,) = orjson.loads(done.stdout)["findings"]
    assert found["code"] == "checkpoint_unreadable"
