"""HTTP itself: parameters, forms, content negotiation, caching, errors, addresses and headers."""
