"""Through which eyes, and as of when, the ledger is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """What a reader may see. Every read of the store takes one.

    Attributes:
        viewer: the organisation that reads; None sees all.
        up_to_sequence: only entries up to here count, this one included; None for all. It is ledger
            time, what was known then, and has nothing to do with eventTime.
    """

    viewer: str | None = None
    up_to_sequence: int | None = None

    def condition(self, alias: str) -> str:
        """Return the SQL condition on a table with a `sequence`, for use after WHERE or AND."""
        return "true" if self.up_to_sequence is None else f"{alias}.sequence <= {self.up_to_sequence:d}"


EVERYTHING = View()
"""The view that hides nothing."""
