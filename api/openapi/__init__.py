"""The description of the HTTP interface: OpenAPI 3.1, and a page of it for people."""
