"""Pictures of a chain beside its lanes: where it went, and what was measured on the way."""
