"""The base map below the records of the programme: its layers, its style, and the files that browsers draw it from."""
