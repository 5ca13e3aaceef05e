"""Which records of the other layers belong to what a filter chooses: those that a link joins to a chosen record."""

from dataclasses import replace

from geo.atlas.model import Query
from geo.ocop.filters import chosen_layers


def keeps_all(query: Query) -> bool:
    """Whether no filter of the query chooses records of other layers, so that every record of its layer belongs."""
    layers = chosen_layers(param for param, values in query.filters if values)
    return not layers or query.layer in layers


def tied(query: Query) -> Query:
    """The query narrowed to the records that a link joins to a record that its filters choose in another layer.

    The query itself when its filters speak of its own layer, or choose no records at all.
    """
    if keeps_all(query):
        return query
    layers = chosen_layers(param for param, values in query.filters if values)
    others = tuple(Query(layer, filters=query.filters, text=query.text) for layer in layers)
    return replace(query, linked_to=others)
