"""The parameters of pages and figures under /plan, read from a request; BadQuery states what each one expects."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from geo.atlas import Atlas
from geo.errors import BadQuery
from geo.ocop.codes import CODE_LISTS
from geo.plan.days import day_of
from geo.plan.figures import PARAMETERS, Frame, Parameters
from geo.views.values import PROVINCE_TIME
from geo.web.http import params
from geo.web.http.params import Args

NAMES = PARAMETERS
"""The names of the parameters that figures take."""
_MOST_KM, _MOST_DAYS, _MOST_VERSION = 200, 3_660, 999_999_999
_KM = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)


def today() -> date:
    """The day that it is in the province."""
    return datetime.now(UTC).astimezone(PROVINCE_TIME).date()


def version(args: Args, current: int, name: str = "version") -> int:
    """The number of a version; the current one without it."""
    return params.whole_number(args, name, current, least=1, most=_MOST_VERSION)


def day(args: Args, name: str, default: date) -> date:
    """A day; `default` without it. BadQuery for anything but a day of this century."""
    text = args.get(name) or ""
    return day_of(name, text) if text else default


def parameters(args: Args, atlas: Atlas, on: date) -> Parameters:
    """The parameters of a request for the version of an atlas; `on` is the day without the parameter."""
    base = Parameters(version=atlas.version.number, on=day(args, "on", on))
    frame = _frame(args, base.frame)
    return Parameters(
        version=base.version,
        on=base.on,
        km=_kilometres(args, base.km),
        days=params.whole_number(args, "days", base.days, least=1, most=_MOST_DAYS),
        frame=frame,
        unit=args.get("unit") or None,
        cohort=args.get("cohort") or None,
        crop=_one_of(args, "crop", CODE_LISTS["material"].keys()),
    )


def _kilometres(args: Args, default: float) -> float:
    text = args.get("km") or ""
    if not text:
        return default
    if not _KM.fullmatch(text) or not 0 < float(text) <= _MOST_KM:
        raise BadQuery(
            f"km={text!r}: expected a distance in kilometres, such as 10 or 7.5, at most {_MOST_KM}.",
            f"km={text!r}: cần khoảng cách theo ki-lô-mét, ví dụ 10 hoặc 7.5, tối đa {_MOST_KM}.",
        )
    return float(text)


def _frame(args: Args, default: Frame) -> Frame:
    key = _one_of(args, "frame", [frame.value for frame in Frame])
    return default if key is None else Frame(key)


def _one_of(args: Args, name: str, keys: Iterable[str]) -> str | None:
    """The value of a parameter that is one of the keys; None without it."""
    value = args.get(name) or None
    if value is not None:
        params.require_codes(name, [value], list(keys))
    return value
