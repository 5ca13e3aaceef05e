"""The declaration of the OCOP programme: layers, code lists, links, filters, collections, styles."""
