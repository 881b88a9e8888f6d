"""Texts as people may type them: without regard to case, accents, separators, and O for 0.

The folding of numbers exists twice, here and in SQL, for what the database compares itself.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 200
"""Characters of a number or a name; what is longer is sought as a whole alone."""

_SEPARATORS: Final = re.compile(r"[ \t\r\n\-_./]+")
_ALIKE: Final = str.maketrans("OIL", "011")

SQL_FOLDED_NUMBER: Final = "translate(upper({}), 'OIL \t\r\n-_./', '011')"
"""`fold_number` in SQL; format it with an expression."""

_BETWEEN: Final = r"(?:[ \t\r\n\-_./]|%(?:20|09|0[aAdD]|2[dDeEfF]|5[fF]))*"
_PREIMAGES: Final = {"0": "[0oO]", "1": "[1iIlL]"}


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


def pattern_of(folded: str, *, is_whole: bool) -> str | None:
    r"""Return a regular expression that every identifier matches whose number folds to a text.

    A database that asks this first has few identifiers left to fold. Each character stands in it as
    itself, or as a URI escapes it, whatever it means elsewhere; matching takes linear time (RE2).

    Args:
        folded: from `fold_number`.
        is_whole: the whole number does; else a part of it may.

    Returns:
        None where there is nothing to match, or letters whose capitals no table here knows.

    >>> bool(re.search(pattern_of("A7", is_whole=True) or "", "https://id.gs1.org/01/1/10/a%2F7"))
    True
    """
    if not folded or not folded.isascii():
        return None
    pattern = _BETWEEN.join(map(_preimage, folded))
    return f"(?:^|[/:]){_BETWEEN}{pattern}{_BETWEEN}$" if is_whole else pattern


def _preimage(character: str) -> str:
    if character.isalnum():
        return _PREIMAGES.get(character) or f"[{character}{character.lower()}]"
    code = f"{ord(character):02X}"
    return rf"(?:\x{code}|%{code}|%{code.lower()})"


def fold_name(text: str) -> str:
    """Return a name without case and accents, each run of blanks as one space.

    >>> fold_name("Nho  ĐỎ")
    'nho do'
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def called_so(text: str, named: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Return the things in whose names every word of a text begins a word; else those with each in.

    Case and accents do not count, but for the order: what has the text as it was typed is first.

    Args:
        text: as typed.
        named: keys, each with all its names and what is to be returned beside it.

    >>> called_so("ca na", [("1", "Cầu cảng Cà Ná", "a"), ("2", "Nho Cardinal", "b")])
    [('1', 'a')]
    """
    words = fold_name(text).split()
    begun: list[tuple[bool, str, str]] = []
    held: list[tuple[bool, str, str]] = []
    for key, names, name in named if words else ():
        folded = fold_name(names)
        if all(word in folded for word in words):
            begins = all(f" {word}" in f" {folded}" for word in words)
            is_other = text.casefold() not in names.casefold()
            (begun if begins else held).append((is_other, key, name))
    found = sorted(begun or held, key=lambda one: one[0])
    return [(key, name) for _, key, name in found]
