"""The offsets of the pages before and after a page of records."""


def next_offset(offset: int, limit: int, matched: int) -> int | None:
    """The offset of the next page; None after the last record.

    >>> next_offset(0, 10, 32), next_offset(30, 10, 32)
    (10, None)
    """
    return offset + limit if offset + limit < matched else None


def previous_offset(offset: int, limit: int, matched: int) -> int | None:
    """The offset of the page before, or of the last page for an offset behind it; None where there is none.

    >>> previous_offset(20, 10, 32), previous_offset(1_000_000, 10, 32), previous_offset(0, 10, 32)
    (10, 30, None)
    """
    if not offset or not matched:
        return None
    last = (matched - 1) // limit * limit
    return max(0, min(offset - limit, last))


NEIGHBOURS = {"next": next_offset, "prev": previous_offset}
"""Link relation -> function of offset, limit and number of matches that finds the offset of the page."""
