"""View models, documents and files made from the records of an atlas. Nothing here knows HTTP."""
