"""The catalogue of findings: complete, raised, documented, and the same in both languages."""

import ast
import io
import json
import os
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from epcis_core.codecs.sniff import open_document
from epcis_core.errors import EpcisError
from epcis_core.findings import (
    Entry,
    Finding,
    Severity,
    Where,
    capped,
    catalogue,
    escape_pointer,
    finding,
    has_errors,
    in_mode,
    phrase,
    phrases,
    unescape_pointer,
)
from epcis_core.identifiers import Level
from epcis_core.rules import check_event

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "findings.md"
SOURCES = [path for room in ("epcis_core", "ingest", "api") for path in (ROOT / room).rglob("*.py")]

each_code = pytest.mark.parametrize("code", list(catalogue()))
each_phrase = pytest.mark.parametrize("name", list(phrases()))


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def literals() -> Iterator[tuple[str, ast.AST]]:
    """Every string in the code that is no docstring, with what it stands in."""
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                if isinstance(node, ast.Expr) or not isinstance(child, ast.Constant):
                    continue
                if isinstance(child.value, str):
                    yield child.value, node


LITERALS = list(literals())


def called(name: str) -> set[str]:
    """The first arguments, where they are text, of all calls of a function."""
    return {
        text
        for text, node in LITERALS
        if isinstance(node, ast.Call)
        and name == getattr(node.func, "id", getattr(node.func, "attr", None))
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == text
    }


RAISED = called("finding") | called("fault") | called("IdentifierError")
"""Codes as they are raised."""
MADE = called("PydanticCustomError") | called("_error")
"""Codes that the model and the reader of JSON give their complaints, among other names."""


@each_code
def test_both_languages_name_the_same_things(code: str) -> None:
    text = catalogue()[code].text
    assert placeholders(text["en"]) == placeholders(text["vi"])


@each_phrase
def test_both_languages_of_a_phrase_name_the_same_things(name: str) -> None:
    assert placeholders(phrases()[name]["en"]) == placeholders(phrases()[name]["vi"])


@each_code
def test_an_entry_is_complete(code: str) -> None:
    entry = catalogue()[code]
    assert re.fullmatch("[a-z0-9_]+", code)
    assert entry.reference
    assert entry.example
    assert entry.text["en"].endswith((".", "?"))
    assert entry.text["vi"].endswith((".", "?"))
    assert entry.text["en"] != entry.text["vi"]
    assert entry.lenient is entry.severity or entry.lenient is Severity.WARNING


@each_code
def test_a_code_is_raised_somewhere(code: str) -> None:
    chosen = {text for text, node in LITERALS if isinstance(node, ast.IfExp | ast.Tuple)}
    assert code in RAISED | MADE | chosen


def test_every_code_raised_is_in_the_catalogue() -> None:
    assert len(RAISED) > 40
    assert sorted(RAISED - catalogue().keys()) == []


def test_every_phrase_used_is_there_and_every_phrase_there_is_used() -> None:
    levels = {f"level_{level}" for level in Level if level is not Level.OTHER}
    assert sorted(called("phrase") - phrases().keys()) == []
    used = {text for text, _ in LITERALS} | levels
    assert sorted(phrases().keys() - used) == []


def test_a_finding_needs_a_code_of_the_catalogue() -> None:
    with pytest.raises(EpcisError) as caught:
        finding("no_such_code")
    assert str(caught.value) == (
        "Finding code 'no_such_code' is not in schemas/findings/catalogue.toml"
    )


def test_a_phrase_needs_a_name_of_the_table() -> None:
    with pytest.raises(EpcisError) as caught:
        phrase("no_such_phrase")
    assert str(caught.value) == "Phrase 'no_such_phrase' is not in schemas/findings/phrases.toml"


def test_phrases_are_said_in_the_readers_language() -> None:
    found = finding("malformed_value", expected=phrase("one_of", choices="A, B"), actual="'{x}'")
    assert found.message == "Expected one of A, B, got '{x}'."
    assert found.message_in("vi") == "Cần một trong A, B, nhưng gặp '{x}'."


def test_a_finding_as_json() -> None:
    where = Where(pointer="/a", line=3, column=5)
    assert finding("empty_list", at=where, field="a").as_json("vi") == {
        "code": "empty_list",
        "severity": "error",
        "message": "'a' cần ít nhất một mục.",
        "where": {"pointer": "/a", "line": 3, "column": 5},
        "reference": "EPCIS 2.0, section 7.4",
    }
    assert finding("empty_list", field="a").as_json()["where"] == {}


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Where(), ""),
        (Where(pointer="/a/0", line=3, column=5), "/a/0 (3:5)"),
        (Where(pointer="", line=1, column=1), "(1:1)"),
        (Where(sheet="Lots", cell="C12"), "Lots C12"),
    ],
    ids=["nowhere", "JSON", "the root", "spreadsheet"],
)
def test_a_place_is_shown_alike_in_every_language(where: Where, text: str) -> None:
    assert str(where) == text


def test_a_finding_never_carries_a_whole_file() -> None:
    found = finding("wrong_type", expected=phrase("one_of", choices="x" * 500), actual="y" * 500)
    assert found.message == f"Expected one of {'x' * 119}…, got {'y' * 119}…."
    far = finding("empty_list", at=Where(pointer="/a/" + "b" * 2000, line=7), field="b")
    assert far.where == Where(pointer="/a", line=7)


@pytest.mark.parametrize("name", ["", "a", "a/b", "~", "~1", "a~0/b~1"])
def test_names_in_pointers(name: str) -> None:
    token = escape_pointer(name)
    assert "/" not in token
    assert unescape_pointer(token) == name


def test_lenient_mode_keeps_what_is_never_lenient() -> None:
    found = [finding("unknown_term", actual="x"), finding("missing_field", field="x")]
    assert [one.severity for one in in_mode(found, lenient=False)] == ["error", "error"]
    lenient = in_mode(found, lenient=True)
    assert [one.severity for one in lenient] == ["warning", "error"]
    assert has_errors(lenient)
    assert not has_errors(lenient[:1])
    assert not has_errors([])


def test_the_first_of_each_code_are_kept_and_the_rest_counted() -> None:
    def one(code: str, n: int) -> Finding:
        return finding(code, at=Where(pointer=f"/{n}"), field="x")

    found = [one("empty_list", n) for n in range(5)] + [one("missing_field", 9)]
    kept = [(found.code, found.where.pointer) for found in capped(found, limit=3)]
    assert kept == [
        ("empty_list", "/0"),
        ("empty_list", "/1"),
        ("empty_list", "/2"),
        ("missing_field", "/9"),
        ("more_findings", "/3"),
    ]
    *_, more = capped(found, limit=3)
    assert more.message == "There are 2 more findings 'empty_list' like this one."


WHEN = {"eventTime": "2026-03-01T08:00:00+07:00", "eventTimeZoneOffset": "+07:00"}
OBJECT = {"type": "ObjectEvent", "action": "ADD", "epcList": ["urn:x:y"]}
WHOLE = {"malformed_json", "truncated", "not_a_document", "missing_field"}
IN_JSON = [code for code, entry in catalogue().items() if entry.example.startswith("{")]


@pytest.mark.parametrize("code", IN_JSON)
def test_the_example_of_a_code_causes_it(code: str) -> None:
    """An example is a whole file, or members of an event: an ObjectEvent unless it says more."""
    example = catalogue()[code].example
    if code not in WHOLE:
        given = json.loads(example)
        base = WHEN if "type" in given else WHEN | OBJECT
        others = json.dumps({name: value for name, value in base.items() if name not in given})
        document = (
            '{"@context": {"ex": "urn:x:"}, "type": "EPCISDocument", "schemaVersion": "2.0", '
            '"creationDate": "2026-03-01T08:00:00Z", "epcisBody": {"eventList": ['
        )
        example = f"{document}{others.removesuffix('}')}, {example.removeprefix('{')}]}}}}"
    assert code in found_in(example)


def found_in(text: str) -> set[str]:
    reader = open_document(io.BytesIO(text.encode()))
    assert not isinstance(reader, Finding)
    codes = set()
    for read in reader.events():
        codes |= {one.code for one in read.findings}
        if read.event is not None:
            codes |= {one.code for one in check_event(read.event, read.namespaces, read.syntax)}
    return codes | {one.code for one in reader.findings}


def page() -> str:
    """The page of the documentation that lists all findings."""
    lines = [
        "# Findings",
        "",
        "What the ledger can say about data, by code. Made from `schemas/findings/catalogue.toml`;",
        "do not edit it here, but run `UPDATE_DOCS=1 pytest tests/core/test_findings.py`.",
        "",
        "An **error** keeps an event out of the ledger; a **warning** and an **info** do not. With",
        "`--lenient` some errors become warnings. Every finding comes with its place: JSON",
        "Pointer, line and column, or sheet and cell.",
        "",
        "| code | severity | lenient |",
        "|---|---|---|",
    ]
    entries = catalogue()
    lines += [
        f"| [`{code}`](#{code}) | {entry.severity} "
        f"| {'' if entry.lenient is entry.severity else entry.lenient} |"
        for code, entry in entries.items()
    ]
    for code, entry in entries.items():
        lines += ["", *section(code, entry)]
    return "\n".join(lines) + "\n"


def section(code: str, entry: Entry) -> list[str]:
    weight = f"{entry.severity}"
    if entry.lenient is not entry.severity:
        weight += f", {entry.lenient} in lenient mode"
    if entry.syntax is not None:
        weight += f" · {entry.syntax.upper()} alone"
    return [
        f"## {code}",
        "",
        f"{weight} · {entry.reference}",
        "",
        f"- {entry.text['en']}",
        f"- {entry.text['vi']}",
        "",
        "```",
        entry.example,
        "```",
    ]


def test_the_page_of_findings_is_up_to_date() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
