"""What is known of a parameter with a fixed name: how it is read, what it takes, what it is for."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Takes = Literal["texts", "time", "flag", "truth", "actions", "order", "direction", "count", "text"]
"""What the values of a parameter are: any number of `texts` and `actions`, one of the others."""

Reader = TypeVar("Reader")


@dataclass(frozen=True, slots=True)
class Parameter(Generic[Reader]):
    """A parameter with a fixed name.

    Attributes:
        read: reads its values.
        takes: what these are.
        finds: what it asks for; of events, as what follows the word "events".
    """

    read: Reader
    takes: Takes
    finds: str
