"""How much is taken in: every limit with its name and default, and setting some of them.

>>> read_limits(["members=50", "file_size=3M"]).file_size
3145728
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Final

from epcis_core.codecs.limits import Limits
from epcis_core.errors import EpcisError

_SETTING: Final = re.compile(r"(?P<name>\w+)=(?P<number>[1-9][0-9]{0,17})(?P<unit>[kMG]?)")
_UNITS: Final = {"": 1, "k": 2**10, "M": 2**20, "G": 2**30}


class LimitError(EpcisError):
    """A limit is set that does not exist, or to what is no size."""


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """How much of what comes in as files is taken before it is refused.

    Attributes:
        file_size: bytes of one file as it is sent, packed or not.
        unpacked_size: bytes of all that is in one archive.
        ratio: how many times its own size an archive may unpack to.
        members: files in one archive, and parts of one gzip file.
        document: what holds for each document, in any syntax.
    """

    file_size: int = 2 * 2**30
    unpacked_size: int = 4 * 2**30
    ratio: int = 200
    members: int = 10_000
    document: Limits = field(default_factory=Limits)

    def by_name(self) -> dict[str, int]:
        """Return every limit, those of a document included, by the name it is set with."""
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "document"}
        return own | {one.name: getattr(self.document, one.name) for one in fields(self.document)}


def read_limits(settings: Iterable[str]) -> IntakeLimits:
    """Return the default limits with some set otherwise.

    Args:
        settings: each `NAME=VALUE`; a value is a whole number from 1, and may end in `k`, `M` or
            `G` for 1,024 times as much, once, twice or three times.

    Raises:
        LimitError: there is no such limit, or the value is none.
    """
    values = IntakeLimits().by_name()
    for text in settings:
        setting = _SETTING.fullmatch(text)
        if setting is None:
            raise LimitError(f"Expected a limit as NAME=VALUE, such as members=500, got {text!r}")
        name = setting["name"]
        if name not in values:
            raise LimitError(f"There is no limit {name!r}; expected one of {', '.join(values)}")
        values[name] = int(setting["number"]) * _UNITS[setting["unit"]]
    document = {one.name: values.pop(one.name) for one in fields(Limits)}
    return IntakeLimits(**values, document=Limits(**document))


def read_size(text: str) -> int:
    """Return bytes from a whole number that may end in `k`, `M` or `G`.

    Raises:
        LimitError: it is none.

    >>> read_size("3M")
    3145728
    """
    found = _SETTING.fullmatch(f"size={text}")
    if found is None:
        raise LimitError(f"Expected a number of bytes, such as 20G, got {text!r}")
    return int(found["number"]) * _UNITS[found["unit"]]


def limits_help() -> str:
    """Return the names of the limits with their defaults, for a person who wants to set one."""
    return ", ".join(f"{name}={value}" for name, value in IntakeLimits().by_name().items())
