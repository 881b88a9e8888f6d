"""The proof that nothing was changed: what the leaves of the log commit to."""
