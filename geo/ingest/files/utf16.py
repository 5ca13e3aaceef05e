"""UTF-16 text without a mark of its byte order, as some programs write "Unicode text"."""

_LOW, _HIGH = "utf-16-le", "utf-16-be"
_HEAD = 4_096


def utf_16_of(data: bytes) -> str | None:
    """The form of UTF-16 that the bytes of a text are in, by where the zeros of its ASCII letters are; None for none.

    >>> utf_16_of("Tên\\tXã\\n".encode("utf-16-le")), utf_16_of(b"a,b,c,d\\n")
    ('utf-16-le', None)
    """
    head = data[:_HEAD]
    pairs = len(head) // 2
    second, first = head[1::2].count(0), head[::2].count(0)
    often, seldom = max(second, first), min(second, first)
    if pairs < 4 or often * 4 < pairs or seldom * 50 > often:
        return None
    return _LOW if second > first else _HIGH
