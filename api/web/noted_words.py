"""What the journal and the log of looks keep, in words: people, firms and goods by their names.

What is kept stays as it is in JSON and CSV. On a page the number stands beside each name, since a
name may be that of several.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from api.web.answers import namer_for
from api.web.naming import Namer
from api.web.texts import Texts
from epcis_core.access.ownership import Strictness
from epcis_core.access.visibility import PARTY, PLACE
from epcis_core.provenance.kinds import key_of
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import accounts
from epcis_core.store.registry.journal import COMMAND_LINE, SERVER, Entry, What
from epcis_core.store.registry.organisations import organisation_names

_URI: Final = re.compile(r"(?:https?://|urn:)[^\s,]+")
_KEY: Final = "key "
_ROUTE: Final = re.compile(r"(?:GET|POST|PUT|DELETE|OPTIONS|WEBSOCKET) /\S*")


@dataclass(frozen=True, slots=True)
class NotedWords:
    """Words for what was noted, in one language.

    Attributes:
        namer: of goods, and of parties that do not take part.
        people: names by e-mail address.
        firms: names of organisations by id.
    """

    namer: Namer
    people: Mapping[str, str]
    firms: Mapping[str, str]

    def who(self, noted: str) -> tuple[str, str]:
        """Return what to call who did something, and their address where that is another."""
        t = self.namer.texts
        if noted == COMMAND_LINE:
            return t("journal.command_line"), ""
        if noted == SERVER:
            return t("journal.server"), ""
        if noted.startswith(_KEY):
            return t("journal.key", id=noted.removeprefix(_KEY)), ""
        name = self.people.get(noted, noted)
        return name or "—", "" if name == noted else noted

    def done_to(self, entry: Entry) -> str:
        """Return whom or what something was done to."""
        if entry.what is What.CHOICE_CHANGED and entry.about in [*Strictness]:
            return self.namer.texts(f"capture_rights.choice_{entry.about}")
        if _ROUTE.fullmatch(entry.about):
            return asked_in_words(entry.about, self.namer.texts)
        if entry.about in self.people or entry.about.startswith(_KEY):
            name, address = self.who(entry.about)
            return f"{name} ({address})" if address else name
        return self.about(entry.about)

    def about(self, noted: str) -> str:
        """Return a text with names for the identifiers in it; each with its number."""
        return _URI.sub(lambda found: self._named(found[0]), noted)

    def _named(self, uri: str) -> str:
        if uri in self.firms:
            number = uri.removeprefix(PARTY)
            number = uri if number == uri else f"GLN {number}"
            return f"{self.firms[uri]} ({number})" if self.firms[uri] != uri else number
        if uri.startswith(PARTY):
            return self.namer.numbered_party(uri)
        parsed = key_of(uri)
        if parsed is None:
            return uri
        number = parsed.element_string()
        if uri.startswith(PLACE):
            name = self.namer.place(uri)
            return name if name == number else f"{name} · {number}"
        has_name = parsed.gtin is not None and self.namer.product(parsed.gtin) is not None
        return f"{self.namer.thing(uri)} · {number}" if has_name else self.namer.thing(uri)


def noted_words(request: Request) -> NotedWords:
    """Return words for what was noted, in the language of the caller, who sees all."""
    books: Bookkeeping = request.app.state.books
    people = {one.email: one.name for one in accounts(books)}
    return NotedWords(namer_for(request), people, organisation_names(books))


def asked_in_words(route: str, t: Texts) -> str:
    """Return what it means to ask for a route; one that has no words as it is.

    Args:
        route: method and path, such as `GET /gaps`.
        t: the language.

    >>> asked_in_words("GET /gaps", Texts("en"))
    'looked at the gaps'
    >>> asked_in_words("GET /epcis/bizSteps/{value}/events", Texts("en"))
    'asked for events by business step'
    """
    method, _, path = route.partition(" ")
    if method == "OPTIONS":
        return t("asked.options")
    parts, name = path.removesuffix(".json").strip("/").lower().split("/"), ""
    if len(parts) > 1 and t.has(collection := f"collection.{parts[1]}"):
        parts[1], name = "collection", t(collection)
    slug = re.sub(r"[\W_]+", "_", "_".join(parts)).strip("_")
    key = f"asked.{method.lower()}_{'home' if slug in {'', 'index'} else slug}"
    return t(key, name=name) if t.has(key) else route
