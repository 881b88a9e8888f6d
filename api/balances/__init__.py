"""Balances: what came, what left and what should be there, of a lot and of a party."""
