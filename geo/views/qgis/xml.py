"""Helpers for the XML of QGIS documents."""

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET


def add(parent: ET.Element, tag: str, text: str = "", **attrs: str) -> ET.Element:
    """A child of `parent` with text and attributes."""
    child = ET.SubElement(parent, tag, attrs)
    if text:
        child.text = text
    return child


def option(parent: ET.Element, kind: str, name: str = "", value: str | None = None) -> ET.Element:
    """One <Option>, QGIS's typed value."""
    attrs = {"type": kind} | ({"name": name} if name else {}) | ({} if value is None else {"value": value})
    return ET.SubElement(parent, "Option", attrs)


def properties(parent: ET.Element, values: Mapping[str, str]) -> None:
    """Add settings of a symbol layer, as <Option> for QGIS 3.22 and later and as <prop> for earlier versions."""
    values_element = option(parent, "Map")
    for name, value in values.items():
        option(values_element, "QString", name, value)
    for name, value in values.items():
        ET.SubElement(parent, "prop", {"k": name, "v": value})


def add_expressions(parent: ET.Element, expressions: Mapping[str, str]) -> None:
    """Add data-defined settings: name -> expression over the record."""
    whole = option(ET.SubElement(parent, "data_defined_properties"), "Map")
    option(whole, "QString", "name", "")
    options = option(whole, "Map", "properties")
    for name, expression in expressions.items():
        one = option(options, "Map", name)
        option(one, "bool", "active", "true")
        option(one, "QString", "expression", expression)
        option(one, "int", "type", "3")
    option(whole, "QString", "type", "collection")


def one_of(field: str, keys: Iterable[str]) -> str:
    """A QGIS expression that is true when the field has one of the keys."""
    return f'"{field}" IN ({", ".join(quote(key) for key in keys)})'


def quote(text: str) -> str:
    """A string literal of a QGIS expression."""
    return "'" + text.replace("'", "''") + "'"
