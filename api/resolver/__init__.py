"""The GS1 Digital Link resolver: from a code on a package to what is public about it."""
