"""A lot's completeness and its record as JSON tells them, to servers and commands alike."""

from typing import Any

from api.web.times import here_at
from epcis_core.dossier.completeness import completeness
from epcis_core.dossier.lot_chain import product_of
from epcis_core.dossier.lot_record import lot_record
from epcis_core.dossier.material import Material
from epcis_core.errors import QueryError
from epcis_core.findings import Language
from epcis_core.rules.profiles import Profile, profiles, profiles_for


def profile_asked(name: str | None, material: Material, now: int) -> Profile:
    """Return the profile of a name; without one, the first by which every lot is judged.

    Args:
        name: None or empty for none.
        material: what is known of the lot.
        now: microseconds since 1970 UTC.

    Raises:
        QueryError: there is no such profile.
    """
    if not name:
        sector = material.sectors.get(product_of(material.trace.subject), "")
        return next(profiles_for(sector, here_at(now).date()))
    if name not in profiles():
        known = ", ".join(profiles())
        raise QueryError(f"There is no profile {name!r}; there are {known}.", parameter="profile")
    return profiles()[name]


def completeness_told(
    material: Material, profile: str | None, now: int, language: Language
) -> dict[str, Any]:
    """Return how complete the records of a lot are, or what is near one that is not known.

    Raises:
        QueryError: there is no such profile.
    """
    law = profile_asked(profile, material, now)
    if not material.trace.objects:
        return unknown_lot(material)
    return completeness(material, law, now).as_json(language)


def lot_record_told(material: Material, now: int) -> dict[str, Any]:
    """Return the record of a lot, or what is near one that is not known."""
    if not material.trace.objects:
        return unknown_lot(material)
    return lot_record(material, now).as_json()


def unknown_lot(material: Material) -> dict[str, Any]:
    """Return what is said of a lot of which nothing is known."""
    return {"subject": material.trace.subject, "near": list(material.trace.near)}
