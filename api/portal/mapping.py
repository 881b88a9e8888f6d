"""A target's own names for what a lot record says: a template that is filled in.

A template is data of a mapping file. Its tables and lists give the shape; each text in it says what
stands there:

* `name.value`: what the record has under these names; nothing is written where it has nothing
* `= VN`: these very letters
* `@key`: of the delivery: `key`, `hash`, `operation`, `time`, `gtin`, `lot`, `id`, `reference`, and
  `upstream`, the lots that the target must have before
* `time | dd/MM/yyyy HH:mm`: a time in the target's way and zone
* `biz_step | values steps`: the target's word, from the table `[values.steps]`
* `amount | number`: digits as a number
* `{ each = "events", as = { … } }`: a list, with one such entry for each
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import quote

from epcis_core.errors import EpcisError

_TOKENS: Final = {
    "yyyy": "%Y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
}
_ZONE: Final = "XXX"
"""The offset from UTC, `+07:00`, in the notation of times that mapping files use (Unicode LDML)."""

_PATTERN: Final = re.compile("|".join((*_TOKENS, _ZONE)))
_OFFSET: Final = re.compile(r"([+-])(\d\d):(\d\d)")
_PLACE: Final = re.compile(r"\{(\w+)\}")


class MappingError(EpcisError):
    """A template asks for what there is not; the message says where."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What templates of a target are filled in with.

    Attributes:
        values: words of the record to those of the target, by the name of the table.
        zone: of the target's times, such as `+07:00`.
    """

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    zone: str = "+07:00"

    def filled(self, template: Any, record: Any, about: Mapping[str, Any]) -> Any:
        """Return what a template becomes; None where nothing is known of it.

        Args:
            template: of a mapping file.
            record: JSON.
            about: what is said with `@`.

        Raises:
            MappingError: the template is none.
        """
        if isinstance(template, Mapping):
            if "each" in template:
                return self._each(template, record, about)
            members = {name: self.filled(part, record, about) for name, part in template.items()}
            return {name: part for name, part in members.items() if part is not None} or None
        if isinstance(template, list):
            parts = (self.filled(part, record, about) for part in template)
            return [part for part in parts if part is not None]
        if isinstance(template, str):
            return self._said(template, record, about)
        return template

    def _each(self, template: Mapping[str, Any], record: Any, about: Mapping[str, Any]) -> Any:
        if template.keys() != {"each", "as"}:
            raise MappingError(f"Expected each and as, got {', '.join(template)}.")
        listed = _at(record, template["each"])
        if listed is None:
            return None
        parts = (self.filled(template["as"], one, about) for one in listed)
        return [part for part in parts if part is not None]

    def _said(self, text: str, record: Any, about: Mapping[str, Any]) -> Any:
        if text.startswith("="):
            return text[1:].strip()
        path, _, form = (part.strip() for part in text.partition("|"))
        if path.startswith("@"):
            if path[1:] not in about:
                raise MappingError(f"{path} is none of {', '.join(f'@{one}' for one in about)}.")
            found = about[path[1:]]
        else:
            found = _at(record, path)
        return found if found is None or not form else self._formed(found, form)

    def _formed(self, value: Any, form: str) -> Any:
        word, _, name = form.partition(" ")
        if word == "values":
            if name not in self.values:
                raise MappingError(f"There is no table [values.{name}].")
            return self.values[name].get(str(value), value)
        if word == "number":
            try:
                return int(value) if str(value).lstrip("-").isdecimal() else float(value)
            except ValueError as error:
                raise MappingError(f"Expected a number, got {value!r}.") from error
        return in_form(str(value), form, self.zone)


def in_form(text: str, form: str, zone: str) -> str:
    """Return a time, or a day, in a form.

    >>> in_form("2026-03-12T17:30:00Z", "dd/MM/yyyy HH:mm", "+07:00")
    '13/03/2026 00:30'
    >>> in_form("2026-03-12", "dd/MM/yyyy", "+07:00")
    '12/03/2026'

    Args:
        text: a timestamp in UTC, or a day, which has no zone.
        form: `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss`, `XXX` (the zone), and what stands between.
        zone: such as `+07:00`.

    Raises:
        MappingError: the text is no time, or the zone none.
    """
    parts = _OFFSET.fullmatch(zone)
    if parts is None:
        raise MappingError(f"Expected a zone such as +07:00, got {zone!r}.")
    away = timedelta(hours=int(parts[2]), minutes=int(parts[3]))
    try:
        moment: date = (
            date.fromisoformat(text)
            if "T" not in text
            else datetime.fromisoformat(text)
            .replace(tzinfo=datetime.fromisoformat(text).tzinfo or UTC)
            .astimezone(timezone(-away if parts[1] == "-" else away))
        )
    except (ValueError, OverflowError) as error:
        raise MappingError(f"Expected a time, got {text!r}.") from error
    return _PATTERN.sub(
        lambda found: zone if found[0] == _ZONE else moment.strftime(_TOKENS[found[0]]), form
    )


def placed(text: str, about: Mapping[str, Any], *, escape: bool) -> str:
    """Return a text with what stands in braces put in: `/lots/{gtin}/{lot}`.

    Args:
        text: of a mapping file.
        about: what may be put in.
        escape: as a segment of a path.

    Raises:
        MappingError: something is not known.
    """

    def put(found: re.Match[str]) -> str:
        value = about.get(found[1])
        if value is None:
            raise MappingError(f"{text!r} needs {found[1]}, which is not known.")
        if escape and str(value) in {".", ".."}:
            raise MappingError(f"{found[1]} {str(value)!r} can be no part of a path.")
        return quote(str(value), safe="") if escape else str(value)

    return _PLACE.sub(put, text)


def asked_in(text: str) -> list[str]:
    """Return the names in braces of a text."""
    return _PLACE.findall(text)


def is_form(form: str) -> bool:
    """Tell whether a form has any part of a time in it."""
    return _PATTERN.search(form) is not None


def _at(record: Any, path: str) -> Any:
    """Return what a record has under names parted by full stops; None for nothing."""
    found = record
    for name in path.split("."):
        if isinstance(found, list) and name.isdecimal():
            found = found[int(name)] if int(name) < len(found) else None
        elif isinstance(found, Mapping):
            found = found.get(name)
        else:
            return None
    return found
