"""The interface for machines, room by room."""
