"""Finding: the search, what stands under a party, place or document, and codes in photographs."""
