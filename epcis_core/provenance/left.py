"""How much is left of what was put into a container."""

from epcis_core.model.references import Role
from epcis_core.provenance.amounts import Measure, Total, added_up, measured, put, take
from epcis_core.provenance.evidence import is_named
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.stays import Stay


def left_in(gathered: Gathered, stay: Stay, time: int) -> Measure | None:
    """Return what was left of what was put in during a stay, before anything left at an instant."""
    if stay.observed:
        return added_up(measured(named) for named in stay.amounts)
    total: Total | None = {}
    for mark in gathered.naming(stay.container):
        is_packing = mark.type == "AggregationEvent" and is_named(mark, stay.container, Role.PARENT)
        if not is_packing or not stay.opened.time <= mark.time <= time:
            continue
        for named in mark.of(stay.content):
            if named.role is not Role.CHILD:
                continue
            if mark.action == "ADD":
                total = put(total, named)
            elif mark.action == "DELETE" and stay.opened.time < mark.time < time:
                total = take(total, named)
    if total is None or len(total) != 1:
        return None
    (kind, amount), *_ = total.items()
    drawn = [less for when, less in stay.drawn if when < time]
    return kind, amount - sum(drawn) if drawn else amount
