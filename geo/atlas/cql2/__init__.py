"""CQL2 filters (OGC 21-065r2): parser, type check, syntax tree and the meaning of the operators. No SQL in here."""
