"""The EPCIS query language: from parameters to a typed query."""
