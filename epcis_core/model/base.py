"""What every part of the model is made of: frozen objects, and scalars kept as written."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

_ACRONYMS: Final = {"id": "ID", "ids": "IDs", "epc": "EPC", "epcs": "EPCs"}


def json_name(name: str) -> str:
    """Return the standard's member name of a field.

    >>> [json_name(n) for n in ("event_id", "input_epc_list", "child_epcs", "s_dev")]
    ['eventID', 'inputEPCList', 'childEPCs', 'sDev']
    """
    head, *rest = name.split("_")
    return head + "".join(_ACRONYMS.get(part, part.capitalize()) for part in rest)


class Frozen(BaseModel):
    """A part of an event whose members the standard closes: an unknown one is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=json_name, validate_by_alias=True
    )


class Extensible(Frozen):
    """A part of an event that may carry members of other namespaces.

    They stay as written, prefix and all, in `extensions`.
    """

    model_config = ConfigDict(extra="allow")

    @property
    def extensions(self) -> dict[str, Any]:
        """Members that the standard does not name, in the order of the document."""
        return self.model_extra or {}

    if not TYPE_CHECKING:  # for mypy, every attribute would be there

        def __getattr__(self, name: str) -> Any:
            """Refuse what is no field: an extension named `read_point` is no read point."""
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class Number:
    """A number exactly as written: `1.50`, `1e2` and thirty digits stay what they are.

    Two numbers are equal when they are written alike; compare `value` for their size.

    Attributes:
        text: the JSON number as it stands in the document.
    """

    __slots__ = ("text",)

    text: str

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def value(self) -> Decimal:
        """The number's exact value."""
        return Decimal(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Number({self.text!r})"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Accept only what a codec read as a number; text that looks like one is no number."""
        return core_schema.is_instance_schema(cls, cls_repr="number")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the number for the published JSON Schema."""
        return {"type": "number"}
