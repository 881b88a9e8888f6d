"""Standing queries: who is told of new events, when, and that each is told once."""
