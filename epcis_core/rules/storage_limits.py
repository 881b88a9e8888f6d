"""Between which values goods are to be kept, as files of `schemas/limits/` say it.

References:
    docs/readings.md
"""

import tomllib
from collections.abc import Collection
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class StorageLimit(BaseModel):
    """A limit.

    Attributes:
        id: its name.
        type: of what is measured, a word of the CBV such as `Temperature`.
        unit: UN/ECE Rec 20 code of both values.
        low: the lowest good value; None for none.
        high: the highest.
        biz_rules: URIs by which a reading says that it is to keep to this.
        gtins: of which products, 14 digits.
        words: in names of which products, without capitals and accents.
        en: of which goods.
        vi: likewise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    type: str
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None
    biz_rules: frozenset[str] = frozenset()
    gtins: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    en: str
    vi: str

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError(f"{self.id}: expected a low or a high value")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"{self.id}: {self.low} is above {self.high}")
        return self


class LimitFile(BaseModel):
    """A file of limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: tuple[StorageLimit, ...]


def limit_for(
    kind: str,
    *,
    biz_rules: Collection[str] = (),
    gtins: Collection[str] = (),
    names: Collection[str] = (),
) -> StorageLimit | None:
    """Return the limit of readings; None where none holds.

    Args:
        kind: what is measured, a word of the CBV.
        biz_rules: that the readings name.
        gtins: of the goods, 14 digits.
        names: of the goods, without capitals and accents.

    >>> limit_for("Temperature", names=["nho do ninh thuan"]).id
    'fresh_grapes'
    >>> limit_for("Temperature", names=["nhom"]) is None
    True
    """
    known = [one for one in limits() if one.type == kind]
    by_rule = (one for one in known if not one.biz_rules.isdisjoint(biz_rules))
    by_product = (one for one in known if not one.gtins.isdisjoint(gtins))
    by_name = (
        one
        for one in known
        if any(f" {word} " in f" {name} " for name in names for word in one.words)
    )
    return next((one for found in (by_rule, by_product, by_name) for one in found), None)


@cache
def limits() -> tuple[StorageLimit, ...]:
    """Return every limit, file by file."""
    folder = files("schemas") / "limits"
    sources = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name
    )
    read = (LimitFile.model_validate(tomllib.loads(one.read_text("utf-8"))) for one in sources)
    return tuple(limit for file in read for limit in file.limits)
