"""The recall notice: its text as it is filled in, and the document that is made of it.

References:
    21 CFR 7.49: brief; product, size and lots; reason; stop; notify onward; what to do
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from api.notices.tables import affected_block, calls_block, customers_block, lots_block
from api.notices.typeset import Block, Code, Document, Part
from api.paper_checkpoint import PaperCheckpoint
from api.web import times
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.findings import Language
from epcis_core.provenance.recall_result import Recall

FIELDS: Final = (
    "issuer",
    "to",
    "reason",
    "hazard",
    "stop",
    "onward",
    "goods",
    "reply",
    "contact",
)
"""What can be edited, in the order of the form."""

LONGEST: Final = 1500
"""Characters of one field."""

MOST_CODES: Final = 6

_LONGEST_LINK: Final = 500
"""Bytes; a code of more is too fine for a phone, and of 3,000 there is none."""

Wording = Mapping[str, str]
"""The text of each of `FIELDS`."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A notice as somebody edited it.

    Attributes:
        wordings: text by language, in the order in which they are printed.
        with_customers: it says who got how much.
        with_calls: it says whom to call under which number.
    """

    wordings: Mapping[Language, Wording]
    with_customers: bool = False
    with_calls: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """What a notice says of itself.

    Attributes:
        number: None for a draft.
        version: from 1.
        now: microseconds since 1970 UTC.
        case_number: under which it is issued.
        base: of the links in its codes.
        checkpoint: None where the ledger signs none.
    """

    number: int | None
    version: int
    now: int
    case_number: str | None
    base: str
    checkpoint: PaperCheckpoint | None


def filled_in(texts: Texts, issuer: str | None, contact: str) -> dict[str, str]:
    """Return the text that a notice has before anybody edits it.

    Args:
        texts: its language.
        issuer: the business that issues it; None for the authority.
        contact: whom to call; empty where nobody is known.
    """
    found = {name: texts(f"notice_default.{name}") for name in FIELDS}
    own = {"issuer": issuer, "contact": contact}
    return found | {name: text for name, text in own.items() if text}


def notice(recall: Recall, namer: Namer, edited: Edited, issue: Issue) -> Document:
    """Return the notice of a recall as a document.

    Args:
        recall: with at least one subject.
        namer: names, in any language.
        edited: its text.
        issue: what it says of itself.
    """
    parts = [
        _part(recall, replace(namer, texts=Texts(language)), edited, wording, issue)
        for language, wording in edited.wordings.items()
    ]
    texts = Texts(next(iter(edited.wordings)))
    if issue.number is None:
        return Document(tuple(parts), texts("notice.footer_draft"), texts("notice.draft"))
    footer = texts("notice.footer", number=issue.number, version=issue.version)
    return Document(tuple(parts), footer)


def _part(recall: Recall, namer: Namer, edited: Edited, wording: Wording, issue: Issue) -> Part:
    t = namer.texts
    return Part(
        t.language,
        wording["issuer"],
        tuple(_head(t, issue)),
        t("notice.title"),
        t("notice.to", to=wording["to"]),
        tuple(_blocks(recall, namer, edited, wording)),
        t("notice.sign"),
        tuple(_codes(recall.subjects, namer, issue.base)),
        checkpoint_code(t, issue.checkpoint),
    )


def _head(t: Texts, issue: Issue) -> Iterator[str]:
    if issue.number is not None:
        yield t("notice.number", number=issue.number)
        if issue.version > 1:
            yield t("notice.version", version=issue.version)
    yield t("notice.day", day=times.day(times.here_at(issue.now), t.language))
    if issue.case_number is not None:
        yield t("notice.case", number=issue.case_number)


def _blocks(recall: Recall, namer: Namer, edited: Edited, wording: Wording) -> Iterator[Block]:
    t = namer.texts
    yield lots_block(recall, namer)
    yield Block(t("notice.reason"), _lines(wording, "reason", "hazard"))
    yield Block(t("notice.do"), _lines(wording, "stop", "onward", "goods"))
    yield Block(t("notice.answer"), _lines(wording, "reply", "contact"))
    yield affected_block(recall, namer, t("notice.affected"))
    if edited.with_customers:
        yield customers_block(recall, namer)
    if edited.with_calls:
        yield calls_block(recall, namer)


def _lines(wording: Wording, *names: str) -> tuple[str, ...]:
    return tuple(
        line for name in names for one in wording[name].splitlines() if (line := one.strip())
    )


def _codes(subjects: Sequence[str], namer: Namer, base: str) -> Iterator[Code]:
    t = namer.texts
    for one in subjects[:MOST_CODES]:
        name = namer.thing(one)
        link = base + one.removeprefix(_DOMAIN) if one.startswith(f"{_DOMAIN}/") else one
        if len(link.encode()) <= _LONGEST_LINK:
            yield Code(link, t("notice.code"), name, t("notice.code_alt", thing=name))


_DOMAIN: Final = "https://id.gs1.org"


def checkpoint_code(t: Texts, checkpoint: PaperCheckpoint | None) -> Code | None:
    """Return the checkpoint of a ledger as it is printed; None where there is none."""
    if checkpoint is None:
        return None
    signed = times.date_and_time(times.here_at(checkpoint.made), t.language)
    told = t("notice.checkpoint_told", entries=t.number(checkpoint.size), time=signed)
    label = t("notice.checkpoint")
    return Code(checkpoint.text, label, told, t("notice.checkpoint_alt"))
