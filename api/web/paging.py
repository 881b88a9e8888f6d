"""Long lists in pages, which are asked for by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Query

T = TypeVar("T")

ON_A_PAGE: Final = 50
"""How many of a list stand on a page."""

_LAST: Final = 10**6

PageNumber = Annotated[int, Query(ge=1, le=_LAST)]
"""The number of a page in an address, from 1."""


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page of a list.

    Attributes:
        shown: what stands on it, in the order of the list.
        number: of the page, from 1.
        pages: how many there are; 1 for an empty list.
        total: how long the list is.
    """

    shown: Sequence[T]
    number: int
    pages: int
    total: int


def paged(whole: Sequence[T], number: int) -> Paged[T]:
    """Return a page of a list; behind the last one the last.

    >>> paged(range(120), 3)
    Paged(shown=range(100, 120), number=3, pages=3, total=120)
    >>> paged([], 7)
    Paged(shown=[], number=1, pages=1, total=0)
    """
    pages = max(1, -(-len(whole) // ON_A_PAGE))
    number = min(number, pages)
    shown = whole[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    return Paged(shown, number, pages, len(whole))
