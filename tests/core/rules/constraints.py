"""Every constraint of EPCIS that one event alone can break, with the events that show it.

The numbers are those of `docs/adr/0011`. `tests/conformance/test_constraints.py` proves with GS1's
schemas which of them know a constraint.
"""

from collections.abc import Mapping
from typing import Final

from tests.core.rules.constraint_case import Constraint
from tests.core.rules.constraints_of_events import OF_EVENTS
from tests.core.rules.constraints_of_parts import OF_PARTS

SYNTAXES: Final = ("json", "xml")

CONSTRAINTS: Final[Mapping[str, Constraint]] = {**OF_EVENTS, **OF_PARTS}
"""By number and subject."""
