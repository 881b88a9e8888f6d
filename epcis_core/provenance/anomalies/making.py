"""What came into being twice: one serial number, or one lot at two sites."""

from collections.abc import Iterator

from epcis_core.model.references import Role
from epcis_core.provenance.anomalies.anomaly import Anomaly, Kind, anomaly
from epcis_core.provenance.anomalies.thresholds import Thresholds
from epcis_core.provenance.bookings import ONE_PRODUCTION
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.evidence import begins, is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import kind_of


def made_twice(chain: Chain, one: str, thresholds: Thresholds) -> Iterator[Anomaly]:
    """Yield that an object came into being twice.

    A lot did where its goods, or items of it, were made at two sites; a single thing also where
    that was more than a day apart. What goes into a transformation and comes out was reworked.

    Args:
        chain: the facts.
        one: a lot or an instance; a container may be used again.
        thresholds: what it weighs.
    """
    kind = kind_of(one)
    if kind not in {"lot", "instance"}:
        return
    made = [facts for facts in _beginnings(chain, one) if not is_named(facts, one, Role.INPUT)]
    sites = {facts.site for facts in made if facts.site is not None}
    times = [facts.time for facts in made]
    is_again = kind == "instance" and times and max(times) - min(times) > ONE_PRODUCTION
    if len(sites) > 1 or is_again:
        what: Kind = "lot_made_twice" if kind == "lot" else "serial_made_twice"
        parties = [chain.parties.of(facts) for facts in made]
        yield anomaly(what, thresholds.severity[what], [one], made, parties=parties)


def _beginnings(chain: Chain, one: str) -> list[EventFacts]:
    own = (one, *(chain.gathered.members(one) if kind_of(one) == "lot" else ()))
    return [facts for each in own for facts in chain.gathered.naming(each) if begins(facts, each)]
