"""Findings: bad data as a value, with its place and a sentence in the reader's language.

A finding is made from a *code*; its severity, clause and sentences stand in
`schemas/findings/catalogue.toml`, so that a rule's text is data and exists in every language.

    >>> finding("unknown_field", at=Where(pointer="/ilmd/foo"), field="foo").message
    "Field 'foo' is not known here; an extension field needs a prefix, such as 'ex:foo'."
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from epcis_core.errors import EpcisError

Language = Literal["en", "vi"]


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

    def below(self, base: str) -> "Where":
        """Return this place with `base`, a JSON Pointer, in front of its own pointer."""
        return self if self.pointer is None else replace(self, pointer=base + self.pointer)

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
            parts.append(f"line {self.line}, column {self.column}")
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue says of one code.

    Attributes:
        severity: its weight in strict mode.
        lenient: its weight in lenient mode.
        reference: the clause it rests on.
        text: language to sentence, with `{name}` where a value goes.
        example: a short piece of input that causes it.
    """

    severity: Severity
    lenient: Severity
    reference: str
    text: Mapping[str, str]
    example: str


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return every finding code with its entry, in the catalogue's order."""
    source = files("schemas") / "findings" / "catalogue.toml"
    entries = {}
    for code, row in tomllib.loads(source.read_text(encoding="utf-8")).items():
        severity = Severity(row.get("severity", "error"))
        entries[code] = Entry(
            severity=severity,
            lenient=Severity(row.get("lenient", severity)),
            reference=row["reference"],
            text={"en": row["en"], "vi": row["vi"]},
            example=row["example"],
        )
    return entries


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, doubtful or worth knowing in the data.

    Attributes:
        code: the catalogue's key, such as `wrong_check_digit`.
        severity: its weight in the mode it was found in.
        where: the place in the file.
        values: what the sentence names, each as text.
    """

    code: str
    severity: Severity
    where: Where
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.message_in("en")

    def message_in(self, language: Language) -> str:
        """Return the sentence in a language: what failed, what was expected, what was there."""
        return catalogue()[self.code].text[language].format_map(self.values)

    @property
    def reference(self) -> str:
        """The clause the finding rests on."""
        return catalogue()[self.code].reference

    def as_json(self, language: Language = "en") -> dict[str, Any]:
        """Return the finding in the shape of the JSON reports."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message_in(language),
            "where": self.where.as_json(),
            "reference": self.reference,
        }


def finding(code: str, *, at: Where | None = None, **values: object) -> Finding:
    """Make a finding with the severity the catalogue gives its code.

    Args:
        code: a code of the catalogue.
        at: the place; none for the file as a whole.
        **values: what the code's sentence names; shown by `repr` without change for text.

    Raises:
        EpcisError: the code is not in the catalogue.
    """
    entry = catalogue().get(code)
    if entry is None:
        raise EpcisError(f"Finding code {code!r} is not in schemas/findings/catalogue.toml")
    shown = {name: shortened(str(value)) for name, value in values.items()}
    return Finding(code, entry.severity, at or Where(), shown)


def shortened(text: str, limit: int = 120) -> str:
    """Return a text cut to `limit` characters, so that a finding never carries a whole file."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def in_mode(findings: Iterable[Finding], *, lenient: bool) -> list[Finding]:
    """Return findings with the severity they have in strict or lenient mode."""
    if not lenient:
        return list(findings)
    return [replace(found, severity=catalogue()[found.code].lenient) for found in findings]


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding is an error."""
    return any(found.severity is Severity.ERROR for found in findings)
