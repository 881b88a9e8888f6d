"""Taking turns: a queue in which nobody waits for all that somebody else has put in before."""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """A queue that gives out one item of each sender, then the next one of each.

    Among the items of one sender the first in is the first out. A sender that comes anew is served
    after those that are waiting, each of them once.

    >>> turns = Turns[str]()
    >>> for sender, item in [("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1")]:
    ...     turns.put(sender, item)
    >>> [turns.take() for _ in range(len(turns))]
    ['a1', 'b1', 'a2', 'a3']
    """

    def __init__(self) -> None:
        self._waiting: dict[str, deque[T]] = {}

    def put(self, sender: str, item: T) -> None:
        """Put an item behind all others of its sender."""
        self._waiting.setdefault(sender, deque()).append(item)

    def put_back(self, sender: str, item: T) -> None:
        """Put an item that was taken before all others of its sender, whose turn is over."""
        items = self._waiting.pop(sender, deque())
        items.appendleft(item)
        self._waiting[sender] = items

    def take(self) -> T:
        """Take the item whose turn it is.

        Raises:
            LookupError: there is none.
        """
        if not self._waiting:
            raise LookupError("Expected somebody waiting, got nobody")
        sender = next(iter(self._waiting))
        items = self._waiting.pop(sender)
        item = items.popleft()
        if items:
            self._waiting[sender] = items  # behind everybody else
        return item

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))
