"""`verify.html` of a proof, opened from a folder without a network, says what `verify.py` says."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from epcis_core.proof.checks import read_key
from epcis_core.proof.verdict import Verdict, verdict_of
from tests.api.bundles import Files, Made, Spoil, flipped, make, packed, spoiled
from tests.api.test_proof_bundle import SPOILS, WHOLE, forged

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("ledger"))


@pytest.fixture(scope="module")
def page(browser: Browser, made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("page")
    (folder / "verify.html").write_bytes(made.files["verify.html"])
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto((folder / "verify.html").as_uri())
    yield opened
    context.close()


def told(page: Page, proof: Path, key: str = "", outside: str = "") -> dict[str, list[str]]:
    """What the page says of a proof, by language."""
    page.reload()
    page.fill("#key", key)
    page.fill("#outside", outside)
    page.set_input_files("#file", proof)
    page.wait_for_selector("#verdict section[lang=en]")
    return {
        language: page.locator(f"#verdict section[lang={language}] p").all_text_contents()
        for language in ("vi", "en")
    }


def expected(verdict: Verdict) -> dict[str, list[str]]:
    return {language: verdict.sentences(language) for language in ("vi", "en")}


def test_a_whole_proof_is_proven(page: Page, made: Made, tmp_path: Path) -> None:
    proof = packed(made.files, tmp_path / "proof.zip")
    assert told(page, proof, made.key) == {"vi": WHOLE["vi"], "en": WHOLE["en"]}
    assert page.locator("#verdict section.proven").count() == 2


def test_a_checkpoint_from_elsewhere_is_compared(page: Page, made: Made, tmp_path: Path) -> None:
    proof = packed(made.files, tmp_path / "proof.zip")
    verdict = verdict_of(proof, [], [made.before.note])
    assert told(page, proof, outside=made.before.note) == expected(verdict)
    assert verdict.is_proven


@pytest.mark.parametrize("empty", ["", "\n\n"], ids=["no empty line", "two empty lines"])
def test_a_checkpoint_that_was_typed_from_paper_is_compared_too(
    page: Page, made: Made, tmp_path: Path, empty: str
) -> None:
    proof = packed(made.files, tmp_path / "proof.zip")
    note = made.before.note.strip()
    typed = note.replace("\n\n", f"\n{empty}").replace("—", "-")
    typed = f"\n  {typed[:-30]}\n{typed[-30:]}\n\n"
    verdict = verdict_of(proof, [], [typed])
    assert told(page, proof, outside=typed) == expected(verdict)
    assert verdict.is_proven
    wrong = typed.replace("=\n", "A=\n")
    assert told(page, proof, outside=wrong)["en"][0].startswith("NOT PROVEN.")


@pytest.mark.parametrize(
    "spoil",
    [spoil for spoil, codes in SPOILS.values() if "unreadable" not in " ".join(codes)],
    ids=[name for name, (_, codes) in SPOILS.items() if "unreadable" not in " ".join(codes)],
)
def test_what_was_changed_is_found(page: Page, made: Made, tmp_path: Path, spoil: Spoil) -> None:
    files: Files = dict(made.files)
    spoil(files)
    proof = packed(files, tmp_path / "proof.zip")
    verdict = verdict_of(proof, [read_key(made.key)])
    assert told(page, proof, made.key) == expected(verdict)
    assert page.locator("#verdict section.not").count() == 2


def test_a_record_left_out_with_care_is_found(page: Page, made: Made, tmp_path: Path) -> None:
    files, _ = forged(made, drop=8)
    proof = packed(files, tmp_path / "proof.zip")
    assert told(page, proof, made.key) == expected(verdict_of(proof, [read_key(made.key)]))


@pytest.mark.parametrize("name", ["manifest.json", "verify.py"])
def test_what_cannot_be_read_is_not_proven(
    page: Page, made: Made, tmp_path: Path, name: str
) -> None:
    files = {**made.files, "manifest.json": b"{"} if name == "manifest.json" else {name: b""}
    found = told(page, packed(files, tmp_path / "proof.zip"))
    assert found["en"][0] == "NOT PROVEN. Do not rely on this proof; ask for a new one."
    assert found["en"][1].startswith("The proof cannot be read: ")


@pytest.mark.parametrize(
    "spoil",
    [spoil for spoil, codes in SPOILS.values() if "unreadable" in " ".join(codes)],
    ids=[name for name, (_, codes) in SPOILS.items() if "unreadable" in " ".join(codes)],
)
def test_what_python_cannot_read_the_page_cannot_read(
    page: Page, made: Made, tmp_path: Path, spoil: Spoil
) -> None:
    found = told(page, packed(spoiled(made, spoil), tmp_path / "proof.zip"), made.key)
    assert found["en"][0] == "NOT PROVEN. Do not rely on this proof; ask for a new one."
    assert any(line.startswith("The proof cannot be read: ") for line in found["en"])
    assert all(line.isprintable() for line in [*found["en"], *found["vi"]])


@pytest.mark.parametrize(
    ("size", "why"),
    [
        (10, "report.txt is longer than it says"),
        (2**30, "its files have more than 1073741824 bytes"),
    ],
    ids=["longer than it says", "too large"],
)
def test_a_bomb_is_not_unpacked(
    page: Page, made: Made, tmp_path: Path, size: int, why: str
) -> None:
    proof = tmp_path / "proof.zip"
    with zipfile.ZipFile(proof, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.files.items():
            archive.writestr(name, content)
        archive.getinfo("report.txt").file_size = size
    assert told(page, proof, made.key)["en"][1] == f"The proof cannot be read: {why}."


def test_a_browser_without_ed25519_says_so(browser: Browser, made: Made, tmp_path: Path) -> None:
    (tmp_path / "verify.html").write_bytes(made.files["verify.html"])
    context = browser.new_context(offline=True)
    context.add_init_script(
        "crypto.subtle.importKey = () => "
        f"Promise.reject(new DOMException({json.dumps('none')}, 'NotSupportedError'));"
    )
    page = context.new_page()
    page.goto((tmp_path / "verify.html").as_uri())
    page.set_input_files("#file", packed(made.files, tmp_path / "proof.zip"))
    page.wait_for_selector("#verdict section[lang=en]")
    texts = page.locator("#verdict section[lang=en] p").all_text_contents()
    context.close()
    assert texts == [
        "This browser cannot check Ed25519 signatures.",
        "Use a newer browser, or run verify.py.",
    ]


def test_a_proof_that_was_packed_again_is_read(page: Page, made: Made, tmp_path: Path) -> None:
    proof = tmp_path / "deflated.zip"
    with zipfile.ZipFile(proof, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.files.items():
            archive.writestr(name, content)
    assert told(page, proof, made.key)["en"][0] == "PROVEN."
    files = dict(made.files)
    flipped("records/2/salt")(files)
    assert told(page, packed(files, proof), made.key)["en"][0].startswith("NOT PROVEN.")


@pytest.mark.parametrize("name", ["verify.html", "report.vi.html", "report.en.html"])
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_its_pages_fit_a_phone(
    browser: Browser, made: Made, tmp_path: Path, name: str, width: int
) -> None:
    (tmp_path / name).write_bytes(made.files[name])
    context = browser.new_context(offline=True, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto((tmp_path / name).as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= width
