"""The portal that the demo carries lots to: a process that runs as long as the demo does."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import IO, Any, Final

from api.portal.targets import Target
from epcis_core.errors import EpcisError

_NAME: Final = "cong-gia-lap"
_TITLE: Final = {"vi": "Cổng giả lập của bản dùng thử", "en": "The demo's simulated portal"}
_PACE: Final = 20  # deliveries a second


class DemoPortalError(EpcisError):
    """The demo's portal did not start."""


@contextmanager
def demo_portal() -> Iterator[IO[str]]:
    """Run the demo's portal; it says its address once, and ends with this process in any case.

    Yields:
        What it says, to be read once it is needed: meanwhile it starts.
    """
    command = [sys.executable, "-m", "api.portal.sample_portal"]
    with subprocess.Popen(  # noqa: S603 - ours
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - for the checker: it was asked for
        yield process.stdout
        process.terminate()


def demo_target(said: IO[str]) -> Target:
    """Return the demo's portal as somebody that lots are carried to.

    Args:
        said: what it says.

    Raises:
        DemoPortalError: it did not start.
    """
    address = said.readline().strip()
    if not address:
        raise DemoPortalError("The simulated portal of the demo did not start.")
    form = files("schemas").joinpath("portal/lot-record.toml").read_text(encoding="utf-8")
    members: dict[str, Any] = tomllib.loads(form)
    members |= {"name": _NAME, "title": _TITLE, "address": address, "per_second": _PACE}
    return Target.model_validate({**members, "authentication": {"kind": "none"}})
