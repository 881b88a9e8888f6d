"""Findings as they are made: of each code the first few, and how many more there are.

To say where something stands takes longer than to see it, and an event can have a hundred thousand
attributes too many. What `capped` would leave out afterwards is only counted here.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

from epcis_core.findings import Finding, Where, finding

_MOST: Final = 20


class Faults:
    """Takes findings, and gives them out.

    Attributes:
        count: how many were taken.
    """

    def __init__(self) -> None:
        self.count = 0
        self._counts: Counter[str] = Counter()
        self._told: list[Finding] = []
        self._left_out: dict[str, Where] = {}

    def add(self, code: str, at: Callable[[], Where], **values: object) -> None:
        """Take in a finding.

        Args:
            code: a code of the catalogue.
            at: returns the place; called only where it will be told.
            **values: what the sentence names.
        """
        self.count += 1
        self._counts[code] += 1
        if self._counts[code] <= _MOST:
            self._told.append(finding(code, at=at(), **values))
        elif code not in self._left_out:
            self._left_out[code] = at()

    def findings(self) -> list[Finding]:
        """Return the first of each code, and for the rest how many more there are; see `capped`."""
        more = (
            finding("more_findings", at=at, code=code, count=self._counts[code] - _MOST)
            for code, at in self._left_out.items()
        )
        return [*self._told, *more]
