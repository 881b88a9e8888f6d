"""What all answers of the EPCIS interface share: headers, formats, pages, discovery."""
