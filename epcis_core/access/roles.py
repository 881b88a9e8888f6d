"""Roles, and the rights that each has.

A right says what may be done; which records are shown is another question, see `visibility`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is in the system; written as in commands and pages."""

    BUSINESS = "business"
    INSPECTOR = "inspector"
    PROVINCE = "province"
    CONNECTOR = "connector"
    ADMIN = "admin"


class Right(StrEnum):
    """What somebody may do.

    `READ`: look at records, as far as they are visible. `CAPTURE`: send records. `WATCH`: keep
    queries and subscriptions. `INSPECT`: open cases and work on them. `MANAGE`: organisations,
    people and invitations. `AUDIT`: read who looked at what. `OPERATE`: the machine's own matters,
    such as keys, backups and metrics. `PUBLISH`: decide what everybody sees, and declare recalls.
    `KEEP`: the lists of products and places of organisations. `CARRY`: how lots get to portals.
    """

    READ = "read"
    CAPTURE = "capture"
    WATCH = "watch"
    INSPECT = "inspect"
    MANAGE = "manage"
    AUDIT = "audit"
    OPERATE = "operate"
    PUBLISH = "publish"
    KEEP = "keep"
    CARRY = "carry"


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.BUSINESS: frozenset({Right.READ, Right.CAPTURE, Right.WATCH, Right.PUBLISH, Right.KEEP}),
    Role.INSPECTOR: frozenset({Right.READ, Right.INSPECT}),
    Role.PROVINCE: frozenset(
        {
            *(Right.READ, Right.INSPECT, Right.MANAGE, Right.AUDIT),
            *(Right.PUBLISH, Right.KEEP, Right.CARRY),
        }
    ),
    Role.CONNECTOR: frozenset({Right.READ, Right.WATCH, Right.CARRY}),
    Role.ADMIN: frozenset(Right),
}
"""What each role may do."""

SEES_ALL: Final = frozenset({Role.INSPECTOR, Role.PROVINCE, Role.CONNECTOR, Role.ADMIN})
"""Roles to which no record is hidden; the others see what concerns their organisation."""

NEEDS_CASE: Final = frozenset({Role.INSPECTOR})
"""Roles that look at records under the number of a case alone."""
