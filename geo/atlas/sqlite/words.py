"""Functions of text that treat each word alone, applied to many texts that share most of their words.

CASEI, ACCENTI, fold and search_words are such functions: no letter, mark or case that Unicode composes, decomposes or
folds depends on what stands beyond a space.
"""

from collections.abc import Callable, Sequence

_MOST = 300_000
"""Words that are remembered: the codes of records occur in those of their links again."""


class Words(dict[str, tuple[str, ...]]):
    """What some functions make of each word, computed when it first occurs."""

    def __init__(self, functions: Sequence[Callable[[str], str | None]]) -> None:
        super().__init__()
        self._functions = functions

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _MOST:
            self.clear()
        self[word] = tuple(function(word) or "" for function in self._functions)
        return self[word]

    def of(self, text: str) -> tuple[str, ...]:
        """What each function makes of `text`, all of whose spaces stay.

        >>> Words([str.lower, str.upper]).of("Đồi  A1")
        ('đồi  a1', 'ĐỒI  A1')
        """
        return tuple(map(" ".join, zip(*[self[word] for word in text.split(" ")], strict=True)))

    def without_gaps(self, text: str) -> str:
        """What the first function makes of the words of `text`, with single spaces between those that it leaves.

        >>> Words([lambda word: word.strip("-")]).without_gaps("Đồi - A1")
        'Đồi A1'
        """
        return " ".join([changed for word in text.split() if (changed := self[word][0])])
