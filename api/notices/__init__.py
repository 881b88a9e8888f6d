"""Documents that are issued on paper: notices of recall and reports, from records to a PDF."""
