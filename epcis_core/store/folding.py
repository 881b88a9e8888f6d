"""Texts as people may type them: without regard to case, accents, separators, and O for 0.

The folding of numbers exists twice, here and in SQL, for what the database compares itself.
"""

import re
import unicodedata
from typing import Final

_SEPARATORS: Final = re.compile(r"[ \t\r\n\-_./]+")
_ALIKE: Final = str.maketrans("OIL", "011")

SQL_FOLDED_NUMBER: Final = (
    r"translate(upper(regexp_replace({}, '[ \t\r\n\-_./]+', '', 'g')), 'OIL', '011')"
)
"""`fold_number` in SQL; format it with an expression."""


def as_typed(text: str) -> str:
    """Return what a person typed without blanks around it, and without bytes that are no text.

    A command line hands such bytes on as halves of surrogate pairs, which no file can hold.
    """
    return text.strip(" \t\r\n").encode(errors="replace").decode()


def fold_number(text: str) -> str:
    """Return a lot or serial number without case, separators, and letters that look like digits.

    >>> fold_number("dn-26o3 11") == fold_number("DN260311")
    True
    """
    return _SEPARATORS.sub("", text).upper().translate(_ALIKE)


def fold_name(text: str) -> str:
    """Return a name without case and accents, each run of blanks as one space.

    >>> fold_name("Nho  ĐỎ")
    'nho do'
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
