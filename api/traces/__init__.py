"""The page of a trace: what it says first, what is folded, and lists of what is too much for it."""
