"""Served pages read as people read them: tables by the labels of their cells, sections by names."""

from collections.abc import Mapping
from typing import Any

from lxml import html as markup


def page_of(html: str) -> Any:
    """Return a page as a tree."""
    return markup.document_fromstring(html)


def section_of(page: Any, name: str) -> Any | None:
    """Return the section that the heading of an id names; None where there is none."""
    return next(iter(page.xpath("//section[@aria-labelledby=$name]", name=name)), None)


def rows_of(part: Any) -> list[Mapping[str, Any]]:
    """Return the rows of the tables in a part of a page: label to cell."""
    rows = part.xpath(".//table/tbody/tr")
    return [{cell.get("data-label"): cell for cell in row.xpath("./td")} for row in rows]


def words_of(part: Any) -> str:
    """Return what a part of a page says, without what is folded away in it."""
    folded = part.xpath(".//details/*[not(self::summary)]//text()")
    hidden = {id(text.getparent()) for text in folded}
    texts = [text for text in part.xpath(".//text()") if id(text.getparent()) not in hidden]
    return " ".join(" ".join(texts).split())
