"""The parser of query parameters; BadQuery states what a parameter expects."""

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from werkzeug.datastructures import MultiDict

from geo.atlas import Query
from geo.atlas.filter_values import check_values
from geo.atlas.ties import tied
from geo.crs import LngLatBbox
from geo.errors import BadQuery, NotFound
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.ocop.layers import ON_MAP, THEMATIC
from geo.ocop.parameters import FILE, ID_LISTS, MAX_IDS, MAX_TEXT, PARAMETERS, Parameter
from geo.schema import LANGS, Filter, Label

# Parameters that social networks and mail services append to links; they are ignored.
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|zarsrc|_gl")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE | re.ASCII)

_DIGITS = 18

Args = MultiDict[str, str]
Values: TypeAlias = str | tuple[str, ...]
"""The value of a parameter in a URL; the items of a tuple are joined by commas, a comma inside them is encoded."""
Filters = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class MapState:
    """The state of the map page in its URL. `center` is longitude, latitude in degrees."""

    zoom: float | None
    center: tuple[float, float] | None
    layers: tuple[str, ...]
    base: str
    text: str
    filters: Filters
    terrain: bool = True
    others: str = "dim"


_ELSEWHERE = Label(" Tham số này dùng ở địa chỉ khác.", " It is one of other addresses.")
"""What is said instead of a name that is spelled alike, which would be another thing."""


def language(args: Args) -> str:
    """The language of the parameter `lang`; Vietnamese without it."""
    lang = args.get("lang") or "vi"
    if lang not in LANGS:
        raise BadQuery(
            f"lang={lang!r} is not a language of this site. Languages: vi, en.",
            f"lang={lang!r} không phải ngôn ngữ của trang. Các ngôn ngữ: vi, en.",
        )
    return lang


def only(args: Args, *names: str) -> None:
    """Raise BadQuery for a parameter not in `names`, with the closest name, and for several values of a single one."""
    parameters = (*names, "lang")
    for name in args:
        if name not in parameters and not _TRACKING.fullmatch(name):
            hint = _ELSEWHERE if name in PARAMETERS else _hint(name, parameters)
            choices = ", ".join(dict.fromkeys(parameters))
            raise BadQuery(
                f"Unknown parameter {name!r}.{hint.en} Parameters: {choices}.",
                f"Tham số không hợp lệ: {name!r}.{hint.vi} Các tham số: {choices}.",
            )
        row = PARAMETERS.get(name)
        if row is not None and row.once and len(values := set(args.getlist(name))) > 1:
            raise BadQuery(
                f"{name} has {len(values)} different values; it takes one.",
                f"{name} có {len(values)} giá trị khác nhau; chỉ nhận một.",
            )


def join_values(args: Args) -> dict[str, Values]:
    """The distinct values of each parameter as one text joined by commas, or as a tuple where they may hold commas."""
    distinct = {name: tuple(dict.fromkeys(values)) for name, values in args.lists()}
    return {name: values if name in ID_LISTS else ",".join(values) for name, values in distinct.items()}


def _hint(word: str, candidates: Iterable[str]) -> Label:
    """The candidate closest to `word` as a question; empty when none is close."""
    near = get_close_matches(word, list(candidates), n=1)
    return Label(f" Có phải {near[0]!r}?", f" Did you mean {near[0]!r}?") if near else Label("", "")


def layer_name(name: str, among: Mapping[str, object] = COLLECTIONS) -> str:
    """`name` if it is a layer of `among`; otherwise NotFound, which lists them."""
    if name not in among:
        hint, choices = _hint(name, among), ", ".join(among)
        raise NotFound(
            f"No layer {name!r}.{hint.en} Layers: {choices}.", f"Không có lớp {name!r}.{hint.vi} Các lớp: {choices}."
        )
    return name


def many(args: Args, name: str) -> tuple[str, ...]:
    """The values of a parameter that may be repeated or joined by commas, each once."""
    if name not in args:
        return ()
    values = (part.strip() for value in args.getlist(name) for part in value.split(","))
    return tuple(dict.fromkeys(value for value in values if value))


def bbox(args: Args) -> LngLatBbox | None:
    """The box of the parameter `bbox`; None without it."""
    text = args.get("bbox")
    return box(text) if text else None


def box(text: str) -> LngLatBbox:
    """The box of four numbers, or of six with heights, which are ignored; `west > east` crosses the antimeridian."""
    numbers = _numbers(text, ",")
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4:
        raise BadQuery(
            f"bbox={text!r}: expected four numbers west,south,east,north in degrees, or six with heights.",
            f"bbox={text!r}: cần bốn số tây,nam,đông,bắc theo độ, hoặc sáu số kèm độ cao.",
        )
    lnglat = LngLatBbox(*numbers)
    if not (-90 <= lnglat.south <= lnglat.north <= 90 and -180 <= lnglat.west <= 180 and -180 <= lnglat.east <= 180):
        raise BadQuery(
            f"bbox={text!r}: expected west,south,east,north in degrees, longitude before latitude; south must not"
            " exceed north, latitudes lie in -90..90 and longitudes in -180..180.",
            f"bbox={text!r}: cần tây,nam,đông,bắc theo độ, kinh độ trước vĩ độ; nam không được lớn hơn bắc, vĩ độ trong"
            " -90..90, kinh độ trong -180..180.",
        )
    return lnglat


def corners(args: Args) -> tuple[float, float, float, float]:
    """The four numbers of `bbox` in any CRS, without heights: lower corner, upper corner."""
    text = args.get("bbox", "")
    numbers = _numbers(text, ",")
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4:
        raise BadQuery(
            f"bbox={text!r}: expected four numbers, or six with heights.",
            f"bbox={text!r}: cần bốn số, hoặc sáu số kèm độ cao.",
        )
    return numbers[0], numbers[1], numbers[2], numbers[3]


def without(args: Args, *names: str) -> Args:
    """The parameters without `names`."""
    return MultiDict([pair for pair in args.items(multi=True) if pair[0] not in names])


_INSTANT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?", re.IGNORECASE | re.ASCII
)


def period(args: Args) -> tuple[str | None, str | None] | None:
    """First and last day of `datetime`: an RFC 3339 date or time, or two joined by '/', with '..' for no bound.

    None without the parameter.
    """
    text = args.get("datetime")
    if text is None or text == "":
        return None
    ends = text.split("/")
    moments = [None if end in {"..", ""} else _moment(end, text) for end in ends]
    first, last = moments[0], moments[-1]
    if len(ends) > 2 or (first is None and last is None):
        raise _no_time(text)
    if first is not None and last is not None and _backwards(first, last, ends[-1]):
        raise _no_time(text)
    # Records have dates only, so a time is reduced to its day in UTC.
    return first.date().isoformat() if first else None, last.date().isoformat() if last else None


def _backwards(first: dt.datetime, last: dt.datetime, until: str) -> bool:
    """Whether the interval ends before it begins; an end that is a date lasts until the end of that day."""
    return first > last if "T" in until.upper() else first.date() > last.date()


def _moment(text: str, whole: str) -> dt.datetime:
    """A date or time in UTC; a date is midnight of that day."""
    match = _INSTANT.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        moment = dt.datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):  # converted to UTC it may be before the year 1 or after 9999
        raise _no_time(whole) from None


def _no_time(text: str) -> BadQuery:
    return BadQuery(
        f"datetime={text!r}: expected 2021-05-31, 2021-05-31T00:00:00Z, or from/until, '..' for no bound.",
        f"datetime={text!r}: cần 2021-05-31, 2021-05-31T00:00:00Z, hoặc hai mốc từ/đến, '..' là không giới hạn.",
    )


def _numbers(text: str, separator: str) -> list[float]:
    """The numbers of a list; empty when one part is not a finite number."""
    parts = text.split(separator)
    if not all(_NUMBER.fullmatch(part) for part in parts):
        return []
    numbers = [float(part) for part in parts]
    return numbers if all(map(math.isfinite, numbers)) else []


def digits(text: str) -> int | None:
    """The number that decimal digits write, with any number of zeros before them; None for any other text.

    A number of more than 18 digits becomes the largest of 18: every maximum is below it.

    >>> digits("007"), digits("9" * 5_000) == 10**18 - 1, digits("-1"), digits("٣")
    (7, True, None, None)
    """
    if not (text.isascii() and text.isdigit()):
        return None
    figures = text.lstrip("0") or "0"
    return int(figures) if len(figures) <= _DIGITS else 10**_DIGITS - 1


def whole_number(args: Args, name: str, default: int, *, least: int = 0, most: int) -> int:
    """A whole number of at least `least`; a larger one than `most` becomes `most`, as OGC API - Features requires."""
    text = args.get(name)
    if text is None or text == "":
        return default
    number = digits(text)
    if number is None or number < least:
        raise BadQuery(
            f"{name}={text!r}: expected a whole number of at least {least}.",
            f"{name}={text!r}: cần một số nguyên từ {least} trở lên.",
        )
    return min(number, most)


def limit(args: Args, row: Parameter) -> int:
    """The limit of a page, by the default, minimum and maximum of a parameter."""
    return whole_number(args, row.name, int(row.default or 0), least=row.least or 0, most=row.most or 0)


def offset(args: Args) -> int:
    """How many records are skipped before a page."""
    row = PARAMETERS["offset"]
    return whole_number(args, row.name, 0, most=row.most or 0)


def words(args: Args) -> str:
    """The text of the parameter `q`."""
    text = args.get("q", "")
    if len(text) > MAX_TEXT:
        raise BadQuery(
            f"q holds {len(text)} characters; at most {MAX_TEXT} are searched for.",
            f"q có {len(text)} ký tự; chỉ tìm được tối đa {MAX_TEXT}.",
        )
    return text


def filters(args: Args) -> Filters:
    """The filters in the request, in their declared order; BadQuery for a value that is not in the code list."""
    return tuple((row.param, values) for row in FILTERS if row.param in args and (values := _filter_values(row, args)))


def _filter_values(row: Filter, args: Args) -> tuple[str, ...]:
    values = many(args, row.param)
    if row.codes:
        require_codes(row.param, values, CODE_LISTS[row.codes].keys())
    check_values(row, values)
    return values


def require_codes(name: str, values: Iterable[str], codes: Collection[str]) -> None:
    """Raise BadQuery for a value of the parameter `name` that is none of the codes."""
    for value in values:
        if value not in codes:
            hint = _hint(value, codes)
            choices = ", ".join(codes)
            raise BadQuery(
                f"{name}={value!r} is not in the list.{hint.en} Values: {choices}.",
                f"{name}={value!r} không có trong danh mục.{hint.vi} Các giá trị: {choices}.",
            )


def ids(args: Args) -> tuple[str, ...]:
    """The keys of the parameter `ids`; one that holds a comma may be a key, or several joined by a caller's library."""
    keys = tuple(dict.fromkeys(key for value in args.getlist("ids") if (key := value.strip())))
    number = sum(1 + key.count(",") for key in keys)
    if number > MAX_IDS:
        raise BadQuery(f"{number} ids; at most {MAX_IDS}.", f"{number} mã; tối đa {MAX_IDS}.")
    return keys


def selection(layer: str, args: Args) -> Query:
    """The query of a layer by the parameters of the request, without limit and offset."""
    query = Query(
        layer_name(layer),
        bbox=bbox(args),
        filters=filters(args),
        text=words(args),
        ids=ids(args),
        sort=args.get("sort", ""),
    )
    return tied(query) if others(args) == "hide" else query


def others(args: Args) -> str:
    """What is done with records that no link joins to what the filters choose in another layer: dim, hide or show."""
    row = PARAMETERS["others"]
    value = args.get(row.name) or str(row.default)
    require_codes(row.name, [value], row.choices)
    return value


def file_options(args: Args) -> dict[str, str]:
    """The options of a download in the request."""
    return {name: args[name] for name in FILE if args.get(name)}


def thematic(args: Args, *, default: Iterable[str] = THEMATIC) -> tuple[str, ...]:
    """The layers of the map in the parameter `layers`, `default` without it; an empty value means none."""
    if "layers" not in args:
        return tuple(default)
    names = many(args, "layers")
    for name in names:
        if name not in ON_MAP:
            choices = ", ".join(ON_MAP)
            raise BadQuery(
                f"layers={name!r} is not a layer of the map. Layers: {choices}.",
                f"layers={name!r} không phải lớp của bản đồ. Các lớp: {choices}.",
            )
    return names


def map_state(args: Args) -> MapState:
    """The state of the map page: `map=zoom/lat/lng`, layers, base, text and filters."""
    zoom, center = _position(args.get("map", ""))
    base, with_terrain = args.get("base", "communes"), args.get("terrain") != "off"
    return MapState(zoom, center, thematic(args), base, words(args), filters(args), with_terrain, others(args))


def _position(text: str) -> tuple[float | None, tuple[float, float] | None]:
    if not text:
        return None, None
    numbers = _numbers(text, "/")
    zoom, lat, lng = numbers if len(numbers) == 3 else (math.nan, math.nan, math.nan)
    if not (0 <= zoom <= 22 and -90 <= lat <= 90 and -180 <= lng <= 180):
        raise BadQuery(
            f"map={text!r}: expected zoom/latitude/longitude, for example 9/21.6/103.0.",
            f"map={text!r}: cần dạng mức phóng/vĩ độ/kinh độ, ví dụ 9/21.6/103.0.",
        )
    return zoom, (lng, lat)
