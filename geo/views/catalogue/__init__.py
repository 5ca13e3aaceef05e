"""The catalogue: what each layer is, said in the words of DCAT-AP, ISO 19139, OGC API - Records and schema.org."""

from geo.views.catalogue.facts import Facts, Site, facts_of

__all__ = ["Facts", "Site", "facts_of"]
