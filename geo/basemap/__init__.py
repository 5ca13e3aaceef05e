"""The base map: what lies under the records of the programme, its looks, and the files that browsers draw it from."""
