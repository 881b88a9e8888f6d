"""Findings: bad data as a value, with its place and a sentence in the reader's language.

A finding is made from a *code*; its severity, clause and sentences stand in
`schemas/findings/catalogue.toml`, so that a rule's text is data and exists in every language. What
a sentence names is text that means the same everywhere (a field, an identifier, a number), or a
`Phrase` of `schemas/findings/phrases.toml`, which is said in the reader's language too.

    >>> found = finding(
    ...     "wrong_type",
    ...     at=Where(pointer="/epcList"),
    ...     expected=phrase("a_list"),
    ...     actual="'urn:epc:id:sscc:8930001.0000000001'",
    ... )
    >>> found.message
    "Expected a list, got 'urn:epc:id:sscc:8930001.0000000001'."
    >>> found.message_in("vi")
    "Cần một danh sách, nhưng gặp 'urn:epc:id:sscc:8930001.0000000001'."
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

from epcis_core.errors import EpcisError

Language = Literal["en", "vi"]
"""The languages that every sentence is written in."""

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
"""The same, to go through."""

Syntax = Literal["json", "xml"]
"""The syntaxes that the standard gives documents and events."""

_LONGEST_VALUE: Final = 120
_LONGEST_POINTER: Final = 1000
_SYNTAXES: Final[Mapping[str, Syntax]] = {"json": "json", "xml": "xml"}


class Severity(StrEnum):
    """How much a finding weighs. Only an `ERROR` keeps an event out of the ledger."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Where:
    """The place a finding is about; only the coordinates that the syntax has are set.

    Attributes:
        pointer: RFC 6901 JSON Pointer from the root of the document; `""` is the root.
        line: line in the file, from 1.
        column: column in that line in characters, from 1.
        sheet: name of the spreadsheet's sheet.
        cell: cell in that sheet, such as `C12`.
    """

    pointer: str | None = None
    line: int | None = None
    column: int | None = None
    sheet: str | None = None
    cell: str | None = None

    def bounded(self) -> "Where":
        """Return this place, or the nearest one around it whose pointer is of a sane length."""
        if self.pointer is None or len(self.pointer) <= _LONGEST_POINTER:
            return self
        around, _, _ = self.pointer[:_LONGEST_POINTER].rpartition("/")
        return replace(self, pointer=around)

    def as_json(self) -> dict[str, str | int]:
        """Return the coordinates that are set, by name."""
        named = {
            "pointer": self.pointer,
            "line": self.line,
            "column": self.column,
            "sheet": self.sheet,
            "cell": self.cell,
        }
        return {name: value for name, value in named.items() if value is not None}

    def __str__(self) -> str:
        parts = [self.sheet, self.cell, self.pointer]
        if self.line is not None:
            parts.append(f"({self.line}:{self.column})")
        return " ".join(part for part in parts if part)


def escape_pointer(name: str) -> str:
    """Return a member's name as one token of a JSON Pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape_pointer(token: str) -> str:
    """Return the member's name that a token of a JSON Pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~")


Path = tuple[str | int, ...]
"""The names of members and indexes of lists that lead to a place; a pointer in the making."""


def pointer_of(path: Path) -> str:
    """Return a path as a JSON Pointer (RFC 6901).

    >>> pointer_of(("sensorElementList", 0, "ex:a/b"))
    '/sensorElementList/0/ex:a~1b'
    """
    return "".join(f"/{escape_pointer(str(step))}" for step in path)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue says of one code.

    Attributes:
        severity: its weight in strict mode.
        lenient: its weight in lenient mode.
        reference: the clause it rests on.
        text: language to sentence, with `{name}` where a value goes.
        example: a short piece of input that causes it.
        syntax: the one syntax it is about; None where it is about both.
    """

    severity: Severity
    lenient: Severity
    reference: str
    text: Mapping[str, str]
    example: str
    syntax: Syntax | None = None


def _table(name: str) -> dict[str, dict[str, str]]:
    source = files("schemas") / "findings" / f"{name}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return every finding code with its entry, in the catalogue's order."""
    entries = {}
    for code, row in _table("catalogue").items():
        severity = Severity(row.get("severity", "error"))
        entries[code] = Entry(
            severity=severity,
            lenient=Severity(row.get("lenient", severity)),
            reference=row["reference"],
            text={"en": row["en"], "vi": row["vi"]},
            example=row["example"],
            syntax=_SYNTAXES[row["syntax"]] if "syntax" in row else None,
        )
    return entries


@cache
def phrases() -> Mapping[str, Mapping[Language, str]]:
    """Return the words that stand inside sentences, by name and language."""
    return {name: {"en": row["en"], "vi": row["vi"]} for name, row in _table("phrases").items()}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words of a finding's sentence that are said in the reader's language.

    Attributes:
        name: the key in `schemas/findings/phrases.toml`.
        values: what the words name, each as text.
    """

    name: str
    values: Mapping[str, str] = field(default_factory=dict)

    def text_in(self, language: Language) -> str:
        """Return the words in a language."""
        return phrases()[self.name][language].format_map(self.values)


@dataclass(frozen=True, slots=True)
class Wording:
    """Some words of a finding's sentence that other data than the phrases gives, in every language.

    Attributes:
        text: the words by language.
    """

    text: Mapping[Language, str]

    def text_in(self, language: Language) -> str:
        """Return the words in a language."""
        return self.text[language]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, doubtful or worth knowing in the data.

    Attributes:
        code: the catalogue's key, such as `wrong_check_digit`.
        severity: its weight in the mode it was found in.
        where: the place in the file.
        values: what the sentence names: text that is the same in every language, or words that are
            said in the reader's.
        clause: the clause it rests on, where the catalogue cannot know it.
    """

    code: str
    severity: Severity
    where: Where
    values: Mapping[str, str | Phrase | Wording] = field(default_factory=dict)
    clause: str = ""

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.message_in("en")

    def message_in(self, language: Language) -> str:
        """Return the sentence in a language: what failed, what was expected, what was there."""
        shown = {
            name: value if isinstance(value, str) else value.text_in(language)
            for name, value in self.values.items()
        }
        return catalogue()[self.code].text[language].format_map(shown)

    @property
    def reference(self) -> str:
        """The clause the finding rests on."""
        return self.clause or catalogue()[self.code].reference

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """Return the finding in the shape of the JSON reports."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message_in(language),
            "where": self.where.as_json(),
            "reference": self.reference,
        }


def finding(code: str, /, *, at: Where | None = None, **values: object) -> Finding:
    """Make a finding with the severity the catalogue gives its code.

    Args:
        code: a code of the catalogue.
        at: the place; none for the file as a whole.
        **values: what the code's sentence names; text is cut, so that a finding never carries a
            whole file.

    Raises:
        EpcisError: the code is not in the catalogue.
    """
    entry = catalogue().get(code)
    if entry is None:
        raise EpcisError(f"Finding code {code!r} is not in schemas/findings/catalogue.toml")
    shown = {
        name: value if isinstance(value, Phrase | Wording) else _shortened(str(value))
        for name, value in values.items()
    }
    return Finding(code, entry.severity, at.bounded() if at else Where(), shown)


def phrase(name: str, /, **values: object) -> Phrase:
    """Make words for a finding's sentence.

    Args:
        name: a key of the phrases.
        **values: what the words name.

    Raises:
        EpcisError: the name is not among the phrases.
    """
    if name not in phrases():
        raise EpcisError(f"Phrase {name!r} is not in schemas/findings/phrases.toml")
    return Phrase(name, {key: _shortened(str(value)) for key, value in values.items()})


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def capped(found: Iterable[Finding], limit: int = 20) -> Iterator[Finding]:
    """Yield the first findings of each code, and for the rest how many more there are.

    An event can hold a hundred thousand malformed identifiers, and nobody reads them all. Every
    code stays present, and with it the heaviest severity.

    Args:
        found: findings about one event or one document.
        limit: how many of each code are kept.
    """
    counts: dict[str, int] = {}
    first_left_out: dict[str, Where] = {}
    for one in found:
        counts[one.code] = counts.get(one.code, 0) + 1
        if counts[one.code] <= limit:
            yield one
        else:
            first_left_out.setdefault(one.code, one.where)
    for code, where in first_left_out.items():
        yield finding("more_findings", at=where, code=code, count=counts[code] - limit)


def in_mode(findings: Iterable[Finding], *, lenient: bool) -> list[Finding]:
    """Return findings with the severity they have in strict or lenient mode."""
    if not lenient:
        return list(findings)
    return [replace(found, severity=catalogue()[found.code].lenient) for found in findings]


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding is an error."""
    return any(found.severity is Severity.ERROR for found in findings)
