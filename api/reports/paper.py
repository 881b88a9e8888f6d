"""A report on paper: figures, groups, remarks, and in the annex the questions that were asked."""

from collections.abc import Iterator
from typing import Final

from api.notices.notice import checkpoint_code
from api.notices.typeset import Block, Column, Document, Part, typeset
from api.paper_checkpoint import PaperCheckpoint
from api.reports.desk import MOST_GROUPS, in_words
from api.reports.made import Report, Row, group_in_words
from api.web import times
from api.web.texts import Texts

_BLANK: Final = "…" * 40
"""Where somebody is to write by hand what the province has not said yet."""


def report_pdf(report: Report, t: Texts, checkpoint: PaperCheckpoint | None) -> bytes:
    """Return a report as a PDF.

    Args:
        report: it.
        t: in which language.
        checkpoint: of the ledger's log; None where none is signed.
    """
    made = times.date_and_time(times.here_at(report.made), t.language)
    due = times.calendar_day(report.layout.due(report.period), t.language)
    part = Part(
        t.language,
        t("report.issuer"),
        (t("report.made", time=made), t("report.due", day=due)),
        getattr(report.layout.title, t.language),
        in_words(report.period, t),
        tuple(_blocks(report, t)),
        t("report.sign"),
        checkpoint=checkpoint_code(t, checkpoint),
    )
    footer = t("report.footer", title=getattr(report.layout.title, t.language))
    return typeset(Document((part,), footer, "" if report.is_whole else t("report.unfinished")))


def _blocks(report: Report, t: Texts) -> Iterator[Block]:
    for number, (section, rows) in enumerate(
        zip(report.layout.sections, report.sections, strict=True), start=1
    ):
        title = f"{number}. {getattr(section.title, t.language)}"
        plain = [row for row in rows if row.figure.by is None]
        columns = (Column(t("report.figure"), 5), Column(t("report.number"), 1, right=True))
        cells = tuple(
            (getattr(row.figure, t.language), t.number(row.counted.number)) for row in plain
        )
        yield Block(title, columns=columns, rows=cells)
        for row in rows:
            if row.figure.by is not None:
                yield _groups(row, t)
    for one in report.layout.remarks:
        words = report.remarks.get(one.key, "")
        lines = tuple(line for line in words.split("\n") if line.strip()) or (_BLANK,) * 4
        yield Block(getattr(one.title, t.language), lines)
    yield from _annex(report, t)


def _groups(row: Row, t: Texts) -> Block:
    groups = row.counted.groups
    if row.figure.by == "month":
        groups = tuple(sorted(groups))
    cells = [(group_in_words(row, name, t), t.number(number)) for name, number in groups]
    shown = cells[: 3 * MOST_GROUPS]
    if not cells:
        nothing = t("report.none")
        return Block("", (f"{getattr(row.figure, t.language)}: {nothing}.",))
    note = ""
    if len(cells) > len(shown):
        note = t("report.more", number=t.number(len(cells) - len(shown)))
    columns = (
        Column(getattr(row.figure, t.language), 5),
        Column(t("report.number"), 1, right=True),
    )
    return Block("", columns=columns, rows=tuple(shown), note=note)


def _annex(report: Report, t: Texts) -> Iterator[Block]:
    """Yield the questions, so that every figure can be counted again."""
    rows = tuple(
        (
            getattr(row.figure, t.language),
            t(f"report.of_{row.figure.of}"),
            " ".join(row.figure.sql.split()),
        )
        for rows in report.sections
        for row in rows
    )
    columns = (
        Column(t("report.figure"), 2),
        Column(t("report.asked_of"), 1),
        Column(t("report.sql"), 5),
    )
    yield Block(t("report.annex"), (t("report.annex_help"),), columns, rows)
