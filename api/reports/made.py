"""A report of one period: every figure counted, and the words beside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from api.reports.layout import Layout, Name, layouts
from api.reports.periods import Period
from api.web.contacts import role_in_words
from api.web.texts import Texts, sentences
from epcis_core.findings import Language
from epcis_core.model.times import utc_text
from epcis_core.rules.profiles import profiles
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.figures import Counted, Figure, count_figure, figures
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.desk import remarks_of
from epcis_core.store.view import View
from ingest.desk import desk_list
from ingest.registry.lines import list_of


@dataclass(frozen=True, slots=True)
class Row:
    """A figure in a report.

    Attributes:
        key: of the figure.
        figure: the question.
        counted: the answer.
    """

    key: str
    figure: Figure
    counted: Counted


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a period.

    Attributes:
        name: which one.
        layout: what it is made of.
        period: of when.
        made: when it was counted, microseconds since 1970 UTC.
        sections: figures, by the titles of the layout's sections in their order.
        remarks: the province's words, by the keys of the layout's remarks.
    """

    name: Name
    layout: Layout
    period: Period
    made: int
    sections: tuple[tuple[Row, ...], ...]
    remarks: Mapping[str, str]

    @property
    def is_whole(self) -> bool:
        """Whether its period was over when it was made."""
        return self.period.is_over(self.made)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON, with the question of every figure."""
        return {
            "report": self.name,
            "period": str(self.period),
            "first_day": self.period.first.isoformat(),
            "last_day": self.period.last.isoformat(),
            "whole": self.is_whole,
            "made": utc_text(self.made),
            "due": self.layout.due(self.period).isoformat(),
            "figures": {
                row.key: {
                    "name": {"vi": row.figure.vi, "en": row.figure.en},
                    "number": row.counted.number,
                    **({"groups": dict(row.counted.groups)} if row.figure.by else {}),
                    "of": row.figure.of,
                    "sql": row.figure.sql.strip(),
                }
                for rows in self.sections
                for row in rows
            },
            "remarks": dict(self.remarks),
        }


def make_report(
    ledger: Ledger, books: Bookkeeping, view: View, name: Name, *, period: Period, now: int
) -> Report:
    """Count the figures of a report.

    Args:
        ledger: what was recorded.
        books: the registry.
        view: of who sees all.
        name: which report.
        period: of when.
        now: microseconds since 1970 UTC.
    """
    layout = layouts()[name]
    sections = tuple(
        count_figures(ledger, books, view, section.figures, period=period, now=now)
        for section in layout.sections
    )
    return Report(name, layout, period, now, sections, remarks_of(books, str(period)))


def count_figures(
    ledger: Ledger,
    books: Bookkeeping,
    view: View,
    keys: Iterable[str],
    *,
    period: Period,
    now: int,
) -> tuple[Row, ...]:
    """Count some figures of a period; see `make_report`."""
    between = period.between(now)
    return tuple(
        Row(key, figures()[key], count_figure(ledger, books, view, key, between)) for key in keys
    )


def group_in_words(row: Row, group: str, t: Texts) -> str:
    """Return the name of a group of a figure in a language.

    Lots may have been judged by a release that knew other profiles and gaps: these are told as they
    are written.
    """
    if not group:
        return t("desk.no_group")
    match row.figure.by:
        case "month":
            words = t("desk.month", month=int(group[-2:]), year=group[:4])
        case "stars":
            words = t("desk.stars", number=group)
        case "biz_step":
            words = t.biz_step(group)
        case "role":
            words = role_in_words(group, t)
        case "profile":
            known = profiles().get(group)
            words = known.title.in_every_language()[t.language] if known else group
        case "completeness":
            words = t(f"desk_percent.{group}")
        case "gap":
            words = t(key) if (key := f"gap_title.{group}") in sentences(t.language) else group
        case "delivery":
            words = t(f"portal.counted.{group}")
        case by:
            words = _choices(by, t.language).get(group, group)
    return words


@cache
def _choices(by: str | None, language: Language) -> Mapping[str, str]:
    """Return the words for the groups of a kind that are chosen from a list; none for others."""
    columns = {
        "sector": list_of("products").by_key["sector"],
        "topic": desk_list("trainings").by_key["topic"],
        "wish": desk_list("surveys").by_key["wish"],
    }
    column = columns.get(by or "")
    return {one.value: getattr(one.name, language) for one in column.choices} if column else {}
