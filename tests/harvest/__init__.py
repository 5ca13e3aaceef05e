"""The catalogue as a CKAN portal harvests it."""
