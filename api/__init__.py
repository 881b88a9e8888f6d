"""What goes out and what faces people: commands, the HTTP interface, pages."""
