"""Places written in the cells of a table: read by notation, recognised by column, and made geometries."""
