"""Names as people write them: capitals, accents, spaces and signs aside."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_NO_WORD: Final = re.compile(r"(?:[^\w#%]|_)+")
_BRACKETS: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\*+")
_CACHE_SIZE: Final = 2**14


@lru_cache(_CACHE_SIZE)
def fold(text: str) -> str:
    """Return a name without capitals, accents and signs, its words apart by one space.

    >>> fold(" Ngày thu-hoạch* "), fold("ĐVT"), fold("m²")
    ('ngay thu hoach', 'dvt', 'm2')
    """
    return _spaced(without_accents(text))


@lru_cache(_CACHE_SIZE)
def lowered(text: str) -> str:
    """Return a name as `fold` does, with its accents.

    >>> lowered("  TẠ. "), lowered("Ta\u0323")
    ('tạ', 'tạ')
    """
    return _spaced(unicodedata.normalize("NFKC", text).casefold())


def without_accents(text: str) -> str:
    """Return a text in small letters without accents, signs and spaces as they are.

    >>> without_accents("Đã Thu")
    'da thu'
    """
    small = unicodedata.normalize("NFKD", text).casefold().replace("đ", "d")
    return "".join(one for one in small if not unicodedata.combining(one))


def split_brackets(text: str) -> tuple[str, str]:
    """Return a heading without what stands in brackets, and what that is.

    >>> split_brackets("Số lượng (kg) *")
    ('Số lượng', 'kg')
    """
    inside = [one or two for one, two in _BRACKETS.findall(text)]
    return _BRACKETS.sub(" ", text).strip(), " ".join(filter(None, inside)).strip()


def _spaced(text: str) -> str:
    return _NO_WORD.sub(" ", text).strip()
