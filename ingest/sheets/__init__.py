"""Spreadsheets: rows that people fill in become events, what is wrong goes back to them."""
