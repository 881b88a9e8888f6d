"""Checking a ledger file: everything in it worked out again from what was received."""
