"""Lengths of GS1 Company Prefixes, which an EPC URI needs and a key does not tell.

The table is GS1's own list, as packaged by biip. It is a snapshot, and half of Vietnam's prefixes
are not in it: an unknown length is an ordinary answer.
"""

from epcis_core.identifiers.schemes import KEYS


def length_of(key_ai: str, value: str) -> int | None:
    """Return the length of the company prefix in a key, in digits.

    Args:
        key_ai: AI of the key, such as `01` or `414`.
        value: the key's value with check digit; a GTIN has 14 digits.

    Returns:
        6 to 12, or None where GS1's list does not tell, or `key_ai` begins no GS1 key.

    >>> length_of("414", "4012345000054")
    7
    """
    # Reading the list takes a tenth of a second, and only EPC URIs need it.
    from biip.gs1_prefixes import GS1CompanyPrefix  # noqa: PLC0415

    key = KEYS.get(key_ai)
    if key is None:
        return None
    number = value[key.prefix_at :]
    digits = len(number) - len(number.lstrip("0123456789"))
    # Where a value ends early the list would answer with a part of the prefix; zeros show it all.
    prefix = GS1CompanyPrefix.extract(number[:digits].ljust(12, "0"))
    if prefix is None or len(prefix.value) > digits:
        return None
    return len(prefix.value)
