"""The assessment at one moment: each requirement with its figures, as page, JSON and PDF."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.conformity.asked import Law, Requirement, laws
from api.notices.notice import checkpoint_code
from api.notices.typeset import Block, Column, Document, Part, typeset
from api.paper_checkpoint import PaperCheckpoint
from api.reports.made import Row, count_figures
from api.reports.periods import Period, current
from api.web import times
from api.web.texts import Texts
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import View


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is asked and answered, and how things stood.

    Attributes:
        made: microseconds since 1970 UTC.
        year: whose figures these are, so far.
        figures: counted figures, by their keys.
    """

    made: int
    year: Period
    figures: dict[str, Row]

    def rows(self, requirement: Requirement) -> list[Row]:
        """Return the figures that a requirement names."""
        return [self.figures[key] for key in requirement.figures]

    def standings(self) -> Counter[str]:
        """Return how many requirements stand how."""
        return Counter(one.standing for law in laws() for one in law.requirements)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "made": utc_text(self.made),
            "standings": dict(self.standings()),
            "laws": [
                {
                    "title": law.title.model_dump(),
                    "requirements": [
                        {
                            **one.model_dump(mode="json", exclude={"figures"}),
                            "figures": {row.key: row.counted.number for row in self.rows(one)},
                        }
                        for one in law.requirements
                    ],
                }
                for law in laws()
            ],
        }


def assess(ledger: Ledger, books: Bookkeeping, view: View, now: int) -> Assessment:
    """Count what the requirements name.

    Args:
        ledger: what was recorded.
        books: the registry.
        view: of who sees all.
        now: microseconds since 1970 UTC.
    """
    year = current("year", now)
    keys = dict.fromkeys(key for law in laws() for one in law.requirements for key in one.figures)
    counted = count_figures(ledger, books, view, keys, period=year, now=now)
    return Assessment(now, year, {row.key: row for row in counted})


def assessment_pdf(found: Assessment, t: Texts, checkpoint: PaperCheckpoint | None) -> bytes:
    """Return the assessment as a PDF to be signed."""
    made = times.date_and_time(times.here_at(found.made), t.language)
    number = found.standings()
    summary = Block(
        "",
        (
            t("conformity.intro"),
            t(
                "conformity.summary",
                met=number["met"],
                partly=number["partly"],
                operator=number["operator"],
            ),
            t("conformity.caution"),
        ),
    )
    part = Part(
        t.language,
        "…" * 30,
        (t("report.made", time=made),),
        t("conformity.title"),
        t("conformity.subtitle"),
        (summary, *(block for law in laws() for block in _blocks(found, law, t))),
        t("conformity.sign"),
        checkpoint=checkpoint_code(t, checkpoint),
    )
    return typeset(Document((part,), t("conformity.title")))


def _blocks(found: Assessment, law: Law, t: Texts) -> Iterator[Block]:
    columns = (
        Column(t("conformity.clause"), 1.1),
        Column(t("conformity.asks"), 2.2),
        Column(t("conformity.answer"), 3),
        Column(t("conformity.standing"), 1),
        Column(t("conformity.evidence"), 2.2),
    )
    rows = tuple(
        (
            one.clause,
            getattr(one.asks, t.language),
            _answer(one, t),
            t(f"conformity.is_{one.standing}"),
            _evidence(found, one, t),
        )
        for one in law.requirements
    )
    yield Block(getattr(law.title, t.language), columns=columns, rows=rows)


def _answer(one: Requirement, t: Texts) -> str:
    told = [getattr(one.answer, t.language)]
    if one.note is not None:
        told.append(getattr(one.note, t.language))
    if one.read == "report":
        told.append(t("conformity.by_report"))
    return " ".join(told)


def _evidence(found: Assessment, one: Requirement, t: Texts) -> str:
    figures = [
        f"{getattr(row.figure, t.language)}: {t.number(row.counted.number)}"
        for row in found.rows(one)
    ]
    places = [*one.pages, *(f"docs/{name}" for name in one.documents)]
    return "; ".join([*figures, *places])
