"""The lists that an organisation keeps: its products, places and partners, by form and by sheet."""
