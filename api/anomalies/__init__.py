"""What is odd in the records, for the province: a list with filters, and what was explained."""
