"""The page on security has a row for every requirement, and what its rows name is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "security.md"
TITLES: Final = ("Met", "Not met", "Nothing it could be about")
HEADS: Final = {
    "Met": ["requirement", "what", "how", "shown by"],
    "Not met": ["requirement", "what", "how far"],
    "Nothing it could be about": ["requirement", "since there is no"],
}
LINK: Final = r"\[[^\]]+\]\([\w/.#-]+\)"
SHOWN: Final = re.compile(rf"(?:`make \w+`|`[\w./-]+(?:::test_\w+)?`|{LINK})")

REQUIREMENTS: Final = """
1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2
2.1.1-3 2.2.1-3 2.3.1-4 2.4.1
3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2
4.1.1-3 4.2.1 4.3.1-2 4.4.1-4
5.1.1 5.2.1-3 5.3.1-2 5.4.1-3
6.1.1-3 6.2.1-11 6.3.1-3 6.4.1-4 6.5.1-5 6.6.1-3
6.8.1-4
7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2
8.1.1-2 8.2.1-3 8.3.1 8.4.1
9.1.1-3 9.2.1-4
10.1.1-2 10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3
11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-3 11.5.1 11.6.1
12.1.1-3 12.2.1-2 12.3.1-4
13.1.1 13.2.1-5 13.3.1-2 13.4.1-5
14.1.1-2 14.2.1-4 14.3.1-3
15.1.1-3 15.2.1-3 15.3.1-7
16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3
"""
"""Requirements of levels 1 and 2, of each section the numbers, as ranges.

References:
    OWASP ASVS 5.0
"""


def rows(title: str) -> list[list[str]]:
    """Return the cells of the table under a heading, row by row, its head first."""
    text = PAGE.read_text(encoding="utf-8").partition(f"\n### {title}\n")[2]
    lines = text.partition("\n#")[0].strip().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [cells[0], *cells[2:]]


def requirements() -> Iterator[str]:
    """Yield every requirement by its number."""
    for numbers in REQUIREMENTS.split():
        section, _, span = numbers.rpartition(".")
        first, _, last = span.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{section}.{number}"


def named() -> list[str]:
    """Return what the first cells of all rows name: requirements, sections or a chapter."""
    return [row[0] for title in TITLES for row in rows(title)[1:]]


def is_under(requirement: str, name: str) -> bool:
    return f"{requirement}.".startswith(f"{name}.")


def what_is_not_there(shown: str) -> Iterator[str]:
    """Yield what a cell names as shown by and is not there."""
    for one in re.findall(r"`([^`]+)`", shown):
        path, _, test = one.partition("::")
        if one.startswith("make "):
            recipe = rf"^{one.removeprefix('make ')}:"
            if not re.search(recipe, (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE):
                yield one
        elif not (ROOT / path).is_file() or (test and test not in functions_of(ROOT / path)):
            yield one


def functions_of(file: Path) -> set[str]:
    """Return the names of a file's tests, those of classes too."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize("title", TITLES)
def test_a_table_has_its_form(title: str) -> None:
    head, *others = rows(title)
    assert head == HEADS[title]
    assert [row for row in others if len(row) != len(head) or not all(row)] == []


def test_every_requirement_stands_in_one_row() -> None:
    names = named()
    counts = {one: sum(is_under(one, name) for name in names) for one in requirements()}
    assert {one: count for one, count in counts.items() if count != 1} == {}


def test_every_row_is_about_a_requirement() -> None:
    known = list(requirements())
    assert [name for name in named() if not any(is_under(one, name) for one in known)] == []


@pytest.mark.parametrize("title", TITLES)
def test_rows_stand_in_order(title: str) -> None:
    numbers = [tuple(map(int, row[0].split("."))) for row in rows(title)[1:]]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("row", rows("Met")[1:], ids=lambda row: row[0])
def test_what_is_met_is_shown_by_something_that_is_there(row: list[str]) -> None:
    shown = row[-1]
    assert SHOWN.sub("", shown).replace(", ", "") == "", f"{shown} has another form"
    assert list(what_is_not_there(shown)) == []


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        ("`tests/test_docs.py::test_nothing_of_the_kind`", "test_nothing_of_the_kind"),
        ("`tests/none.py`", "tests/none.py"),
        ("`make nothing`", "make nothing"),
    ],
)
def test_what_is_not_there_is_found(shown: str, missing: str) -> None:
    assert [one for one in what_is_not_there(shown) if missing in one] == [shown.strip("`")]
