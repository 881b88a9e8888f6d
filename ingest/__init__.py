"""Everything that comes in: from files and bytes to a report for their sender."""
