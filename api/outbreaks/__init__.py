"""After the first minute of an outbreak: what cases have in common, and what else could be bad."""
