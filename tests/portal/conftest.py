"""Commands, run as those of `tests/api` are."""

from tests.api.conftest import _forking, epcis

__all__ = ["_forking", "epcis"]
