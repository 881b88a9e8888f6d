"""The fact index: where things are named and what events say of them, beside the ledger file.

DuckDB reads whole blocks, and a trace needs a few events from everywhere. So the facts are kept
once more, by sequence and by what they name, in a folder `<ledger>.index` of files that never
change and are mapped into memory. They are derived, and never trusted over the ledger: each says
from where to where it goes and which leaf the log has there, and sums show what is damaged. Losing
them costs the time to make them again and nothing else.

References:
    docs/adr/0037-the-fact-index-is-mapped-into-memory.md
"""
