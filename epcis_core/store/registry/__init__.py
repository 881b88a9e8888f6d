"""The registry: organisations and people, what lets them in, and who looked at what.

It can be changed, unlike the ledger, and stands in the bookkeeping beside it, `<ledger>.service`.
Of passwords, keys, links and sessions there are digests alone.
"""
