"""Practice mode: a class of trainees, each with an organisation of their own, and its course."""
