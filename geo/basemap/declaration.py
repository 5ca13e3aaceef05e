"""The layers of the base map as rows: their classes, the zoom that each class begins at, and the columns of a feature.

The style of a class stands in style.py. Nothing of the base map is a record of the programme: nothing here is linked,
measured, imported or downloaded with the records.
"""

from typing import Literal, NamedTuple, TypeAlias

from geo.schema import Label

BaseGeometry: TypeAlias = Literal["Point", "MultiLineString", "MultiPolygon"]


class BaseClass(NamedTuple):
    """One class of a layer: its key in the column `kind`, its words in the legend, and the zoom that it begins at."""

    key: str
    label: Label
    from_zoom: float


class BaseLayer(NamedTuple):
    """One layer of the base map; its classes stand in the order of importance."""

    key: str
    label: Label
    geometry: BaseGeometry
    classes: tuple[BaseClass, ...]

    def base_class(self, key: str) -> BaseClass:
        """The class `key`; KeyError when the layer has none."""
        for one in self.classes:
            if one.key == key:
                return one
        raise KeyError(f"base layer {self.key!r} has no class {key!r}")


COLUMNS: dict[str, type] = {
    "kind": str,
    "name": str,
    "name_en": str,
    "ref": str,
    "rank": int,
    "height_m": float,
    "min_zoom": float,
}
"""Columns of every layer, and their types. All but `kind` may be empty (None or NaN) and may be missing.

`kind` is the key of a class. `name` is the name that the map writes in Vietnamese, `name_en` in English where it
differs. `ref` is the number of a road, such as QL12. `rank` orders features of one class: 1 is the most important.
`height_m` is a height above sea level in metres: of a peak or pass, or the lower edge of a class of heights.
`min_zoom` replaces the zoom that the class begins at.
"""

MIN_ZOOM, MAX_ZOOM = 8, 18
"""The zooms of the map; a class that begins at MIN_ZOOM is always drawn."""

_LAYERS = (
    BaseLayer("heights", Label("Độ cao", "Elevation"), "MultiPolygon", (
        BaseClass("from_300", Label("từ 300 m", "from 300 m"), 8),
        BaseClass("from_600", Label("từ 600 m", "from 600 m"), 8),
        BaseClass("from_900", Label("từ 900 m", "from 900 m"), 8),
        BaseClass("from_1200", Label("từ 1.200 m", "from 1,200 m"), 8),
        BaseClass("from_1500", Label("từ 1.500 m", "from 1,500 m"), 8),
        BaseClass("from_1800", Label("từ 1.800 m", "from 1,800 m"), 8),
        BaseClass("from_2100", Label("từ 2.100 m", "from 2,100 m"), 8),
    )),
    BaseLayer("land", Label("Lớp phủ mặt đất", "Land cover"), "MultiPolygon", (
        BaseClass("forest", Label("Rừng", "Forest"), 10),
        BaseClass("built_up", Label("Khu dân cư", "Built-up area"), 10),
    )),
    BaseLayer("neighbours", Label("Tỉnh và nước láng giềng", "Neighbouring provinces and countries"), "MultiPolygon", (
        BaseClass("country", Label("Nước láng giềng", "Neighbouring country"), 8),
        BaseClass("province", Label("Tỉnh láng giềng", "Neighbouring province"), 8),
    )),
    BaseLayer("water", Label("Hồ và mặt nước", "Lakes and open water"), "MultiPolygon", (
        BaseClass("lake", Label("Hồ", "Lake"), 9),
        BaseClass("reservoir", Label("Hồ chứa", "Reservoir"), 9),
        BaseClass("river_bed", Label("Lòng sông", "River bed"), 11),
    )),
    BaseLayer("rivers", Label("Sông, suối", "Rivers and streams"), "MultiLineString", (
        BaseClass("great_river", Label("Sông lớn", "Great river"), 8),
        BaseClass("river", Label("Sông", "River"), 8),
        BaseClass("stream", Label("Suối", "Stream"), 12),
        BaseClass("canal", Label("Kênh, mương", "Canal"), 12),
    )),
    BaseLayer("roads", Label("Đường bộ", "Roads"), "MultiLineString", (
        BaseClass("motorway", Label("Cao tốc", "Motorway"), 8),
        BaseClass("national", Label("Quốc lộ", "National road"), 8),
        BaseClass("provincial", Label("Đường tỉnh", "Provincial road"), 9.5),
        BaseClass("district", Label("Đường huyện", "District road"), 10.5),
        BaseClass("local", Label("Đường xã, đường bản", "Local road"), 12),
        BaseClass("street", Label("Đường phố", "Street"), 13),
        BaseClass("track", Label("Đường đất", "Track"), 13),
        BaseClass("path", Label("Đường mòn", "Footpath"), 14),
    )),
    BaseLayer("dams", Label("Đập thủy điện", "Hydropower dams"), "Point", (
        BaseClass("dam", Label("Đập thủy điện", "Hydropower dam"), 10.5),
    )),
    BaseLayer("summits", Label("Đỉnh núi, đèo", "Peaks and passes"), "Point", (
        BaseClass("pass", Label("Đèo", "Pass"), 9),
        BaseClass("peak", Label("Đỉnh núi", "Peak"), 9),
    )),
    BaseLayer("services", Label("Tiện ích", "Services"), "Point", (
        BaseClass("hospital", Label("Bệnh viện, trung tâm y tế", "Hospital"), 12),
        BaseClass("health_post", Label("Trạm y tế", "Health post"), 14),
        BaseClass("market", Label("Chợ", "Market"), 13),
        BaseClass("bus_station", Label("Bến xe", "Bus station"), 13),
        BaseClass("fuel", Label("Cây xăng", "Fuel station"), 13),
        BaseClass("viewpoint", Label("Điểm ngắm cảnh", "Viewpoint"), 12.5),
        BaseClass("bus_stop", Label("Điểm dừng xe buýt", "Bus stop"), 15),
    )),
    BaseLayer("places", Label("Đô thị, trung tâm xã, bản", "Towns and villages"), "Point", (
        BaseClass("seat", Label("Tỉnh lỵ", "Seat of the province"), 8),
        BaseClass("town", Label("Phường, trung tâm huyện cũ", "Ward, or seat of a former district"), 8.5),
        BaseClass("commune_seat", Label("Trung tâm xã", "Seat of a commune"), 10.5),
        BaseClass("village", Label("Bản, thôn", "Village"), 12),
        BaseClass("hamlet", Label("Xóm", "Hamlet"), 14),
        BaseClass("town_beyond", Label("Đô thị ngoài tỉnh", "Town beyond the province"), 9),
        BaseClass("village_beyond", Label("Bản, làng ngoài tỉnh", "Village beyond the province"), 12),
    )),
)  # fmt: skip

BASE_LAYERS: dict[str, BaseLayer] = {layer.key: layer for layer in _LAYERS}
"""The layers by key, in the order of drawing: a later one is drawn over an earlier one."""

HILLSHADE = Label("Bóng địa hình", "Hillshade")
"""The one raster of the base map: light and shadow of the terrain, drawn above heights and land, below all else."""
HILLSHADE_KEY = "hillshade"

SHIPPED = ("heights", "neighbours", "rivers", "roads", "dams", "summits", "places")
"""The layers that the project brings; the others come only with an operator's own file."""


class Origin(NamedTuple):
    """One source of a layer, as its licence wants it named. `attribution` stands on every map that shows the layer."""

    name: str
    address: str
    licence: str
    attribution: Label
