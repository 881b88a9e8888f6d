"""Log-in by somebody else's service, by OpenID Connect: the protocol, without pages."""
