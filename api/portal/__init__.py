"""Carrying lots to national portals and other targets: each record once, in order, and proven."""
