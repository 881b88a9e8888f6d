"""The province's desk: figures on a page, its own lists, and the reports of years and quarters."""
