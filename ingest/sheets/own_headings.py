"""Reading what the headings of somebody's own sheet mean, so that they need no other sheet.

In JSON or TOML, alike:

    {"template": "harvest", "columns": {"Ngày cắt": "date", "Kí": "quantity"}}
"""

import tomllib
from typing import Any, Final

import orjson

from epcis_core.errors import EpcisError
from ingest.sheets.headings import OwnHeadings
from ingest.sheets.templates import templates

_MOST: Final = 100_000  # bytes


class HeadingsError(EpcisError):
    """A text does not say what headings mean."""


def read_own_headings(data: bytes) -> OwnHeadings:
    """Read what the headings of a sheet mean.

    Args:
        data: JSON or TOML in UTF-8: `template`, a key, and `columns`, headings to keys of columns.
            Headings that are not named are understood as those of the template are.

    Raises:
        HeadingsError: it is neither, or names a template or a column that there is not.
    """
    given = _parsed(data[: _MOST + 1])
    key, columns = given.get("template"), given.get("columns")
    template = templates().get(key) if isinstance(key, str) else None
    if template is None:
        raise HeadingsError(f"Expected a template, one of {', '.join(templates())}, got {key!r}")
    if not isinstance(columns, dict) or set(given) != {"template", "columns"}:
        raise HeadingsError("Expected 'template' and 'columns', an object of headings")
    for heading, column in columns.items():
        if column not in template.by_key:
            known = ", ".join(template.by_key)
            raise HeadingsError(f"Expected for {heading!r} one of {known}, got {column!r}")
    return OwnHeadings(template.key, columns)


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        if data.lstrip()[:1] == b"{":
            return dict(orjson.loads(data))
        return tomllib.loads(data.decode())
    except ValueError as error:
        raise HeadingsError(f"Expected JSON or TOML, got: {error}") from error
