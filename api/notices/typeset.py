"""A document to be issued, set in type: a PDF whose text can be selected, searched and read aloud.

What stands in it reaches the form as data, never as a part of it, so that no text can do more than
be read. The same document gives the same bytes.

References:
    ISO 14289-1 (PDF/UA-1)
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.resources import files
from typing import Any, Final

import typst

from api.qr import qr_code
from epcis_core.findings import Language

MOST_ROWS: Final = 200
"""Rows of one table; a document tells how many more there are."""

_LONGEST: Final = 5000
"""Characters of one text."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        label: what its cells are.
        share: of the width, beside those of the others.
        right: its cells end at the right, as amounts do.
    """

    label: str
    share: float = 1
    right: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with what stands below it: paragraphs, a table, a note.

    Attributes:
        rows: cells as text, as many as columns.
    """

    heading: str
    lines: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with what is said beside it.

    Attributes:
        text: what is read from it.
        alt: what it is, for those who do not see it.
    """

    text: str
    label: str
    told: str
    alt: str


@dataclass(frozen=True, slots=True)
class Part:
    """A document in one language.

    Attributes:
        issuer: whose it is.
        head: number, day and such.
        sign: above the place for a signature; empty for none.
        checkpoint: of the ledger; its text is printed too.
    """

    language: Language
    issuer: str
    head: tuple[str, ...]
    title: str
    subtitle: str = ""
    blocks: tuple[Block, ...] = ()
    sign: str = ""
    codes: tuple[Code, ...] = ()
    checkpoint: Code | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one language or several.

    Attributes:
        footer: at the foot of each page, before its number.
        draft: across each page; empty for what is issued.
    """

    parts: tuple[Part, ...]
    footer: str = ""
    draft: str = field(default="")


def typeset(document: Document) -> bytes:
    """Return the PDF of a document.

    Where a name has signs that the form's own fonts lack, such as Chinese, it is set with those of
    the machine; signs that these lack too are boxes on paper, and nothing is promised to PDF/UA.
    """
    first = document.parts[0]
    data = {**asdict(document), "title": first.title, "author": first.issuer}
    compiled = partial(
        typst.compile,
        (files("api.notices") / "document.typ").read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(_drawn(data))},
    )
    try:
        pdf = compiled(ignore_system_fonts=True, pdf_standards=["ua-1"])
    except typst.TypstError:
        pdf = compiled()
    assert isinstance(pdf, bytes)  # noqa: S101 - one document is one file
    return pdf


def _drawn(value: Any) -> Any:
    """Return data as the form takes it: codes drawn, texts without what cannot be printed."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        found = {name: _drawn(one) for name, one in value.items()}
        return found | {"svg": _svg(value["text"])} if "alt" in value else found
    if isinstance(value, list | tuple):
        return [_drawn(one) for one in value]
    return value


def printable(text: str) -> str:
    """Return a text as it is printed: composed, without control characters but line ends.

    >>> printable("Nho" + chr(0) + " to\N{COMBINING CIRCUMFLEX ACCENT}t" + chr(0x202E))
    'Nho tôt'
    """
    kept = (one for one in text if one == "\n" or unicodedata.category(one) not in {"Cc", "Cf"})
    return unicodedata.normalize("NFC", "".join(kept))[:_LONGEST]


def _svg(text: str) -> str:
    code = qr_code(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {code.size} {code.size}">'
        f'<rect width="{code.size}" height="{code.size}" fill="#fff"/><path d="{code.path}"/></svg>'
    )
