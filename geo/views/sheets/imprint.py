"""The imprint of a sheet, which its address names: the version of the data, its day of publication, the base map."""

from datetime import datetime
from typing import NamedTuple

from geo.atlas import Atlas
from geo.basemap.ground import Ground, GroundSource
from geo.errors import NotFound
from geo.views.values import PROVINCE_TIME

PARAMETERS = ("version", "published", "ground")
"""The parameters of an address that name an imprint."""
NO_GROUND = "none"
"""The value of `ground` for a sheet without a base map."""


class Imprint(NamedTuple):
    """What a sheet is printed from: number and day of the version (ISO 8601, in Viet Nam), the name of the base map."""

    version: int
    published: str
    ground: str

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address, in their order."""
        return dict(zip(PARAMETERS, map(str, self), strict=True))


def imprint_of(atlas: Atlas, ground: Ground | None) -> Imprint:
    """The imprint of a sheet of a version on a base map."""
    moment = datetime.fromisoformat(atlas.version.published_at).astimezone(PROVINCE_TIME)
    return Imprint(atlas.version.number, moment.date().isoformat(), ground.name if ground else NO_GROUND)


def check_day(atlas: Atlas, published: str) -> None:
    """Raise NotFound for a version of another day than the one in an address: the store was begun anew since then."""
    present = imprint_of(atlas, None)
    if published and published != present.published:
        raise NotFound(
            f"This sheet was made from version {present.version} of {published}. That version is no longer kept: the"
            f" version {present.version} of this service was published on {present.published}. Without version,"
            " published and ground the address shows the current data.",
            f"Tờ bản đồ này lập từ phiên bản {present.version} ngày {published}. Phiên bản đó không còn được lưu:"
            f" phiên bản {present.version} của hệ thống công bố ngày {present.published}. Bỏ version, published và"
            " ground khỏi địa chỉ để xem dữ liệu hiện hành.",
        )


def ground_of(grounds: GroundSource, name: str) -> Ground | None:
    """The base map that an address names, the current one for ""; NotFound for one that is no longer kept."""
    if name == NO_GROUND:
        return None
    if not name:
        return grounds()
    try:
        return grounds.at(name)
    except NotFound as error:
        raise NotFound(
            f"The base map {name!r} of this sheet is no longer kept, so the same file cannot be made again. Without"
            " ground the address shows the same data on the current base map.",
            f"Bản đồ nền {name!r} của tờ bản đồ này không còn được lưu nên không lập lại được đúng tệp cũ. Bỏ ground"
            " khỏi địa chỉ để xem cùng dữ liệu trên bản đồ nền hiện hành.",
        ) from error
