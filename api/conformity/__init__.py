"""What law asks of the system, and what of it answers: the self-assessment to be declared."""
