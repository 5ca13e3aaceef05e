"""Printed documents, typeset by typst: sheets with a map, the atlas of all communes, the field form. No HTTP here."""
