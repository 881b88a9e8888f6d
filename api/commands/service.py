"""The command `serve`, and what it is to serve a ledger."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import typer
import uvicorn

from api.app import create_app, new_token
from api.base_address import LOOPBACK, BaseAddress, read_networks
from api.clock import now
from api.commands.data import LedgerOption, limits_of
from api.commands.proofs import read_keys
from api.commands.serving_options import (
    AllowOption,
    BaseOption,
    CheckpointFileOption,
    CheckpointToOption,
    HostOption,
    LogOption,
    MailHostOption,
    MailPasswordOption,
    MailPortOption,
    MailSenderOption,
    MailTlsOption,
    MailUserOption,
    OpenIdClientOption,
    OpenIdIssuerOption,
    OpenIdNameOption,
    OpenIdSecretOption,
    OriginOption,
    OutwardPortOption,
    OwnLimitOption,
    PortalOption,
    PortOption,
    ProxyOption,
    QuotaOption,
    WitnessOption,
)
from api.commands.terminal import errors, ledger_path, output
from api.garbage import look_rarely
from api.logs import LogLevel, write_logs
from api.open_id.configured import OpenId
from api.outward import USUAL_PORTS, Allowed
from api.outward_mail import MailServer
from api.portal.targets import read_targets
from api.server_file import RunningServer, announced
from api.settings import Outsiders, Settings
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import name_log
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.accounts import accounts
from epcis_core.store.registry.entries import make_link
from ingest.limits import LimitError, read_size

_PATIENCE: Final = 5  # seconds that open requests have to end when the server stops
_KEPT_OPEN: Final = 75
"""Seconds that a connection may be silent: longer than proxies and clients keep one, so that they
close it. Where the server did, a request could come just then, and fail."""
_TURN: Final = 0.0001  # seconds that a thread keeps Python while another wants it


def serve(
    *,
    ledger: LedgerOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    base_address: BaseOption = None,
    trusted_proxy: ProxyOption = None,
    limit: OwnLimitOption = None,
    daily_quota: QuotaOption = "20G",
    allow_outward: AllowOption = None,
    outward_port: OutwardPortOption = None,
    origin: OriginOption = None,
    checkpoint_to: CheckpointToOption = None,
    checkpoint_file: CheckpointFileOption = None,
    witness: WitnessOption = None,
    open_id_issuer: OpenIdIssuerOption = None,
    open_id_client: OpenIdClientOption = "",
    open_id_secret_file: OpenIdSecretOption = None,
    open_id_name: OpenIdNameOption = "",
    portal: PortalOption = None,
    mail_host: MailHostOption = None,
    mail_port: MailPortOption = 0,
    mail_tls: MailTlsOption = "starttls",
    mail_user: MailUserOption = "",
    mail_password_file: MailPasswordOption = None,
    mail_sender: MailSenderOption = "",
    log: LogOption = "warning",
) -> None:
    """Serve a ledger: its pages for people, its interface for machines.

    While it runs, the other commands work through it. Each option may also stand in the
    environment, as EPCIS_ and its name.

    Examples:

      epcis serve

      epcis serve --ledger farm.duckdb --port 8080

      epcis serve --limit file_size=4G

      epcis serve --base-address https://truy-xuat.example/so-cai --trusted-proxy 127.0.0.1

      epcis serve --allow-outward 10.20.0.0/16 --allow-outward erp.example

      epcis serve --checkpoint-to https://buyer.example/checkpoints --checkpoint-file /mnt/usb/log
    """
    with _said_of("--allow-outward"):
        outward = Allowed.read(allow_outward or (), outward_port or USUAL_PORTS)
    with _said_of("--base-address"):
        base = BaseAddress.read(base_address) if base_address else None
    with _said_of("--daily-quota"):
        quota = read_size(daily_quota)
    with _said_of("--trusted-proxy"):
        proxies = read_networks(trusted_proxy or ())
    with _said_of("--open-id-issuer"):
        open_id = _open_id(open_id_issuer, open_id_client, open_id_secret_file, open_id_name)
    targets = () if portal is None else read_targets(portal)
    with _said_of("--mail-host"):
        mail = (
            MailServer.read(
                mail_host,
                mail_port,
                mail_tls,
                user=mail_user,
                password=_secret_in(mail_password_file),
                sender=mail_sender,
            )
            if mail_host
            else None
        )
    settings = Settings(
        token=new_token(),
        limits=limits_of(limit),
        daily_quota=quota,
        outward=outward,
        outsiders=Outsiders(tuple(checkpoint_to or ()), checkpoint_file, tuple(read_keys(witness))),
        base=base,
        proxies=proxies,
        open_id=open_id,
        targets=targets,
        mail=mail,
    )
    path = ledger_path(ledger)
    with Ledger.open(path) as opened:
        if origin is not None:
            with Bookkeeping(path) as books:
                name_log(books, origin)
        run(opened, settings, host, port, log)


def run(
    ledger: Ledger, settings: Settings, host: str, port: int, log: LogLevel = "warning"
) -> None:
    """Serve an open ledger until somebody stops it, and say where.

    Args:
        ledger: it.
        settings: how the server runs.
        host: where it listens, on this machine.
        port: and under which number; 0 for any.
        log: what is logged.

    Raises:
        Exit: it cannot listen there, or may not.
    """
    if host not in LOOPBACK:
        errors.print(
            f"[red]Refused:[/] {host} can be reached from other machines, and passwords would go "
            "there without TLS. Use 127.0.0.1, and a proxy on this machine that brings TLS."
        )
        raise typer.Exit(2)
    write_logs(log)
    _answer_while_capturing()
    config = uvicorn.Config(
        create_app(ledger, settings),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,  # what it is made of is nobody's to know
        proxy_headers=False,  # `BehindProxy` knows whom to believe
        timeout_graceful_shutdown=_PATIENCE,
        timeout_keep_alive=_KEPT_OPEN,
        ws_per_message_deflate=False,  # each listener would hold memory for it
    )
    try:
        listening = _listen(host, port)
    except OSError as error:
        errors.print(
            f"[red]Port {port} of {host} cannot be used:[/] {error.strerror}. Try --port 0."
        )
        raise typer.Exit(2) from error
    name, number = listening.getsockname()[:2]
    own = f"[{name}]" if ":" in name else name
    address = f"http://{own}:{number}{settings.root}"
    running = RunningServer(address, os.getpid(), settings.token)
    outside = f" for {settings.base}" if settings.base is not None else ""
    with announced(ledger.path, running):
        output.print(
            f"Serving {ledger.path.name} at [bold]{address}[/]{outside}  (stop with Ctrl+C)"
        )
        _tell_set_up(ledger.path, str(settings.base or address))
        # Once it has stopped, uvicorn passes the signal on; the ledger is to be closed then.
        signal.signal(signal.SIGTERM, _end)
        uvicorn.Server(config).run(sockets=[listening])


def _tell_set_up(ledger: Path, address: str) -> None:
    """Print the link by which the first account is made, as long as nobody has one."""
    with Bookkeeping(ledger) as books:
        if accounts(books):
            return
        secret = make_link(books, "set_up", None, now())
    output.print("Nobody has an account yet. This link makes the first, once, within a day:")
    output.print(f"{address}/set-up/{secret}", highlight=False, soft_wrap=True)


def _open_id(issuer: str | None, client: str, secret: Path | None, name: str) -> OpenId | None:
    """Read which provider people may log in by.

    Raises:
        ValueError: what is said of it cannot be.
    """
    if not issuer:
        return None
    return OpenId.read(issuer, client, _secret_in(secret), name)


def _secret_in(file: Path | None) -> str:
    """Return what stands in a file; nothing where there is none.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        return "" if file is None else file.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}.") from error


@contextmanager
def _said_of(option: str) -> Iterator[None]:
    """Let what is wrong with the value of an option be said of it."""
    try:
        yield
    except (ValueError, LimitError) as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


def _answer_while_capturing() -> None:
    """Let an answer go on soon where a document is being captured.

    To answer, a thread asks the database some ten times, and each time it must get Python back from
    the thread that captures; by default it would wait 5 ms for that.
    """
    sys.setswitchinterval(_TURN)
    look_rarely()


def _end(*_: object) -> None:
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Where TCP is named, asyncio lets it send at once; else each answer waits 40 ms for a receipt.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # a command may ask as soon as the address is known
    except OSError:
        listening.close()
        raise
    return listening
