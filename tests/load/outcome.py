"""What a load has shown."""

from dataclasses import dataclass, field

from tests.load.clients import Tally


@dataclass(frozen=True)
class Outcome:
    """What a load has shown.

    Attributes:
        clients: how many there were.
        pause: seconds between two things of one client on average.
        began: when, seconds since 1970.
        busy: how many other processes wanted to run then, on average over a minute.
        seconds: how long it took until the last client had its last answer.
        tally: what they did and found.
        memory: resident mebibytes of the server, at the end and at most.
        processor: seconds of processor time of the server.
        wrong: what was not as it must be; empty where all is well.
    """

    clients: int
    pause: float
    began: float
    busy: float
    seconds: float
    tally: Tally
    memory: tuple[int, int]
    processor: float
    wrong: list[str] = field(default_factory=list)
