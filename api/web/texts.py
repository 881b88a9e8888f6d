"""The words of the pages, in Vietnamese and English, and numbers as each language writes them.

Every text stands in `locales/`, a folder per language with a file per subject and the same keys in
each language; code and templates name the key. Terms of the CBV have their labels in
`epcis_core.vocabulary`.

    >>> texts = Texts("en")
    >>> texts.count("search.found", 2)
    '2 results.'
    >>> Texts("vi").amount("1234.50", "KGM")
    '1.234,5 kg'
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel.numbers import format_decimal

from epcis_core.findings import Language
from epcis_core.vocabulary import VocabularyList, is_standard, label, unit

LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")
"""What the pages speak; the first is the default."""

LANGUAGE_NAMES: Final[Mapping[Language, str]] = {"vi": "Tiếng Việt", "en": "English"}
"""Each language by its own name."""

_MOST_DIGITS: Final = 18
_TERM_END: Final = re.compile(r"^.*[/#:](?:BizStep-|Disp-|BTT-|SDT-|ER-)?")


@cache
def sentences(language: Language) -> Mapping[str, str]:
    """Return every text of a language by its dotted key.

    Raises:
        ValueError: two files have one key.
    """
    found: dict[str, str] = {}
    folder = files("api.web") / "locales" / language
    for source in sorted(folder.iterdir(), key=lambda one: one.name):
        for key, text in _flat(tomllib.loads(source.read_text(encoding="utf-8"))):
            if key in found:
                raise ValueError(f"The text {key} ({language}) stands in {source.name} and before.")
            found[key] = text
    return found


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        below = isinstance(value, dict)
        rows += _flat(value, f"{prefix}{key}.") if below else [(prefix + key, value)]
    return rows


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language; call it with a key and what fills the places.

    Attributes:
        language: which one.
    """

    language: Language

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of a key.

        Raises:
            KeyError: the catalogue has no such key, or the text names a value that is not given.
        """
        return sentences(self.language)[key].format_map(values)

    def has(self, key: str) -> bool:
        """Tell whether the catalogue has a key."""
        return key in sentences(self.language)

    def count(self, key: str, number: int, /, **values: object) -> str:
        """Return the text of a key with a number, in the singular or plural form."""
        form = "one" if number == 1 else "other"
        return self(f"{key}.{form}", number=self.number(number), **values)

    def number(self, value: Decimal | int) -> str:
        """Return a number as the language writes it, with up to six decimals."""
        return format_decimal(value, "#,##0.######", locale=self.language)

    def amount(self, value: str, uom: str | None) -> str:
        """Return an amount with the sign of its unit; without a unit it is the number alone."""
        try:
            exact = Decimal(value)
        except InvalidOperation:
            return value if uom is None else f"{value} {uom}"
        sane = exact.is_finite() and abs(exact.adjusted()) <= _MOST_DIGITS
        shown = self.number(exact) if sane else value
        return shown if uom is None else f"{shown} {self.unit(uom)}"

    def unit(self, code: str) -> str:
        """Return the sign of a unit, or its code where there is none."""
        known = unit(code)
        return known.symbol if known is not None and known.symbol else code

    def unit_in_words(self, code: str) -> str:
        """Return the name of a unit with its sign, or its code where it is not known.

        >>> Texts("en").unit_in_words("KGM")
        'kilogram (kg)'
        """
        known = unit(code)
        if known is None:
            return code
        name = known.name_vi if self.language == "vi" else known.name_en
        return f"{name} ({known.symbol})" if known.symbol not in {"", name} else name

    def amount_or_count(self, value: str, uom: str | None) -> str:
        """Return an amount that stands alone: a count says that it counts items."""
        shown = self.amount(value, uom)
        if uom is not None:
            return shown
        return self(f"thing.items.{'one' if value == '1' else 'other'}", number=shown)

    def biz_step(self, value: str) -> str:
        """Return the label of a business step in any spelling."""
        return self.term("biz_step", value)

    def disposition(self, value: str) -> str:
        """Return the label of a disposition in any spelling."""
        return self.term("disposition", value)

    def term(self, vocabulary: str, value: str) -> str:
        """Return the label of a term of any list, by the list's name.

        A term of somebody else's vocabulary reads as the end of its URI.

        >>> Texts("en").term("biz_step", "https://farm.example/voc/BizStep-vat_filling")
        'vat filling'
        """
        known = VocabularyList(vocabulary)
        if is_standard(known, value):
            return label(known, value, self.language)
        return _TERM_END.sub("", value).replace("_", " ") or value


def choose_language(asked: str | None, kept: str | None, accepted: str | None) -> Language:
    """Return the language of a page.

    Args:
        asked: the parameter `lang`.
        kept: the cookie.
        accepted: the header `Accept-Language`.

    Returns:
        The first of these that names a language of ours; Vietnamese where none does.

    References:
        RFC 9110, section 12.5.4

    >>> choose_language(None, None, "fr, en;q=0.8, vi;q=0.2")
    'en'
    >>> choose_language(None, "vi", "en")
    'vi'
    """
    for candidate in (asked, kept, *_by_weight(accepted or "")):
        for language in LANGUAGES:
            if candidate == language:
                return language
    return LANGUAGES[0]


def _by_weight(header: str) -> list[str]:
    """Return the primary languages of a header, the most wanted first."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(","):
        name, _, parameter = part.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        if weight > 0:
            weighted.append((-weight, name.strip().lower().partition("-")[0]))
    return [name for _, name in sorted(weighted, key=lambda pair: pair[0])]
