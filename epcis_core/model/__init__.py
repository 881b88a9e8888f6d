"""Events, their parts, documents and master data, exactly as their senders wrote them."""
