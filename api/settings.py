"""What an operator may set, and what it is when nobody does."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from api.base_address import BaseAddress, Network
from api.open_id.configured import OpenId
from api.outward import Allowed
from api.outward_mail import MailServer
from api.portal.targets import Target
from api.subscriptions.webhook import Pace
from epcis_core.proof.checks import Key
from ingest.limits import IntakeLimits

DAILY_QUOTA: Final = 20 * 2**30  # bytes


@dataclass(frozen=True, slots=True)
class Outsiders:
    """Who keeps checkpoints of the log outside of it.

    Attributes:
        addresses: to which each is sent.
        file: into which each is written, and the history of all beside it; None for no file.
        witnesses: keys of those whose cosignatures are checked.
        every: seconds between two checkpoints at least.
    """

    addresses: tuple[str, ...] = ()
    file: Path | None = None
    witnesses: tuple[Key, ...] = ()
    every: float = 60


@dataclass(frozen=True, slots=True)
class LogIn:
    """A log-in of the demo, which anybody may read.

    Attributes:
        role: what it is.
        email: its address.
        password: its password.
        organisation: the name of whose member it is; empty for none.
    """

    role: str
    email: str
    password: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How one server runs.

    Attributes:
        demo: the ledger holds the invented samples, and every page says so.
        log_ins: which the log-in page tells, of a demo.
        token: what the commands of this machine show to be let in.
        limits: how much is taken of a file that is sent.
        outward: which addresses may be called beside the public Internet.
        pace: when what could not be sent is tried again.
        outsiders: who keeps the log's checkpoints.
        daily_quota: bytes that one organisation may send within 24 hours.
        query_seconds: how long finding the events of one page may take.
        base: where the server is found from outside; None for its own address.
        proxies: from where scheme and host of the request outside are believed.
        open_id: a service that people may log in by; None for none.
        targets: portals that lots are carried to.
        targets_at: which addresses they may have; None for those of `outward`.
        mail: where e-mail is handed over; None for no e-mail.
    """

    demo: bool = False
    log_ins: tuple[LogIn, ...] = ()
    token: str = ""
    limits: IntakeLimits = field(default_factory=IntakeLimits)
    outward: Allowed = field(default_factory=Allowed)
    pace: Pace = field(default_factory=Pace)
    outsiders: Outsiders = field(default_factory=Outsiders)
    daily_quota: int = DAILY_QUOTA
    query_seconds: float = 30
    base: BaseAddress | None = None
    proxies: tuple[Network, ...] = ()
    open_id: OpenId | None = None
    targets: tuple[Target, ...] = ()
    targets_at: Allowed | None = None
    mail: MailServer | None = None

    @property
    def root(self) -> str:
        """What stands before every path of this server; often empty."""
        return "" if self.base is None else self.base.path
