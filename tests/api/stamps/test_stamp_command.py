"""The command `epcis stamp`: what it writes, and what it refuses."""

import zipfile
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from api.cli import app
from api.stamps.formats import formats
from tests.api.conftest import Run
from tests.api.stamps.reading import links_on, pictures, words

LOT = "(01)08936099141015(10)DN260311"
LINK = "https://id.gs1.org/01/08936099141015/10/DN260311"


def test_a_sheet_of_stamps_is_written(epcis: Run, tmp_path: Path) -> None:
    made = ("--format", "a4-4x10", "--count", "3", "--name", "Nho", "--expiry", "2026-12-31")
    done = epcis("stamp", LOT, "-o", "s.pdf", *made, "--language", "vi")
    assert (done.code, done.out) == (
        0,
        f"s.pdf: 3 × {LINK}?17=261231, modules of 0.564 mm\n",
    )
    (page,) = pictures((tmp_path / "s.pdf").read_bytes())
    assert links_on(page) == [f"{LINK}?17=261231"] * 3
    assert "HSD 31/12/2026" in words((tmp_path / "s.pdf").read_bytes())


def test_pictures_and_archives_are_told_by_their_endings(epcis: Run, tmp_path: Path) -> None:
    base = "https://truy-xuat.example/so-cai"
    assert epcis("stamp", LOT, "-o", "s.png", "--base", f"{base}/").code == 0
    with Image.open(tmp_path / "s.png") as picture:
        assert links_on(picture) == [f"{base}/01/08936099141015/10/DN260311"]
    assert epcis("stamp", LOT, "-o", "s.svg").code == 0
    assert (tmp_path / "s.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert epcis("stamp", LOT, "-o", "s.zip", "--count", "5001").code == 0
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["s-001.pdf", "s-002.pdf"]
        (page,) = pictures(archive.read("s-002.pdf"))
    assert links_on(page) == [LINK]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("(01)08936099141015", "-o", "s.pdf"),
            "Expected a lot or an item, such as (01)08936099141015(10)L1, got '(01)089",
        ),
        ((LOT, "-o", "s.jpg"), "s.jpg should end in .pdf, .png, .svg or .zip."),
        ((LOT, "-o", "s.png", "--count", "2"), "s.png holds 1 at most; for 2 name a .pdf."),
        (
            (LOT, "-o", "s.pdf", "--count", "5001"),
            "s.pdf holds 5000 at most; for 5001 name a .zip.",
        ),
        (
            (LOT, "-o", "s.pdf", "--format", "a5"),
            f"There is no format 'a5'; there are {', '.join(formats())}.",
        ),
        (
            ("(01)08936099141015(21)A", "-o", "s.pdf", "--count", "2"),
            "(01)08936099141015(21)A is one item, and has one stamp.",
        ),
        (
            (LOT, "-o", "s.pdf", "--base", "tem"),
            "Expected an address like https://truy-xuat.example/so-cai, got 'tem'.",
        ),
        (
            (LOT, "-o", "s.pdf", "--expiry", "mai"),
            "Expected a day such as 2026-12-31, got 'mai'.",
        ),
    ],
)
def test_what_cannot_be_stamped_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["stamp", *arguments])
    said = " ".join(done.output.replace("│", " ").split())
    assert (done.exit_code, told in said) == (2, True), said
    assert [*tmp_path.iterdir()] == []


def test_formats_are_listed_in_the_language_of_the_terminal(epcis: Run) -> None:
    done = epcis("stamp", LOT, "-o", "s.pdf", "--format", "list", LANG="vi_VN.UTF-8")
    assert done.code == 0
    assert "a4-3x8      Tờ A4, 24 tem 70 × 37 mm" in done.out
