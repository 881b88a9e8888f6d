"""The ledger file: appending to it, and every way of reading it. The only room with SQL."""
