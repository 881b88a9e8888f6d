"""The documentation keeps step with the code: links, paths, commands, recipes, decisions."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import COMMANDS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
ARCHITECTURE = DOCS / "architecture.md"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "samples").rglob("*.md")])
ADRS = sorted((DOCS / "adr").glob("*.md"))
each_page = pytest.mark.parametrize(
    "page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES]
)
each_adr = pytest.mark.parametrize("adr", ADRS, ids=[adr.stem for adr in ADRS])

FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ROOMS = ("epcis_core", "schemas", "ingest", "api", "samples", "tests", "docs", "bench", ".ci")
CORE = sorted(p.name for p in (ROOT / "epcis_core").iterdir() if (p / "__init__.py").is_file())
FORM = ["Context", "Decision drivers", "Considered options", "Decision outcome", "Consequences"]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as code forges make them."""
    titles = HEADING.findall(prose(page))
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def broken_links(page: Path) -> Iterator[str]:
    """Yield what a page links to inside the project and is not there."""
    for link in LINK.findall(CODE.sub("", prose(page))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if (not target.exists() or ROOT not in (target, *target.parents)) or (
            anchor and anchor not in anchors(target)
        ):
            yield link


def named_paths(page: Path) -> Iterator[str]:
    """Yield the project's files and folders that a page names in code type."""
    for code in CODE.findall(prose(page)):
        name = code.strip("`")
        if re.fullmatch(r"[\w./-]+", name) and "/" in name and name.partition("/")[0] in ROOMS:
            yield name
        elif re.fullmatch(r"[\w./-]+\.(?:py|sql)", name) and name.partition("/")[0] in CORE:
            yield f"epcis_core/{name}"


def found(pattern: str, *files: Path) -> list[str]:
    """Return what the group of a pattern takes in files, line by line."""
    return [
        match[1]
        for file in files
        for match in re.finditer(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def commands() -> list[str]:
    """Return the names of the commands below `epcis`."""
    return [*COMMANDS]


def recipes() -> list[str]:
    """Return the names of the Makefile's recipes."""
    return found(r"^(\w+):.*## ", ROOT / "Makefile")


def tables_explained() -> list[str]:
    """Return the tables of the ledger that the architecture explains."""
    return found(r"^\| `(\w+)` \| ", ARCHITECTURE)


@each_page
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    assert list(broken_links(page)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](README.md)", []),
        ("[a](README.md#decisions) [b](https://example.org/x) [c](#here)\n\n# Here", []),
        ("[a](adr/0000-none.md)", ["adr/0000-none.md"]),
        ("![a\nb](none.png)", ["none.png"]),
        ("[a](README.md#no-such-heading)", ["README.md#no-such-heading"]),
        ("[a](../../outside.md)", ["../../outside.md"]),
        ("`[a](none.md)`\n\n```\n[a](none.md)\n```\n", []),
    ],
    ids=[
        "page",
        "anchor",
        "missing page",
        "missing picture",
        "missing heading",
        "outside",
        "code is no link",
    ],
)
def test_a_broken_link_is_found(tmp_path: Path, text: str, expected: list[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    for target in re.findall(r"\((README\.md)", text):
        (tmp_path / target).write_text("## Decisions\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{__name__}.ROOT", tmp_path)
        assert list(broken_links(page)) == expected


@each_page
def test_every_path_a_page_names_is_there(page: Path) -> None:
    assert [name for name in named_paths(page) if not (ROOT / name).exists()] == []


def test_docs_list_every_page() -> None:
    listed = {(DOCS / link).resolve() for link in LINK.findall(prose(DOCS / "README.md"))}
    assert sorted(set(DOCS.rglob("*.md")) - listed - {DOCS / "README.md"}) == []


def test_docs_list_every_decision_under_its_title() -> None:
    listed = found(r"^\* (\[.+\]\(adr/.+\))$", DOCS / "README.md")
    assert listed == [f"[{HEADING.findall(prose(adr))[0]}](adr/{adr.name})" for adr in ADRS]


def test_decisions_are_numbered_without_holes() -> None:
    numbers = [f"{number:04d}" for number in range(1, len(ADRS) + 1)]
    assert [adr.name[:4] for adr in ADRS] == numbers
    assert found(r"^# (.{5})", *ADRS) == [f"{number}:" for number in numbers]


@each_adr
def test_a_decision_has_its_form(adr: Path) -> None:
    assert HEADING.findall(prose(adr))[1:] == FORM
    assert len(found(r"^\* Status: (accepted|superseded by \d{4})$", adr)) == 1
    assert len(found(r"^\* Date: (\d{4}-\d\d-\d\d)$", adr)) == 1
    consequences = adr.read_text(encoding="utf-8").partition("### Consequences")[2]
    assert "* Good, because " in consequences
    assert "* Bad, because " in consequences
    assert 25 <= len(found("^(.*)$", adr)) <= 80


def test_the_architecture_explains_every_table_of_the_ledger() -> None:
    migrations = (ROOT / "epcis_core" / "store" / "migrations").glob("*.sql")
    made = found(r"^CREATE TABLE (\w+)", *migrations)
    assert len(made) > 1
    assert sorted(tables_explained()) == sorted(made)


def test_the_picture_names_every_table_of_the_ledger_but_its_settings() -> None:
    picture = DOCS / "pictures" / "data-flow.svg"
    drawn = re.findall(r'class="table"[^>]*>(\w+)<', picture.read_text(encoding="utf-8"))
    assert sorted(drawn) == sorted({*tables_explained()} - {"ledger"})


def test_the_architecture_lists_every_room_of_the_core() -> None:
    assert sorted(set(CORE) - set(found(r"^\| `(\w+)/` \| ", ARCHITECTURE))) == []


def test_contributing_explains_every_recipe_and_no_other() -> None:
    explained = found(r"^\| `make (\w+)` \| ", ROOT / "CONTRIBUTING.md")
    assert sorted(explained) == sorted(recipes())


@each_page
def test_every_recipe_a_page_names_is_in_the_makefile(page: Path) -> None:
    assert sorted({*found(r"`make (\w+)`", page)} - {*recipes()}) == []


def test_the_readme_names_every_command_and_no_other() -> None:
    named = found(r"(?:`|\$ )epcis ([a-z-]+)", ROOT / "README.md")
    assert sorted(set(named)) == sorted(commands())


def test_the_readme_begins_with_one_line_to_try_and_one_line_to_test() -> None:
    blocks = FENCED.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    first, second = [body for _, language, body in blocks if language == "sh"][:2]
    assert [body.count("\n") for body in (first, second)] == [1, 1]
    assert first.endswith("epcis demo\n")
    assert second.endswith("pytest -n auto\n")
