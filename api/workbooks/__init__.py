"""Spreadsheets that are handed out: a recall, what a foreign rule asks for, deliveries."""
