"""Texts of the JSON Schemas: what the docstrings of the model say, in the standard's names."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel

from epcis_core.model.base import json_name

_SECTION: Final = re.compile(r"^(Attributes|References):\n((?:    .*\n?|\n)+)", re.MULTILINE)
_ATTRIBUTE: Final = re.compile(r"^    (\w+): (.*(?:\n        .*)*)", re.MULTILINE)
_CODE: Final = re.compile(r"`(\w+)`")


@dataclass(frozen=True, slots=True)
class Description:
    """What a model's docstring says.

    Attributes:
        summary: the text before all sections.
        members: what is said of members, by their name in JSON; those of its bases among them.
        reference: the clause that defines it; empty where none is named.
    """

    summary: str
    members: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""


def described(model: type[BaseModel]) -> Description:
    """Read the docstring of a model, and of its bases for their members."""
    members: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            members |= _attributes(base)
    text = _docstring(model)
    references = [body for name, body in _SECTION.findall(text) if name == "References"]
    return Description(_line(_SECTION.sub("", text)), members, _line("".join(references)))


def _attributes(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    aliases = {name: info.alias or name for name, info in model.model_fields.items()}
    for section, body in _SECTION.findall(_docstring(model)):
        if section == "Attributes":
            for name, text in _ATTRIBUTE.findall(body):
                yield aliases[name], _line(text[0].upper() + text[1:])


def _docstring(model: type[BaseModel]) -> str:
    return inspect.cleandoc(model.__doc__ or "") + "\n"


def _line(text: str) -> str:
    """Return a text without line breaks, with members as JSON spells them."""
    return _CODE.sub(lambda code: f"`{json_name(code[1])}`", " ".join(text.split()))
