"""From when on something is odd: numbers as data, in `schemas/anomalies/`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from epcis_core.provenance.anomalies.anomaly import KINDS, Kind, Severity


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Travel(_Part):
    """How fast goods may have gone.

    Attributes:
        road_km_per_hour: faster is odd.
        air_km_per_hour: faster is grave.
        least_km: nothing is said of places that are nearer to each other.
        clock_minutes: by so much two clocks may differ.
    """

    road_km_per_hour: float
    air_km_per_hour: float
    least_km: float
    clock_minutes: float


class NeverReceived(_Part):
    """How long a shipment may be under way, in days."""

    days: int


class Knowing(_Part):
    """Dispositions with which goods are shipped by who knows what is the matter with them."""

    dispositions: tuple[str, ...]


class Thresholds(_Part):
    """All of them, with what each kind of anomaly weighs."""

    severity: dict[Kind, Severity]
    travel: Travel
    never_received: NeverReceived
    knowing: Knowing

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if missing := set(KINDS) - self.severity.keys():
            raise ValueError(f"no severity of {', '.join(sorted(missing))}")
        return self


@cache
def usual_thresholds() -> Thresholds:
    """Return what holds where nobody says otherwise: `schemas/anomalies/usual.toml`."""
    source = files("schemas") / "anomalies" / "usual.toml"
    return Thresholds.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
