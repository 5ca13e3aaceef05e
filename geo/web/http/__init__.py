"""HTTP: parameters, forms, content negotiation, caching, errors, URLs and headers."""
