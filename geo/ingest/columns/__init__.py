"""Which column is which field, and what its cells mean: text, values, addresses."""
