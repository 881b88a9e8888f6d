"""How the page of those who manage shows organisations and people: searched, and in pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import Response

from api.access.asker import asker_of
from api.access.log_in import last_asked
from api.web.answers import page, texts_for
from api.web.contacts import role_in_words
from api.web.paging import PageNumber, paged
from api.web.texts import Texts
from epcis_core.access.roles import Right, Role
from epcis_core.access.visibility import PARTY
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.folding import fold_name
from epcis_core.store.registry.accounts import Account, accounts
from epcis_core.store.registry.delegations import Delegation, delegations
from epcis_core.store.registry.identities import accounts_with_identity
from epcis_core.store.registry.organisations import Organisation, organisations, own_of
from epcis_core.store.registry.overlaps import Overlap

CONTACTS: Final = ("phone_24h", "phone", "email", "address")
"""What is kept of whom to reach at an organisation; the first day and night."""

_FIELDS: Final = (
    *("action", "party", "name", "owned", "roles", "role", "organisation"),
    *CONTACTS,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was made just now, and is shown this once.

    Attributes:
        path: of it.
        account: for whom.
        purpose: `invitation` or `password`.
    """

    path: str
    account: Account
    purpose: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """Which part of the lists is asked for.

    Attributes:
        q: words that names, addresses or numbers hold, without case and accents.
        firms: which page of the organisations.
        persons: which page of the people.
    """

    q: str
    firms: int
    persons: int

    def firms_at(self, number: int) -> str:
        """Return the address of another page of the organisations."""
        return self.link(firms=number)

    def persons_at(self, number: int) -> str:
        """Return the address of another page of the people."""
        return self.link(persons=number)

    def link(self, **other: int) -> str:
        """Return the address of the page, with other numbers of pages."""
        asked = {"q": self.q, "firms": self.firms, "persons": self.persons, **other}
        given = {name: value for name, value in asked.items() if value not in {"", 1}}
        return "/people" + (f"?{urlencode(given)}" if given else "")

    def has(self, *texts: str | None) -> bool:
        """Tell whether texts hold all words that are looked for."""
        folded = fold_name(" ".join(text for text in texts if text))
        return all(word in folded for word in fold_name(self.q).split())


def _listed(q: str = "", firms: PageNumber = 1, persons: PageNumber = 1) -> _Listed:
    return _Listed(q.strip(), firms, persons)


Listed = Annotated[_Listed, Depends(_listed)]
"""Which part of the lists an address asks for."""


def may_manage(request: Request, role: Role) -> bool:
    """Tell whether somebody manages accounts of a role: those of administrators they alone do."""
    return role is not Role.ADMIN or Right.OPERATE in asker_of(request).rights


def values_of(books: Bookkeeping, one: Organisation) -> dict[str, str]:
    """Return the fields of the form of an organisation; what was delegated to it is not in it."""
    with books.reading() as connection:
        own = sorted(own_of(connection, one.id))
    return {
        **one.contact,
        "action": "organisation",
        "party": one.id,
        "name": one.name,
        "owned": "\n".join(own),
        "roles": ", ".join(one.roles),
    }


def people_page(
    request: Request,
    listed: Listed,
    values: Mapping[str, str],
    *,
    problem: str | None = None,
    overlapping: Sequence[Overlap] = (),
    link: Link | None = None,
) -> Response:
    """Return the page.

    Args:
        request: what it answers.
        listed: which part of the lists it shows.
        values: what the fields of its forms hold.
        problem: why what was asked for was not done; None where it was, or nothing was asked.
        overlapping: what has to be confirmed before the form of an organisation is done.
        link: that was made just now.
    """
    t, books = texts_for(request), request.app.state.books
    known = organisations(books)
    names = {one.id: one.name for one in known}
    lent = delegations(books)
    firms = [one for one in known if listed.has(one.name, one.id, *one.owned)]
    people = [
        one
        for one in accounts(books)
        if listed.has(one.name, one.email, names.get(one.organisation or ""))
    ]
    shown_firms, shown_people = paged(firms, listed.firms), paged(people, listed.persons)
    vouched = accounts_with_identity(books)
    return page(
        request,
        "people.html",
        status=422 if problem is not None or overlapping else 200,
        problem=t("people.confirm_first") if overlapping else problem,
        overlapping=overlapping,
        link=None if link is None else (link.purpose, link.account.email, _whole(request, link)),
        listed=listed,
        firms=shown_firms,
        rows=[_firm(t, one, lent, names) for one in shown_firms.shown],
        people=shown_people,
        accounts=[_person(request, one, names, vouched) for one in shown_people.shown],
        organisations=known,
        roles=[(one, t(f"role.{one}")) for one in Role if may_manage(request, one)],
        contacts=CONTACTS,
        nothing=dict.fromkeys(_FIELDS, ""),
        values={one: values.get(one, "") for one in _FIELDS},
    )


def _firm(
    t: Texts, one: Organisation, lent: Sequence[Delegation], names: Mapping[str, str]
) -> dict[str, Any]:
    """Return what is shown of an organisation: its own, apart from what others delegated to it."""
    mine = [given for given in lent if given.taker == one.id]
    number = one.id.removeprefix(PARTY)
    further = {*one.owned} - {number, *(given.value for given in mine)}
    return {
        "organisation": one,
        "number": f"GLN {number}" if number != one.id else number,
        "roles": [role_in_words(role, t) for role in one.roles],
        "further": sorted(further),
        "lent": [(given.value, names[given.giver]) for given in mine],
    }


def _person(
    request: Request, account: Account, names: Mapping[str, str], vouched: Collection[int]
) -> dict[str, Any]:
    """Return what is shown of an account, and what may be done with it."""
    t, asked = texts_for(request), last_asked(request.app.state.books, account.email)
    is_awaited = account.password is None and account.number not in vouched
    state = "inactive" if not account.active else "invited" if is_awaited else "active"
    return {
        "account": account,
        "role": t(f"role.{account.role}"),
        "organisation": names.get(account.organisation or ""),
        "state": t(f"people.{state}"),
        "is_awaited": is_awaited,
        "asked": asked is not None and account.active,
        "is_mine": may_manage(request, account.role),
    }


def _whole(request: Request, link: Link) -> str:
    """Return a link as it is sent to somebody."""
    base = request.app.state.settings.base
    return f"{base or str(request.base_url).rstrip('/')}{link.path}"
