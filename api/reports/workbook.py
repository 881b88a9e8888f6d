"""A report as a spreadsheet: a sheet of figures, one of groups, one of the questions asked."""

from collections.abc import Iterator, Sequence
from typing import Final

from xlsxwriter.worksheet import Worksheet

from api.reports.desk import in_words
from api.reports.made import Report, Row, group_in_words
from api.web import times
from api.web.texts import Texts
from ingest.sheets.grid import Value
from ingest.sheets.sheet_writer import Book, put

_HEAD: Final = {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True}
_WIDE: Final = 60
_NARROW: Final = 14
_TITLED: Final = 4  # rows above the table of figures


def report_workbook(report: Report, t: Texts) -> bytes:
    """Return a report as a workbook.

    Args:
        report: it.
        t: in which language.
    """
    book = Book(t.language)
    rows = [(section, row) for section, rows in _sections(report, t) for row in rows]
    named = [(getattr(row.figure, t.language), row) for _, row in rows]
    sheet = _table(
        book,
        t("report.figures"),
        (t("report.section"), t("report.figure"), t("report.number")),
        [(s, name, float(r.counted.number)) for (s, r), (name, _) in zip(rows, named, strict=True)],
        first=_TITLED,
        widths=(_WIDE // 2, _WIDE, _NARROW),
    )
    title = getattr(report.layout.title, t.language)
    for line, text in enumerate((title, in_words(report.period, t), _counted(report, t))):
        put(sheet, line, 0, text, book.form(bold=True, font_size=14) if line == 0 else None)
    _table(
        book,
        t("report.groups"),
        (t("report.figure"), t("report.group"), t("report.number")),
        [
            (name, group_in_words(row, group, t), float(number))
            for name, row in named
            for group, number in row.counted.groups
        ],
        widths=(_WIDE, _WIDE // 2, _NARROW),
    )
    remarks = [
        (getattr(one.title, t.language), report.remarks.get(one.key, ""))
        for one in report.layout.remarks
    ]
    head = (t("report.subject"), t("report.words"))
    _table(book, t("report.remarks"), head, remarks, widths=(_WIDE // 2, 2 * _WIDE))
    _table(
        book,
        t("report.questions"),
        (t("report.figure"), t("report.asked_of"), t("report.sql")),
        [(name, t(f"report.of_{row.figure.of}"), row.figure.sql.strip()) for name, row in named],
        widths=(_WIDE, _NARROW, 2 * _WIDE),
    )
    return book.finish()


def _sections(report: Report, t: Texts) -> Iterator[tuple[str, Sequence[Row]]]:
    """Yield the title of each section, and its figures."""
    for section, rows in zip(report.layout.sections, report.sections, strict=True):
        yield getattr(section.title, t.language), rows


def _counted(report: Report, t: Texts) -> str:
    made = times.date_and_time(times.here_at(report.made), t.language)
    return t("report.counted" if report.is_whole else "report.counted_so_far", time=made)


def _table(
    book: Book,
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Value]],
    *,
    widths: Sequence[int],
    first: int = 0,
) -> Worksheet:
    """Add a sheet with a table, whose headings stay where they are, from a row on."""
    sheet = book.sheet(title)
    wrapped = book.form(text_wrap=True, valign="top")
    for position, (name, width) in enumerate(zip(head, widths, strict=True)):
        sheet.set_column(position, position, width)
        put(sheet, first, position, name, book.form(**_HEAD))
    for row, values in enumerate(rows, start=first + 1):
        for position, value in enumerate(values):
            put(sheet, row, position, value, wrapped)
    sheet.freeze_panes(first + 1, 0)
    sheet.autofilter(first, 0, first + max(1, len(rows)), len(head) - 1)
    return sheet
