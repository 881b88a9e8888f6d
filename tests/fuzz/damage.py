"""Damage: from a number to a damaged document, the same on every machine.

A document is cut into its tokens, so that most of what is made is still nearly XML or JSON: tags
vanish, move and take each other's names, whole elements are doubled or put into others, values
become values that no one expects. A few bytes are broken at the end, and some files are written in
another encoding.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from epcis_core.findings import Syntax
from tests.fuzz.members import damaged_members
from tests.fuzz.seeds import seeds

_SCARCE: Final = 0.25
_MOST: Final = 0.6
_WHOLE_PARTS: Final = 400  # tokens; a larger part is not doubled


@dataclass(frozen=True)
class Dialect:
    """How the text of a syntax is cut, and what is put into it.

    Attributes:
        token: matches one token, or anything.
        opens: matches a token that begins a part.
        closes: matches a token that ends one.
        name: matches what a part is called, in a token.
        tokens: tokens to put in.
    """

    token: re.Pattern[str]
    opens: re.Pattern[str]
    closes: re.Pattern[str]
    name: re.Pattern[str]
    tokens: tuple[str, ...]


XML: Final = Dialect(
    re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^<>]*>|[^<]+|<", re.DOTALL),
    re.compile(r"<[^/!?<>](?:[^<>]*[^/<>])?>"),
    re.compile(r"</"),
    re.compile(r"(?<=<)[\w:.-]+|(?<=</)[\w:.-]+"),
    (
        *("<", ">", "&", "]]>", "<!--", "-->", "<![CDATA[", "<?", "?>", "</>", "<//>", "< a>"),
        *("<extension>", "</extension>", "<extension/>", "<baseExtension>", "<EventList>"),
        *("</EventList>", "</EPCISBody>", "<ObjectEvent>", "</ObjectEvent>", "<QuantityEvent/>"),
        *("<!-- c -->", "<!----->", "<?pi x?>", "<?xml version='1.0'?>", "<![CDATA[<b>]]>"),
        *("<epcList/>", "<action>ADD</action>", "<quantity>1</quantity>", "<uom>KGM</uom>"),
        *("<ex:a>1</ex:a>", "<zz:a/>", "<ilmd/>", "<a/>", "<id/>", "<ilmd><a>1</a></ilmd>"),
        *(
            "<b xmlns='urn:x'/>",
            "<epcis:b/>",
            "<e:b/>",
            "<x:b xmlns:x='urn:epcglobal:epcis:xsd:2'/>",
        ),
        *(" epcis:a='1'", " xml:lang='vi'", " xmlns:x='urn:x'", "<a b='c'/>", "<x:a/>", "&#13;"),
        *("<!DOCTYPE a>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<!DOCTYPE a SYSTEM 'b'>", "&b;"),
        *("&amp;", "&#x41;", "&#0;", "&#xD800;", "&nbsp;", "&lt", "\x00", "\x0b", "\ufffe", "\xa0"),
        *(" a='1'", " a='1' a='2'", ' xsi:nil="true"', ' xsi:type="xsd:integer"', " b=c", " b='<'"),
        *(' xmlns="urn:y"', " xmlns:ex='urn:z'", " xmlns:ex=''", " json:is='array'", " type=''"),
        *("é", "\U0001f347", "\r\n", "\r", "\t", "\u2028", "\x85", "text", "''", '"'),
    ),
)
JSON: Final = Dialect(
    re.compile(r'"(?:[^"\\]|\\.)*"|[-+0-9.eE]+|[A-Za-z_]+|\s+|.', re.DOTALL),
    re.compile(r"[{\[]"),
    re.compile(r"[}\]]"),
    re.compile(r'(?<=")[\w:.-]+(?=")'),
    (
        *("{", "}", "[", "]", ",", ":", '"', "\\", "null", "true", "false", "NaN", "-Infinity"),
        *("{}", "[]", '""', '"ex:a": 1,', '"ex:a": {"b": [1, {"c": null}]},', '"@id": "urn:x",'),
        *('"eventID": "urn:x:1",', '"type": "ObjectEvent",', '"eventList": [],', '"ilmd": {},'),
        *('"@context": {"ex": "urn:z"},', '"@context": [],', '"epcList": [],', '"isA": "urn:x",'),
        *("0", "-0", "01", "1.", ".5", "1e", "1e400", "1E-999999999", "-", "+1", "0.1e+2"),
        *('"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\x"', "\x00", "\ufeff", "\ufffe"),
        *(
            "\xa0",
            "// c",
            "/* c */",
            "'a'",
            "é",
            "\U0001f347",
            "\r\n",
            "\r",
            "\t",
            "\u2028",
            "\x85",
        ),
    ),
)
DIALECTS: Final[dict[Syntax, Dialect]] = {"xml": XML, "json": JSON}

_VALUES: Final = (
    *("", " ", "0", "-1", "1e5", "1e-7", "1.50", "+7", "007", "5.", ".5", "1e99999", "INF", "NaN"),
    *("9" * 50, "9" * 500, "0." + "0" * 300 + "1", "1,5", "½", "٣", "true", "1", "TRUE", "null"),
    *("2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T08:00:60Z", "2026-03-01"),
    *("2026-03-01T08:00:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-14:00"),
    *("10000-01-01T00:00:00Z", "-2026-03-01T08:00:00Z", "0001-01-01T00:00:00+14:00", "Z"),
    *("2026-03-01t08:00:00z", "+7:00", "+14:00", "+14:01", "-00:00", "+25:00", "07:00", "ADD"),
    *("urn:epc:id:sgtin:8930001.000001.7", "urn:epc:id:sgtin:893.1.7", "urn:epc:id:sscc:", "urn:"),
    *("https://id.gs1.org/01/09506000134352/10/L1", "https://id.gs1.org/01/09506000134353", "a:b"),
    *("http://[::1", "http://a b", "%zz", "urn:epcglobal:cbv:bizstep:shipping", "shipping"),
    *("urn:epcglobal:cbv:bizstep:shiping", "https://ref.gs1.org/cbv/BizStep-x", "KGM", "kg"),
    *("gs1:Temperature", "ex:Temperature", "did_not_occur", "ObjectEvent", "VisitEvent", "ex:E"),
    *("Tiếng Việt", "\U0001f347", "a\tb", "a" * 2000, "epc", "type", "id", "@context", "#text"),
    *("urn:epcglobal:epcis:xsd:1", "urn:epcglobal:epcis:xsd:2", "urn:epcglobal:cbv:mda", "ex"),
    *("2.0", "1.2", "EPCISDocument", "urn:epcglobal:epcis-query:xsd:2", "+00:00", "1" * 41),
)
_ENCODINGS: Final = (
    *("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "latin-1", "cp1258"),
)
_DECLARED: Final = (
    *("UTF-8", "utf-16", "UTF-16LE", "ISO-8859-1", "windows-1258", "UTF-7", "ascii", "x"),
)
_DECLARATION: Final = re.compile(r"<\?xml.*?\?>")
_HELD: Final = re.compile(r"(?<==\")[^\"<]*(?=\")|\A[^<]*[^<\s][^<]*\Z")
"""The values in a token of XML: the text itself, or what attributes hold."""

_REFERENCES: Final = (
    "&amp;",
    "&#x41;",
    "&#13;&#9;",
    "<![CDATA[<b>]]>",
    "a <ex:b>c</ex:b> d",
    "<b/>",
)
_VALUE: Final = re.compile(r"[^<>\"']+")


@cache
def _tokens(syntax: Syntax) -> tuple[tuple[str, ...], ...]:
    """Return the tokens of every seed."""
    return tuple(tuple(DIALECTS[syntax].token.findall(text)) for text in seeds(syntax))


def damaged(syntax: Syntax, number: int) -> bytes:
    """Return the damaged document of a number."""
    random = Random(f"{syntax} {number}")  # noqa: S311 - nothing secret: the same every time
    is_gentle = random.random() < _MOST
    if syntax == "json" and is_gentle:
        return damaged_members(random.choice(seeds(syntax)), random, _VALUES).encode()
    dialect, whole = DIALECTS[syntax], _tokens(syntax)
    tokens = list(random.choice(whole))
    if is_gentle:
        for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
            random.choice(_GENTLE_WAYS)(tokens, random, dialect)
        return "".join(tokens).encode()
    for _ in range(random.choice((0, 1, 1, 1, 2, 3, 6))):
        random.choice(_WAYS)(tokens, random, dialect)
        if random.random() < _SCARCE:
            _splice(tokens, random.choice(whole), random)
    data = _encoded("".join(tokens), random)
    for _ in range(random.choice((0, 0, 0, 1, 1, 4))):
        data = _broken(data, random)
    return data


def _at(tokens: list[str], random: Random) -> int:
    return random.randrange(len(tokens)) if tokens else 0


def _delete(tokens: list[str], random: Random, _: Dialect) -> None:
    at = _at(tokens, random)
    del tokens[at : at + random.choice((1, 1, 1, 2, 5))]


def _double(tokens: list[str], random: Random, _: Dialect) -> None:
    at = _at(tokens, random)
    tokens[at:at] = tokens[at : at + random.choice((1, 1, 2, 5))]


def _insert(tokens: list[str], random: Random, dialect: Dialect) -> None:
    tokens.insert(_at(tokens, random), random.choice(dialect.tokens))


def _insert_within(tokens: list[str], random: Random, dialect: Dialect) -> None:
    if tokens:
        at = _at(tokens, random)
        cut = random.randint(0, len(tokens[at]))
        tokens[at] = f"{tokens[at][:cut]}{random.choice(dialect.tokens)}{tokens[at][cut:]}"


def _swap(tokens: list[str], random: Random, _: Dialect) -> None:
    if tokens:
        one, other = _at(tokens, random), _at(tokens, random)
        tokens[one], tokens[other] = tokens[other], tokens[one]


def _rename(tokens: list[str], random: Random, dialect: Dialect) -> None:
    """Give a part the name of another one, in both its tags where it has two."""
    named = [
        at
        for at, token in enumerate(tokens)
        if dialect.name.search(token) and not dialect.closes.match(token)
    ]
    if named:
        at, other = random.choice(named), random.choice(named)
        old, new = dialect.name.search(tokens[at]), dialect.name.search(tokens[other])
        if old and new:
            begin, end = _part(tokens, at, dialect)
            for one in {at, begin, end}:
                tokens[one] = tokens[one].replace(old[0], new[0], 1)


def _part(tokens: list[str], at: int, dialect: Dialect) -> tuple[int, int]:
    """Return the first and last token of the part that a token begins; of the token, if none."""
    depth, end = 0, at
    while end < len(tokens):
        depth += bool(dialect.opens.match(tokens[end])) - bool(dialect.closes.match(tokens[end]))
        if depth <= 0:
            return at, end
        end += 1
    return at, at


def _move_part(tokens: list[str], random: Random, dialect: Dialect) -> None:
    """Delete, double, or move a part; or put it into itself."""
    begin, end = _part(tokens, _at(tokens, random), dialect)
    part = tokens[begin : end + 1]
    way = random.randrange(4)
    if way in {0, 2}:
        del tokens[begin : end + 1]
    if way and len(part) < _WHOLE_PARTS:
        at = begin + 1 if way == 1 else _at(tokens, random)
        tokens[at:at] = part


def _mangle(tokens: list[str], random: Random, _: Dialect) -> None:
    """Put another value in place of a text, an attribute or a part of one."""
    if tokens:
        at = _at(tokens, random)
        places = list(_VALUE.finditer(tokens[at]))
        if places:
            place = random.choice(places)
            value = random.choice(_VALUES)
            tokens[at] = f"{tokens[at][: place.start()]}{value}{tokens[at][place.end() :]}"


def _put_value(tokens: list[str], random: Random, _: Dialect) -> None:
    """Put another value in place of a whole text or attribute."""
    held = [at for at, token in enumerate(tokens) if _HELD.search(token)]
    if held:
        at = random.choice(held)
        place = random.choice(list(_HELD.finditer(tokens[at])))
        value = random.choice((*_VALUES, *_REFERENCES))
        tokens[at] = f"{tokens[at][: place.start()]}{value}{tokens[at][place.end() :]}"


def _put_part(tokens: list[str], random: Random, dialect: Dialect) -> None:
    """Put an element, or an attribute, where there may be one."""
    token = random.choice(dialect.tokens)
    at = _at(tokens, random)
    if token[:1] == " " and tokens and dialect.opens.match(tokens[at]):
        tokens[at] = f"{tokens[at][:-1]}{token}>"
    elif token[:1] == "<" and token[-2:] == "/>":
        tokens.insert(at, token)


def _repeat(tokens: list[str], random: Random, _: Dialect) -> None:
    """Write a few tokens again and again."""
    at = _at(tokens, random)
    tokens[at:at] = tokens[at : at + random.choice((1, 2, 4))] * random.choice((3, 30, 70))


def _truncate(tokens: list[str], random: Random, _: Dialect) -> None:
    del tokens[_at(tokens, random) :]


_Way = Callable[[list[str], Random, Dialect], None]
_WAYS: Final[tuple[_Way, ...]] = (
    *(_delete, _double, _insert, _insert_within, _swap, _rename, _rename, _move_part, _move_part),
    *(_mangle, _mangle, _mangle, _repeat, _truncate),
)
_GENTLE_WAYS: Final[tuple[_Way, ...]] = (
    *(_put_value, _put_value, _put_value, _put_part, _rename, _move_part, _move_part),
)


def _splice(tokens: list[str], others: tuple[str, ...], random: Random) -> None:
    """Put a piece of another document in place of a piece."""
    if tokens and others:
        at, begin = _at(tokens, random), random.randrange(len(others))
        size = random.choice((1, 3, 10))
        tokens[at : at + random.choice((0, size))] = others[begin : begin + size]


def _encoded(text: str, random: Random) -> bytes:
    encoding = "utf-8"
    if random.random() < _SCARCE:
        if random.random() < _SCARCE:
            encoding = random.choice(_ENCODINGS)
        if random.random() < _SCARCE:
            declared = random.choice(_DECLARED)
            begin = match.end() if (match := _DECLARATION.match(text)) else 0
            text = f'<?xml version="1.0" encoding="{declared}"?>{text[begin:]}'
    return text.encode(encoding, "replace")


def _broken(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    way = random.randrange(5)
    if way == 0:
        return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
    if way == 1 and at < len(data):
        return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
    if way == 2:
        return data[:at] + data[at + random.choice((1, 1, 2, 8, 100)) :]
    if way == 3:
        return data[:at] + random.randbytes(random.choice((1, 2, 4))) + data[at:]
    return data[:at] + data[at : at + 8] + data[at:]
