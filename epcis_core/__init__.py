"""The core of the ledger: GS1 identifiers, EPCIS events, provenance and the store.

Nothing in here opens a connection, reads a clock or looks at the environment.
"""
