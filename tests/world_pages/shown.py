"""What served pages say of a lot or a business, as lines in grams, read off labels and words.

Nothing here knows how the pages are made: tables are found by the labels of their cells, sentences
by their words.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

import httpx

from tests.labelled import page_of, rows_of, section_of, words_of
from tests.world.keys import Key
from tests.world.stock import Row

_GRAMS: Final = {"kg": 1000, "g": 1}
_COVERAGE: Final = re.compile(r"([\d,]+) of ([\d,]+) hand-overs? confirmed by both sides")
_NONE: Final = "No hand-overs recorded."
_COLUMNS: Final = {
    "Produced": "produced",
    "Received": "received",
    "Used": "used",
    "Shipped, sold": "shipped",
    "Destroyed": "destroyed",
    "Should be there": "on_hand",
    "Unaccounted for": "unaccounted",
}
_AMOUNT: Final = re.compile(r"([\d,.]+) (kg|g)")


def open_page(client: httpx.Client, path: str) -> Any:
    """Return a page in English as a tree.

    Raises:
        AssertionError: there is none.
    """
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return page_of(answer.text)


def asked(path: str, one: Key) -> str:
    """Return the address of a page about an object."""
    return f"{path}?id={quote(one.canonical, safe='')}"


def coverage(page: Any) -> str:
    """Return how many handovers a page says to be confirmed, `2 of 3`."""
    words = words_of(page)
    found = _COVERAGE.search(words)
    if found is None:
        assert _NONE in words
        return "0 of 0"
    return f"{found[1]} of {found[2]}".replace(",", "")


def balance_in_trace(page: Any) -> frozenset[str]:
    """Return the lines of the balance that the page of a lot's trace holds."""
    section = section_of(page, "balance")
    if section is None:
        return frozenset()
    unit = "kg" if "(kg)" in section.text_content() else "g"  # all of it is folded
    return frozenset(_line(row, unit, words_of(row["Who, where"])) for row in rows_of(section))


def balance(page: Any) -> frozenset[str]:
    """Return the lines of the page of a lot's balance."""
    return frozenset(
        _line(row, words_of(row["Unit"]), words_of(row["Who, where"])) for row in rows_of(page)
    )


def balance_of_party(
    client: httpx.Client, party: Key, name: str, lots: Mapping[str, Key]
) -> frozenset[str]:
    """Return the lines of all pages of a party's balance that are about some lots.

    Args:
        client: whom to ask.
        party: whose.
        name: what pages call the party.
        lots: what pages call a lot, to it.
    """
    path = f"/parties/{quote(party.canonical, safe='')}/balance"
    answer = client.get(path)
    if answer.status_code == 404:
        return frozenset()
    page, lines = page_of(answer.text), set()
    while page is not None:
        for row in rows_of(page):
            lot, place = (words_of(part) for part in row["What, where"].xpath(".//a | .//small"))
            if lot in lots:
                line = _line(row, words_of(row["Unit"]), f"{name} {place}")
                lines.add(f"{lot}: {line}")
        following = page.xpath("//a[@rel='next']/@href")
        page = open_page(client, following[0]) if following else None
    return frozenset(lines)


def customers(page: Any, lots: Mapping[str, Key]) -> frozenset[str]:
    """Return the lines of who got how much of some lots, as the page of a recall has them."""
    section = section_of(page, "customers")
    return frozenset(
        f"{words_of(row['Goods'])} to {words_of(row['Customer'])}: "
        f"{_grams(row['Was sent'])} g, back {_grams(row['Sent back'])} g"
        for row in ([] if section is None else rows_of(section))
        if words_of(row["Goods"]) in lots
    )


def on_hand(page: Any, lots: Mapping[str, Key]) -> frozenset[str]:
    """Return the lines of where some lots are, as the page of a recall has them."""
    section = section_of(page, "affected")
    return frozenset(
        line
        for row in ([] if section is None else rows_of(section))
        if words_of(row["Goods"]) in lots and "Where it is" in row
        for line in _places(row)
    )


def _places(row: Mapping[str, Any]) -> Iterator[str]:
    name = words_of(row["Goods"])
    spots = [words_of(spot) for spot in row["Where it is"].xpath("./div/div")]
    for spot in spots:
        amount, mark, where = spot.rpartition(" · ")
        grams = _in_grams(amount) if mark else _grams(row["Amount"])
        yield f"{name} at {where}: {grams} g"


def _line(row: Mapping[str, Any], unit: str, who: str) -> str:
    amounts = {
        name: _in_grams(f"{words_of(row[label])} {unit}") for label, name in _COLUMNS.items()
    }
    party, _, place = who.partition(" (414)")
    return Row(**amounts).in_words(party, f"(414){place}")


def _grams(cell: Any) -> int:
    return _in_grams(words_of(cell))


def _in_grams(amount: str) -> int:
    found = _AMOUNT.fullmatch(amount)
    assert found is not None, f"no amount: {amount!r}"
    return int(Decimal(found[1].replace(",", "")) * _GRAMS[found[2]])
