"""XML elements as text, and an RDF graph as JSON-LD and as RDF/XML."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from geo.schema import LANGS, Label

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_RETURN = {"\r": "&#13;"}  # XML parsers replace a literal carriage return by a line feed


def words(text: str) -> str:
    """`text` escaped as the content of an element."""
    return escape(text, _RETURN)


def tag(name: str, *inner: str, **attributes: str) -> str:
    """An element with the XML `inner` as content; `__` in the name of an attribute stands for ":".

    >>> tag("gmd:title", words("a < b"), xlink__href="x")
    '<gmd:title xlink:href="x">a &lt; b</gmd:title>'
    """
    attribute_text = "".join(
        f" {key.replace('__', ':')}={quoteattr(value, _RETURN)}" for key, value in attributes.items()
    )
    body = "".join(inner)
    return f"<{name}{attribute_text}>{body}</{name}>" if body else f"<{name}{attribute_text}/>"


def character_string(name: str, text: str) -> str:
    """An element with a gco:CharacterString."""
    return tag(name, tag("gco:CharacterString", words(text)))


def both(space: str, name: str, label: Label) -> str:
    """An element with Vietnamese text and its English translation; `space` is the namespace prefix of PT_FreeText."""
    english = tag(f"{space}:LocalisedCharacterString", words(label.en), locale="#en")
    return tag(
        name,
        tag("gco:CharacterString", words(label.vi)),
        tag(f"{space}:PT_FreeText", tag(f"{space}:textGroup", english)),
        xsi__type=f"{space}:PT_FreeText_PropertyType",
    )


class Ref(NamedTuple):
    """A resource with an IRI."""

    iri: str


class Text(NamedTuple):
    """A plain literal, with a language tag if `lang` is given."""

    value: str
    lang: str | None = None


class TypedValue(NamedTuple):
    """A literal with a datatype, given as a compact IRI."""

    value: str
    datatype: str


Value: TypeAlias = Ref | Text | TypedValue


@dataclass
class Node:
    """One subject of a graph with its statements; types and predicates are compact IRIs."""

    iri: str
    types: tuple[str, ...]
    facts: list[tuple[str, Value]] = field(default_factory=list)

    def add(self, predicate: str, *values: Value | None) -> None:
        """Add a statement for each value that is not None and not stated yet."""
        for value in values:
            if value is not None and (predicate, value) not in self.facts:
                self.facts.append((predicate, value))

    def say(self, predicate: str, label: Label | None) -> None:
        """Add a statement with the label in each language."""
        if label is not None:
            self.add(predicate, *(Text(label.of(lang), lang) for lang in LANGS if label.of(lang)))

    def refer(self, predicate: str, *iris: str | None) -> None:
        """Add a statement for each IRI that is not empty."""
        self.add(predicate, *(Ref(iri) for iri in iris if iri))


def json_ld(nodes: Iterable[Node], prefixes: dict[str, str]) -> dict[str, Any]:
    """The graph as JSON-LD 1.1 with an inline context, so that no other document must be fetched."""
    return {"@context": {"@version": 1.1, **prefixes}, "@graph": [_object(node) for node in nodes]}


def _object(node: Node) -> dict[str, Any]:
    body: dict[str, Any] = {"@id": node.iri, "@type": list(node.types)}
    for predicate, value in node.facts:
        body.setdefault(predicate, []).append(_value(value))
    return body


def _value(value: Value) -> dict[str, str]:
    if isinstance(value, Ref):
        return {"@id": value.iri}
    if isinstance(value, TypedValue):
        return {"@value": value.value, "@type": value.datatype}
    return {"@value": value.value} | ({"@language": value.lang} if value.lang else {})


def rdf_xml(nodes: Iterable[Node], prefixes: dict[str, str]) -> str:
    """The same graph as RDF/XML."""
    spaces = "".join(f"\n  xmlns:{name}={quoteattr(address)}" for name, address in prefixes.items())
    return f"{HEAD}<rdf:RDF{spaces}>\n{''.join(_description(node, prefixes) for node in nodes)}</rdf:RDF>\n"


def _description(node: Node, prefixes: dict[str, str]) -> str:
    types = (tag("rdf:type", rdf__resource=_whole(name, prefixes)) for name in node.types)
    facts = (_fact(predicate, value, prefixes) for predicate, value in node.facts)
    lines = "".join(f"    {line}\n" for line in (*types, *facts))
    return f"  <rdf:Description rdf:about={quoteattr(node.iri)}>\n{lines}  </rdf:Description>\n"


def _fact(predicate: str, value: Value, prefixes: dict[str, str]) -> str:
    if isinstance(value, Ref):
        return tag(predicate, rdf__resource=value.iri)
    if isinstance(value, TypedValue):
        return tag(predicate, words(value.value), rdf__datatype=_whole(value.datatype, prefixes))
    return tag(predicate, words(value.value), **({"xml__lang": value.lang} if value.lang else {}))


def _whole(name: str, prefixes: dict[str, str]) -> str:
    prefix, _, rest = name.partition(":")
    return f"{prefixes[prefix]}{rest}"
