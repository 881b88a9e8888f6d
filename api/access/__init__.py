"""Who is asking, and whether they may: one gate before every route."""
