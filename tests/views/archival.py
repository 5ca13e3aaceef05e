"""What PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1) ask of a file, as far as it can be read without a validator."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

FORBIDDEN = ("/JavaScript", "/JS", "/EmbeddedFile", "/Movie", "/Sound", "/RichMedia", "/XFA")


def assert_archival(data: bytes, lang: str, families: set[str]) -> None:
    """Fail for what a file lacks, for what it must not have, and for a typeface of another family."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root = pdf.Root
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == str(pdf.docinfo["/Title"]) != ""
        (intent,) = root.OutputIntents
        assert str(intent.S) == "/GTS_PDFA1" and intent.DestOutputProfile.read_bytes()[36:40] == b"acsp", (
            "an ICC profile"
        )
        assert root.MarkInfo.Marked and str(root.Lang) == lang and root.ViewerPreferences.DisplayDocTitle
        assert not pdf.is_encrypted and "/ID" in pdf.trailer
        _check_fonts(pdf, families)
        _check_tags(pdf)
        names = {str(key) for item in dictionaries(pdf) for key in item} | {
            str(item.S) for item in dictionaries(pdf) if isinstance(item.get("/S"), pikepdf.Name)
        }
        assert not names.intersection(FORBIDDEN)


def dictionaries(pdf: Any) -> Iterator[Any]:
    """The dictionaries among the objects of a file, those of streams too."""
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            yield item


def _check_fonts(pdf: Any, families: set[str]) -> None:
    """Every font is of a shipped family, embedded, and says which letters its glyphs are."""
    fonts = [item for item in dictionaries(pdf) if item.get("/Type") == "/Font"]
    assert fonts
    descendants = {str(font.BaseFont).rpartition("+")[2].partition("-")[0] for font in fonts}
    assert descendants == families
    for font in fonts:
        if font.Subtype == "/Type0":
            assert "/ToUnicode" in font
            (descendant,) = font.DescendantFonts
            descriptor = descendant.FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor, str(font.BaseFont)


def _check_tags(pdf: Any) -> None:
    """Pages are tagged and read in the order of the tags; figures and links have a text; headings leave out no level."""
    tags = [item for item in dictionaries(pdf) if item.get("/Type") == "/StructElem"]
    assert "/StructTreeRoot" in pdf.Root and tags
    for page in pdf.pages:
        assert page.get("/Tabs") == "/S" or "/Annots" not in page
        assert "/StructParents" in page
        for annotation in page.get("/Annots", []):
            assert "/Contents" in annotation and "/StructParent" in annotation
    assert all(str(tag.get("/Alt", "")) for tag in tags if str(tag.S) == "/Figure")
    levels = [int(str(tag.S)[2:]) for tag in tags if str(tag.S)[1:2] == "H" and str(tag.S)[2:].isdigit()]
    assert set(levels) == set(range(1, max(levels) + 1))
    cells = [tag for tag in tags if str(tag.S) in {"/TH", "/TD"}]
    assert all(str(cell.P.S) == "/TR" for cell in cells)
