"""Damage to JSON that leaves it JSON: members vanish, move, repeat, and take other values."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

_RAW: Final = (
    *("null", "true", "false", "0", "-1", "1.50", "1e5", "1E-7", "-0.0", "NaN", "Infinity", "{}"),
    *("[]", "[null]", '""', '[""]', '{"a": 1}', '{"ex:a": [1]}', "9" * 50, "9" * 500, "1e999"),
    *('"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', "[[[1]]]", '{"id": "urn:x:1"}', '{"id": 1}'),
)
_NAMES: Final = ("ex:a", "a", "", "ex:", ":a", "@id", "@ex:a", "@context", "type", "isA", "ilmd")
_LARGEST: Final = 4000

Node = dict[str, Any] | list[Any]


class Raw(str):
    """JSON that is written as it is."""

    __slots__ = ()


class _Repeated(str):
    """A name that another member of the same object has too, when written."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def damaged_members(text: str, random: Random, values: tuple[str, ...]) -> str:
    """Return the text of a document some members of which are not as they were.

    Args:
        text: the sound document.
        random: decides what becomes of them.
        values: texts to put in.
    """
    document: Node = json.loads(text)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        nodes = _nodes(document)
        node = random.choice(nodes)
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if keys:
            # Copied as text: a part that is put into itself must not go on for ever.
            new = Raw(_written(random.choice((*values, *map(Raw, _RAW), *nodes)))[:_LARGEST])
            random.choice(_WAYS)(node, random.choice(keys), new, random)
    return _written(document)


def _delete(node: Any, key: Any, _: Raw, __: Random) -> None:
    del node[key]


def _replace(node: Any, key: Any, new: Raw, _: Random) -> None:
    node[key] = new


def _enclose(node: Any, key: Any, _: Raw, __: Random) -> None:
    node[key] = [node[key]]


def _add(node: Any, key: Any, new: Raw, random: Random) -> None:
    """Put in one more: with a name that is there, or another one; or again and again."""
    if isinstance(node, list):
        node[key:key] = [new] * random.choice((1, 3, 70))
    else:
        node[random.choice((_Repeated(key), key.upper(), *_NAMES))] = new


def _rename(node: Any, key: Any, _: Raw, random: Random) -> None:
    if isinstance(node, list):
        random.shuffle(node)
    else:
        node[random.choice((*node, *_NAMES))] = node.pop(key)


_WAYS: Final[tuple[Callable[[Any, Any, Raw, Random], None], ...]] = (
    *(_delete, _replace, _replace, _replace, _enclose, _add, _rename),
)


def _nodes(value: Any) -> list[Node]:
    """Return all objects and lists in a value, itself included."""
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            found.append(one)
            waiting.extend(one.values() if isinstance(one, dict) else one)
    return found


def _written(value: Any) -> str:
    if isinstance(value, Raw):
        return value
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(str(k))}: {_written(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False)
