"""A trap of spreadsheet programs: dates typed day first where the program takes the month first.

Such a program makes 03/04/2026 a date, of March, and leaves 25/04/2026 as text. So a column where
every real date has a day up to 12, and every text a day above, has probably been mistaken.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Final

from epcis_core.findings import Finding, Where, finding
from ingest.sheets.rows import Record

_LAST_MONTH: Final = 12
_DAY: Final = re.compile(r"\s*(\d{1,2})[/.\-]\d{1,2}[/.\-]\d{2,4}")


@dataclass(slots=True)
class _Column:
    """What was seen in one column.

    Attributes:
        dates: real dates whose day may be a month.
        texts: texts whose day may not; the first one's place.
        is_clear: something in it shows that nothing was mistaken.
    """

    dates: int = 0
    first_date: Where | None = None
    texts: int = 0
    is_clear: bool = False


@dataclass(slots=True)
class DateOrder:
    """Watches the dates of a sheet, and tells at its end of columns that are suspect."""

    _columns: dict[str, _Column] = field(default_factory=dict)

    def look(self, record: Record) -> None:
        """See the dates of a record."""
        for cell in record.cells.values():
            if cell.column.kind != "date":
                continue
            seen = self._columns.setdefault(cell.column.key, _Column())
            if isinstance(cell.value, dt.date):
                seen.dates += 1
                seen.first_date = seen.first_date or cell.at
                seen.is_clear |= cell.value.day > _LAST_MONTH
            elif isinstance(cell.value, str) and (day := _DAY.match(cell.value)):
                seen.texts += 1
                seen.is_clear |= int(day[1]) <= _LAST_MONTH

    def findings(self) -> list[Finding]:
        """Return a warning for each column that is suspect."""
        return [
            finding("sheet_dates_mixed", at=seen.first_date)
            for seen in self._columns.values()
            if seen.dates and seen.texts and not seen.is_clear
        ]
