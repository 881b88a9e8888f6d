"""What the page of gaps says: by code, how many there are, what they mean, and each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.web.bars import Segment, bar
from api.web.gap_words import Briefs, GapRow, gap_help, gap_rows, gap_title
from api.web.naming import Namer
from epcis_core.provenance.result import Gap


@dataclass(frozen=True, slots=True)
class GapGroup:
    """The gaps of one code.

    Attributes:
        help: what they mean and what to do.
        number: how many there are.
        rows: those that the page lists.
        bar: how many there are, beside the most of any code.
    """

    code: str
    title: str
    help: str
    number: int
    rows: tuple[GapRow, ...]
    bar: tuple[Segment, ...]


def by_code(gaps: Sequence[Gap]) -> dict[str, list[Gap]]:
    """Return code to gaps, in their order; `truncated` is no gap of the records."""
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        if gap.code != "truncated":
            found.setdefault(gap.code, []).append(gap)
    return found


def gap_groups(
    gaps: Sequence[Gap], briefs: Briefs, namer: Namer, most: int
) -> tuple[GapGroup, ...]:
    """Return the groups of a page.

    Args:
        gaps: in their order.
        briefs: of the events that the listed ones name.
        namer: names and language.
        most: how many of one code the page lists.
    """
    groups = by_code(gaps)
    highest = max(map(len, groups.values()), default=0)
    return tuple(
        GapGroup(
            code,
            gap_title(code, namer),
            gap_help(code, namer),
            len(its),
            gap_rows(its[:most], briefs, namer),
            bar([("gap", len(its))], highest),
        )
        for code, its in groups.items()
    )
