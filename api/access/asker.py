"""Who asks: found out once for each request, and handed on with it."""

from dataclasses import dataclass
from typing import Final, Literal

from starlette.requests import HTTPConnection

from epcis_core.access.ownership import Ownership
from epcis_core.access.roles import Right
from epcis_core.store.registry.choices import ownership_of
from epcis_core.store.view import EVERYTHING, View
from ingest.capture import DEFAULT_ORGANISATION

Way = Literal["nobody", "anybody", "operator", "key", "session"]
"""How somebody was let in.

`nobody`: not at all. `anybody`: the server has no accounts and is reached from its own machine
alone. `operator`: by the token of this machine's own commands.
"""

NOTHING: Final = View(viewer="")
"""The view in which there is nothing: no organisation has an empty name."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks.

    Attributes:
        way: how they were let in.
        name: what a log calls them: an e-mail address, or a key by its id.
        role: as a word; empty for nobody.
        rights: what they may do.
        view: through which eyes they read.
        organisation: in whose name they capture.
        owner: whose queries and subscriptions they keep: an organisation, or empty for those of
            the server itself.
        case_number: under which they look; None for none.
        needs_case: they look at records under a case alone.
    """

    way: Way
    name: str
    role: str
    rights: frozenset[Right]
    view: View
    organisation: str = DEFAULT_ORGANISATION
    owner: str = ""
    case_number: str | None = None
    needs_case: bool = False

    @property
    def is_noted(self) -> bool:
        """Whether each of their looks is noted: they have a name, and nothing is hidden."""
        return self.way in {"key", "session"} and self.view.viewer is None

    @property
    def sees_all(self) -> bool:
        """Whether no record is hidden from them."""
        return self.view.viewer is None


NOBODY: Final = Asker("nobody", "", "", frozenset(), NOTHING)
ANYBODY: Final = Asker("anybody", "anybody", "admin", frozenset(Right), EVERYTHING)
OPERATOR: Final = Asker("operator", "operator", "admin", frozenset(Right), EVERYTHING)


def asker_of(request: HTTPConnection) -> Asker:
    """Return who asks; nobody before they were let in."""
    found = getattr(request.state, "asker", NOBODY)
    assert isinstance(found, Asker)  # noqa: S101 - the gate alone sets it
    return found


def ownership_of_asker(request: HTTPConnection) -> Ownership | None:
    """Return what belongs to whoever asks; None where they may record for everybody."""
    return ownership_of(request.app.state.books, asker_of(request).organisation)


def view_of(request: HTTPConnection) -> View:
    """Return through whose eyes an answer reads the ledger."""
    return asker_of(request).view
