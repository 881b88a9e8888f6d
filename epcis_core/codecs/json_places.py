"""Where in the file the value at a JSON Pointer stands.

Steps from value to value with the fast parser and keeps what it learnt of each array and object, so
that a thousand findings in one large event do not walk it a thousand times.
"""

import json
import re
from typing import Final

from epcis_core.codecs.json_faults import line_and_column
from epcis_core.findings import Where, unescape_pointer

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_SCAN: Final = json.JSONDecoder(parse_float=len, parse_int=len).scan_once  # type: ignore[attr-defined]


class Places:
    """The places of the parts of one JSON value.

    Args:
        text: the value; it must be JSON.
        base: pointer of the value in its document.
        line: line of its first character in the file, from 1.
        column: column of its first character, from 1.
    """

    def __init__(self, text: str, base: str, line: int, column: int) -> None:
        self._text = text
        self._base = base
        self._line = line
        self._column = column
        self._parts: dict[int, dict[str, int]] = {}

    def where(self, pointer: str) -> Where:
        """Return the place of a part.

        Args:
            pointer: from the value's own root.

        Returns:
            The whole pointer, and line and column of the part; of what it is missing from, where
            there is no such part.
        """
        at = 0
        for token in pointer.split("/")[1:]:
            inner = self._inside(at).get(unescape_pointer(token))
            if inner is None:
                break
            at = inner
        line, column = line_and_column(self._text, at, self._line, self._column)
        return Where(pointer=self._base + pointer, line=line, column=column)

    def _inside(self, at: int) -> dict[str, int]:
        """Return where the parts of the array or object at an index begin, by name or number."""
        if at not in self._parts:
            self._parts[at] = self._find(at)
        return self._parts[at]

    def _find(self, at: int) -> dict[str, int]:
        bracket = self._text[at]
        found: dict[str, int] = {}
        if bracket not in "{[":
            return found
        at = self._skip(at + 1)
        while self._text[at] not in "}]":
            name = str(len(found))
            if bracket == "{":
                name, at = _SCAN(self._text, at)
                at = self._skip(self._skip(at) + 1)
            found[name] = at
            at = self._skip(_SCAN(self._text, at)[1])
            if self._text[at] == ",":
                at = self._skip(at + 1)
        return found

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at
