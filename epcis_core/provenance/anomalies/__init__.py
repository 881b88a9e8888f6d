"""What in the records is odd across events: one function per sort of anomaly."""
