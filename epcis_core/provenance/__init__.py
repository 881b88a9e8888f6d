"""Where objects came from, where they went, and what the records do not show."""
