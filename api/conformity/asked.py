"""What law asks, and what answers it, as the file says.

References:
    schemas/conformity/vn.toml
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from epcis_core.rules.profiles import Text

Standing = Literal["met", "partly", "operator"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Requirement(_Part):
    """Something that a law asks.

    Attributes:
        clause: where, within the law.
        read: whether the law's own words were read, or what others say of it.
        asks: what, in few words.
        answer: what of the system does it.
        standing: how far.
        note: what is left; None for nothing.
        pages: where it is seen on a running system.
        documents: where it is described, below `docs/`.
        tests: what shows that it is so, below the project.
        figures: keys of figures that are counted.
    """

    clause: str
    read: Literal["law", "report"]
    asks: Text
    answer: Text
    standing: Standing
    note: Text | None = None
    pages: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


class Law(_Part):
    """A law with what it asks.

    Attributes:
        key: names it.
        title: what it is called.
        requirements: in the order of the law.
    """

    key: str
    title: Text
    requirements: tuple[Requirement, ...]


class _Laws(_Part):
    laws: tuple[Law, ...]


@cache
def laws() -> tuple[Law, ...]:
    """Return what each law asks."""
    source = files("schemas") / "conformity" / "vn.toml"
    return _Laws.model_validate(tomllib.loads(source.read_text(encoding="utf-8"))).laws
