"""XML parsed without entities: a document that defines any is refused wherever the definition stands."""

from xml.parsers import expat

from geo.errors import BadSource


def strict_parser(refusal: BadSource) -> expat.XMLParserType:
    """A parser that raises `refusal` at a DOCTYPE or an entity; names of elements come with their prefixes."""
    parser = expat.ParserCreate()

    def refuse(*declaration: object) -> None:
        raise refusal

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def doctype_refused() -> BadSource:
    """The refusal of a file that is XML itself."""
    return BadSource(
        "An XML file with a DOCTYPE is refused: it may define entities that never end. Export it again.",
        "Không nhận tệp XML có DOCTYPE: có thể chứa thực thể vô hạn. Hãy xuất lại tệp.",
    )


def local(name: str) -> str:
    """The name of an element without its prefix.

    >>> local("gx:Track"), local("Track")
    ('Track', 'Track')
    """
    return name.rpartition(":")[2]
