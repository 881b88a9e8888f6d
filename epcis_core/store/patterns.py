"""Patterns for many objects, as conditions on canonical identifiers.

The parts of an EPC URI are found again in the key of a Digital Link: the company prefix at its
place, the reference around it, the serial number behind.
"""

import re
from collections.abc import Iterable, Iterator

from epcis_core.identifiers.escaping import DIGITAL_LINK, decode_epc_uri
from epcis_core.identifiers.schemes import CANONICAL_DOMAIN, SCHEMES, Key, Scheme
from epcis_core.query.patterns import PATTERN, Pattern, Range
from epcis_core.store.clauses import FALSE, Clause, all_of


def matching(pattern: Pattern, column: str, *, is_class: bool) -> Clause:
    """Return the condition that a canonical identifier is of a pattern.

    Args:
        pattern: what its parts must be.
        column: with the identifier.
        is_class: it must be a class of objects that all are of the pattern, or a lot; else an
            object.
    """
    if pattern.scheme is None:
        return _verbatim(pattern, column, is_class=is_class)
    scheme = pattern.scheme
    if is_class and scheme.epc_uris[0].startswith("urn:epc:id:"):
        if pattern.parts[-1] is not None:
            return FALSE
        found = _class_of(pattern.name)
        if found is None:
            return FALSE
        scheme = found
    elif is_class is scheme.epc_uris[0].startswith("urn:epc:id:"):
        return FALSE
    return _in_key(scheme, pattern, column)


def _class_of(name: str) -> Scheme | None:
    for scheme in SCHEMES.values():
        if scheme.epc_uris and scheme.epc_uris[0].startswith(f"{PATTERN}{name}:"):
            return scheme
    return None


def _in_key(scheme: Scheme, pattern: Pattern, column: str) -> Clause:
    key, qualifier = scheme.key, scheme.qualifier
    fields = scheme.epc_uris[0].rpartition(":")[2].split(".")
    wanted = dict(zip(fields, pattern.parts, strict=True))
    reference, groups = _reference(key, wanted["C"], wanted["R"])
    expression = f"https://{re.escape(CANONICAL_DOMAIN)}/{key.ai}/{reference}"
    if key.check_at is not None:
        expression += r"\d"
    expression += "".join(_piece(wanted[letter]) for letter in "PT" if letter in wanted)
    letters = ["P", "T", "S"] if "P" in wanted else ["S"]
    serial = r"(\d+)" if isinstance(wanted.get("S"), Range) else "([^/]+)"
    if scheme.serial_in_key:
        expression += serial
    elif qualifier is not None:
        behind = f"/{qualifier.ai}/{serial}"
        expression += f"(?:{behind})?" if qualifier.none is not None else behind
    none = qualifier.none if qualifier is not None else None
    behind_reference = {letter: [groups + n] for n, letter in enumerate(letters, start=1)}
    numbered = {"R": [*range(1, groups + 1)], **behind_reference}
    clauses = [*_cheap(key, wanted["C"], column)]
    clauses.append(Clause(f"regexp_full_match({column}, ?)", (expression,)))
    for letter, part in wanted.items():
        if isinstance(part, Range):
            clauses.append(_in_range(column, expression, numbered[letter], none or "", part))
    return all_of(clauses)


def _cheap(key: Key, company: str | Range | None, column: str) -> Iterator[Clause]:
    """Yield what the expression says too and costs less to find out."""
    start = f"https://{CANONICAL_DOMAIN}/{key.ai}/"
    yield Clause(f"starts_with({column}, ?)", (start,))
    if isinstance(company, str):
        place = len(start) + key.prefix_at + 1
        yield Clause(f"substr({column}, {place:d}, {len(company):d}) = ?", (company,))


def _reference(
    key: Key, company: str | Range | None, reference: str | Range | None
) -> tuple[str, int]:
    """Return the expression for a key up to its check digit, and how many groups are in it."""
    if key.check_at is None:
        start = company if isinstance(company, str) else ""
        if isinstance(reference, str):
            written = decode_epc_uri(reference).translate(DIGITAL_LINK)
            return start + re.escape(written), 0
        return start + (r"(\d+)" if isinstance(reference, Range) else "([^/]+)"), 1
    if not isinstance(company, str):
        return rf"(\d{{{key.check_at}}})", 1
    width = key.check_at - key.prefix_at - len(company)
    if isinstance(reference, str):
        front = reference[:1] if key.in_front == "digit" else "0" * key.prefix_at
        return front + company + reference[len(front) if key.in_front == "digit" else 0 :], 0
    if key.in_front == "digit":
        return rf"(\d){company}(\d{{{width}}})", 2
    return rf"{'0' * key.prefix_at}{company}(\d{{{width}}})", 1


def _piece(wanted: str | Range | None) -> str:
    """Return the expression for the number or the total of a piece, a group of its own."""
    return f"({re.escape(wanted)})" if isinstance(wanted, str) else r"(\d\d)"


def _in_range(
    column: str, expression: str, groups: Iterable[int], none: str, wanted: Range
) -> Clause:
    parts = [f"regexp_extract({column}, ?, {group:d})" for group in groups]
    number = f"coalesce(nullif({' || '.join(parts)}, ''), ?)"
    return Clause(
        f"TRY_CAST({number} AS HUGEINT) BETWEEN CAST(? AS HUGEINT) AND CAST(? AS HUGEINT)",
        (*(expression,) * len(parts), none, str(wanted.low), str(wanted.high)),
    )


def _verbatim(pattern: Pattern, column: str, *, is_class: bool) -> Clause:
    """Return the condition for a scheme that is not of GS1, whose URIs are kept as written."""
    kind = "(?:idpat|class)" if is_class else "id"
    *first, last = pattern.parts
    parts = [_dotted(part, "[^.]*") for part in first] + [_dotted(last, ".*")]
    expression = rf"(?s)urn:epc:{kind}:{pattern.name}:{'[.]'.join(parts)}"
    clauses = [Clause(f"regexp_full_match({column}, ?)", (expression,))]
    for number, part in enumerate(pattern.parts, start=1):
        if isinstance(part, Range):
            clauses.append(_in_range(column, expression, [number], "", part))
    return all_of(clauses)


def _dotted(part: str | Range | None, anything: str) -> str:
    if isinstance(part, Range):
        return r"(\d+)"
    return f"({re.escape(part)})" if isinstance(part, str) else f"({anything})"
