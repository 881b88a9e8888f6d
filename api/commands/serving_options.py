"""The options of `serve`: each may stand in the environment too."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.data import limit_option
from api.logs import LogLevel

# Several values of one option are parted by spaces in the environment.
HostOption = Annotated[str, typer.Option(help="Address to listen on.", envvar="EPCIS_HOST")]
PortOption = Annotated[
    int,
    typer.Option(min=0, max=65535, help="Port to listen on; 0 for any.", envvar="EPCIS_PORT"),
]
BaseOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Where the server is found from outside, through a proxy on this machine.",
        envvar="EPCIS_BASE_ADDRESS",
    ),
]
ProxyOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ADDRESS",
        help="Proxy or network whose X-Forwarded-Proto, -Host, -For are believed; may be repeated.",
        envvar="EPCIS_TRUSTED_PROXY",
    ),
]
OwnLimitOption = Annotated[list[str] | None, limit_option("EPCIS_LIMIT")]
QuotaOption = Annotated[
    str,
    typer.Option(
        metavar="SIZE",
        help="How much each organisation may send within 24 hours.",
        envvar="EPCIS_DAILY_QUOTA",
    ),
]
AllowOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Host or network inside to which events may be sent; may be repeated.",
        envvar="EPCIS_ALLOW_OUTWARD",
    ),
]
OutwardPortOption = Annotated[
    list[int] | None,
    typer.Option(
        min=1,
        max=65535,
        help="Port outside to which events may be sent, instead of 80, 443, 8080 and 8443; "
        "may be repeated.",
        envvar="EPCIS_OUTWARD_PORT",
    ),
]
OriginOption = Annotated[
    str | None,
    typer.Option(help="Name of the log, in its checkpoints and its key.", envvar="EPCIS_ORIGIN"),
]
CheckpointToOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Address to which checkpoints are sent; may be repeated.",
        envvar="EPCIS_CHECKPOINT_TO",
    ),
]
CheckpointFileOption = Annotated[
    Path | None,
    typer.Option(help="File into which checkpoints are written.", envvar="EPCIS_CHECKPOINT_FILE"),
]
WitnessOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Key of a witness that cosigns checkpoints; may be repeated.",
        envvar="EPCIS_WITNESS",
    ),
]
OpenIdIssuerOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="OpenID provider by which people who were invited may log in.",
        envvar="EPCIS_OPEN_ID_ISSUER",
    ),
]
OpenIdClientOption = Annotated[
    str,
    typer.Option(
        metavar="ID", help="How the provider knows this server.", envvar="EPCIS_OPEN_ID_CLIENT"
    ),
]
OpenIdSecretOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File with the secret that the provider has given to this server.",
        envvar="EPCIS_OPEN_ID_SECRET_FILE",
    ),
]
OpenIdNameOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="What people call the provider, on the log-in page.",
        envvar="EPCIS_OPEN_ID_NAME",
    ),
]
PortalOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Folder with a file for each portal that lots are carried to.",
        envvar="EPCIS_PORTAL",
    ),
]
MailHostOption = Annotated[
    str | None,
    typer.Option(
        metavar="HOST",
        help="Server that e-mail is handed over to, for notices of recalls.",
        envvar="EPCIS_MAIL_HOST",
    ),
]
MailPortOption = Annotated[
    int,
    typer.Option(min=0, max=65535, help="Its port; 0 is the usual.", envvar="EPCIS_MAIL_PORT"),
]
MailTlsOption = Annotated[
    str,
    typer.Option(metavar="HOW", help="starttls, tls or none.", envvar="EPCIS_MAIL_TLS"),
]
MailUserOption = Annotated[
    str, typer.Option(metavar="NAME", help="Who logs in there.", envvar="EPCIS_MAIL_USER")
]
MailPasswordOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File with the password of that user.",
        envvar="EPCIS_MAIL_PASSWORD_FILE",
    ),
]
MailSenderOption = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", help="Address that e-mail comes from.", envvar="EPCIS_MAIL_SENDER"
    ),
]
LogOption = Annotated[
    LogLevel,
    typer.Option(help="What is written to standard error, as JSON lines.", envvar="EPCIS_LOG"),
]
