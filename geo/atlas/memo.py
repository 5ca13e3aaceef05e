"""What is computed once for an atlas, which never changes, and forgotten together with it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from geo.atlas.protocol import Atlas

P = ParamSpec("P")
T = TypeVar("T")


def once_per_atlas(compute: Callable[Concatenate[Atlas, P], T]) -> Callable[Concatenate[Atlas, P], T]:
    """The function with its results kept by atlas and further arguments, which must be hashable.

    Unlike an lru_cache it does not keep an atlas open that is no longer served. A result must not refer to its atlas.
    Two threads that ask at the same time may both compute it.
    """
    results: WeakKeyDictionary[Atlas, dict[tuple[Any, ...], T]] = WeakKeyDictionary()

    @wraps(compute)
    def remember(atlas: Atlas, *args: P.args, **kwargs: P.kwargs) -> T:
        of_atlas = results.setdefault(atlas, {})
        key = (*args, *sorted(kwargs.items()))
        if key not in of_atlas:
            of_atlas[key] = compute(atlas, *args, **kwargs)
        return of_atlas[key]

    return cast(Callable[Concatenate[Atlas, P], T], remember)
