"""A checkpoint on paper: its code, its text, and what it shows when it is scanned again."""

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path

import httpx
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.paper_checkpoint import latest_on_paper, on_paper
from api.qr import QUIET, QrCode, qr_code
from epcis_core.proof.checks import as_typed, read_note
from epcis_core.proof.keys import Signer, note
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import add_cosignatures, log_signer, sign_checkpoint
from epcis_core.store.ledger import Ledger
from tests.api.conftest import GRAPE_LOT, GRAPES, Run
from tests.ingest.documents import NOW, captured, document, item, lot, observed
from tests.served import served

NOTE = note(
    "farm.example/log\n412\nzNo2nHwfWhKX9vB3Vd4nWQyh3K3vD2m1g0Z6l8cJ1sI=\n",
    [Signer("farm.example/log", bytes(range(32))).sign("farm.example/log\n")],
)
WITNESS = Signer("witness.example", bytes(range(32)))


def dark_modules(code: QrCode) -> set[tuple[int, int]]:
    """Return column and row of each dark module that a path draws."""
    drawn = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", code.path)
    assert "".join(f"M{x} {y}h{wide}v1h-{back}z" for x, y, wide, back in drawn) == code.path
    assert all(wide == back for _, _, wide, back in drawn)
    return {(int(x) + at, int(y)) for x, y, wide, _ in drawn for at in range(int(wide))}


@given(st.text(min_size=1, max_size=200))
def test_the_path_draws_the_modules_of_the_code_and_leaves_the_margin_light(text: str) -> None:
    code = qr_code(text)
    rows = segno.make(
        text, error="m", micro=False, encoding="utf-8", boost_error=False
    ).matrix_iter(border=4)
    expected = {(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark}
    assert dark_modules(code) == expected
    assert {at for module in expected for at in module} <= set(range(QUIET, code.size - QUIET))


def test_a_checkpoint_is_a_code_of_57_modules_that_a_phone_can_read() -> None:
    assert len(NOTE.encode()) in range(150, 213)  # what version 10 holds at level M
    assert on_paper(NOTE, NOW).code.size == 57 + 2 * QUIET


def test_a_text_that_is_too_long_for_a_code_is_refused() -> None:
    with pytest.raises(ValueError, match="Data too large"):
        qr_code("x" * 5000)


def test_the_signature_of_the_log_alone_is_on_paper(ledger: Ledger) -> None:
    captured(ledger, document(observed()))
    with Bookkeeping(ledger.path) as books:
        signed = sign_checkpoint(ledger, books, NOW, publish=True)
        body, _ = read_note(signed.note)
        assert add_cosignatures(books, signed, [WITNESS.cosign(body, 1)], []) == 1
        paper = latest_on_paper(ledger, books, NOW)
        origin = log_signer(books).name
    assert paper is not None
    assert (paper.text, paper.size, paper.made) == (signed.note, 2, NOW)
    assert [one.name for one in read_note(paper.text)[1]] == [origin]


def test_a_ledger_that_was_set_back_is_read_and_has_no_checkpoint(ledger: Ledger) -> None:
    captured(ledger, document(observed(item("A"), quantityList=[{"epcClass": lot("L")}])))
    with Bookkeeping(ledger.path) as books:
        sign_checkpoint(ledger, books, NOW)
        with books.transaction() as rows:
            rows.execute("UPDATE checkpoint SET size = 400")
        assert latest_on_paper(ledger, books, NOW) is None
    with served(create_app(ledger)) as address:
        for path in ("trace", "recall"):
            page = httpx.get(
                f"{address}/{path}",
                params={"id": lot("L"), "lang": "en"},
                headers={"Accept": "text/html"},
                timeout=60,
            )
            assert page.status_code == 200
            assert "The ledger signs no checkpoint now." in page.text


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"\ufeff\n\n  {text}\n\n",
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("\n\n", "\n\n\n"),
        lambda text: text.replace("—", "-"),
        lambda text: text.replace("—", "--"),
        lambda text: text.replace("—", "–"),
        lambda text: text.replace("\n", "  \n"),
        lambda text: text[:-40] + "\n" + text[-40:],
        lambda text: text.replace("/log ", "/log\n"),
        lambda text: text.replace("— farm.example/log ", "-  farm.example/log "),
    ],
    ids=[
        "as it was",
        "no last end of line",
        "other ends of lines",
        "blanks around",
        "no empty line",
        "two empty lines",
        "a hyphen",
        "two hyphens",
        "a shorter dash",
        "blanks behind lines",
        "a signature over two lines",
        "a signature below its name",
        "two blanks",
    ],
)
def test_what_was_typed_is_read_as_it_was_written(change: Callable[[str], str]) -> None:
    assert as_typed(change(NOTE)) == NOTE


def test_several_notes_with_witnesses_stay_as_they_are() -> None:
    body = read_note(NOTE)[0]
    cosigned = NOTE + WITNESS.cosign(body, 7) + "\n"
    history = f"{cosigned}\n{NOTE}\n"
    assert as_typed(history) == history.rstrip("\n") + "\n"


@pytest.mark.parametrize("at", [3, 20, 40, 150])
def test_a_wrong_letter_stays_wrong(at: int) -> None:
    wrong = NOTE[:at] + ("b" if NOTE[at] == "a" else "a") + NOTE[at + 1 :]
    assert as_typed(wrong) == wrong != NOTE


def test_a_sheet_finds_that_the_ledger_was_set_back(epcis: Run, tmp_path: Path) -> None:
    """From paper to file, by a person who types: hyphen, lines by hand, no empty line."""
    ledger = tmp_path / "ledger.duckdb"
    assert epcis("capture", GRAPES / "01-farm-gio-cat.jsonld").code == 0
    assert epcis("backup", "-o", "old").code == 0
    assert epcis("capture", GRAPES / "02-farm-suoi-da-vang.jsonld").code == 0
    with Ledger.open(ledger) as opened, served(create_app(opened)) as address:
        page = httpx.get(
            f"{address}/trace",
            params={"id": "urn:epc:class:lgtin:8931004017.001.GC260310-L1"},
            headers={"Accept": "text/html"},
            timeout=60,
        )
    (printed,) = re.findall(r"<pre>([^<]*)</pre>", page.text)
    typed = unescape(printed).replace("—", "-").replace("\n\n", "\n").replace("\n", "\r\n")
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(typed[:-30] + "\r\n" + typed[-30:].strip(), encoding="utf-8")
    assert epcis("fsck", "--checkpoint", sheet).code == 0
    assert epcis("restore", "old", "-o", "again.duckdb").code == 0
    done = epcis("fsck", "again.duckdb", "--checkpoint", sheet)
    assert done.code == 1
    assert "ledger_set_back" in epcis("fsck", "again.duckdb", "--checkpoint", sheet, "--json").out


def test_the_report_of_a_proof_has_the_checkpoint_as_text_and_as_a_code(
    epcis: Run, tmp_path: Path
) -> None:
    assert epcis("capture", GRAPES).code == 0
    assert epcis("proof", GRAPE_LOT, "-o", "grapes.zip").code == 0
    with zipfile.ZipFile(tmp_path / "grapes.zip") as proof:
        kept = proof.read("checkpoint.txt").decode()
        pages = [proof.read(f"report.{language}.html").decode() for language in ("vi", "en")]
        text = io.TextIOWrapper(io.BytesIO(proof.read("report.txt")), "utf-8").read()
    assert text.count(kept) == 2
    code = qr_code(kept)
    for page in pages:
        assert f'<svg viewBox="0 0 {code.size} {code.size}" role="img"' in page
        assert f'<path d="{code.path}"/></svg><pre>{kept}</pre>' in page
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(kept.strip().replace("—", "-"), encoding="utf-8")
    done = epcis("verify", "grapes.zip", "--checkpoint", sheet)
    assert done.code == 0, done.out
