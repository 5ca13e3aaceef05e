"""Which column of a file is which field of a layer, and what its cells mean: text, values, addresses."""
