"""The indicators of raw-material zones: hectares, households, codes, outlines, and the products that they can feed."""

from datetime import date

import numpy as np

from geo.ocop.layers import LAYERS
from geo.plan.figures import FormerRule, Frame, Indicator, Outcome, Parameters
from geo.plan.formulas import count, has, households, in_scope, missing, negated, share, total, value
from geo.plan.memberships import memberships
from geo.plan.producers import HOUSEHOLDS
from geo.plan.products import PERCENT
from geo.plan.records import Records
from geo.plan.selections import Numbers, Selection, numbers, summed
from geo.plan.shared_units import Ends, same_unit
from geo.schema import Label

_LAYER = "zones"
_SCOPE = ("unit", "crop")
_UNIT = Label("vùng", "zones")
_HECTARES = Label("ha", "ha")
_PRODUCTS = Label("sản phẩm", "products")
_TOLERANCE = LAYERS[_LAYER].field("area_ha").tolerance

MATERIAL = Ends("products", _LAYER, "raw_material", "crop", is_proposal=True)
"""Products and zones of one material: no source records which zone feeds which product (see the link zone_of_material)."""
_PRODUCTS_OF_ZONE = Ends(_LAYER, "products", "crop", "raw_material", is_proposal=True)
_product_has_zone = same_unit(MATERIAL, Frame.DISTRICTS)
_zone_has_product = same_unit(_PRODUCTS_OF_ZONE, Frame.DISTRICTS)
_PROPOSAL_ON = date(2026, 12, 1)
"""Until this day a product or zone with a partner in the same former district counted as certain."""
_product_surely_has_zone = same_unit(MATERIAL._replace(is_proposal=False), Frame.DISTRICTS)
_zone_surely_has_product = same_unit(_PRODUCTS_OF_ZONE._replace(is_proposal=False), Frame.DISTRICTS)
_PROPOSED = Label(
    "chỉ được tính là có thể, vì chưa hồ sơ nào ghi vùng của từng sản phẩm",
    "counted as possible only, since no source records the zone of a product",
)


def _measured_ha(records: Records) -> Numbers:
    """Hectares on the ellipsoid of each zone's own outline; NaN where the outline is not the zone's own."""

    def measure() -> Numbers:
        shapes, hectares = records.joins.shapes(_LAYER), np.full(records.count(_LAYER), np.nan)
        own = shapes.surveyed & (shapes.size > 0)
        hectares[records.shape_rows(_LAYER)[own]] = shapes.size[own] / 10_000
        return hectares

    return records.once("measured hectares", measure)


def _measured(records: Records, parameters: Parameters) -> Outcome:
    whole = None
    if parameters.unit is not None:
        whole = memberships(records, _LAYER, parameters.frame).wholly_in_unit(parameters.unit)
    return summed(records, _measured_ha(records), in_scope(records, _LAYER, parameters), whole)


def _differs(records: Records, _: Parameters) -> Selection:
    """The declared hectares differ from the measured ones by more than the tolerance of the declaration."""
    declared, measured = numbers(records, _LAYER, "area_ha"), _measured_ha(records)
    is_unknown = np.isnan(declared) | np.isnan(measured)
    with np.errstate(invalid="ignore"):
        differs = np.abs(declared - measured) > _TOLERANCE * measured
    return Selection.of(_LAYER, differs, is_unknown)


ZONES: tuple[Indicator, ...] = (
    Indicator("zones_total", Label("Vùng nguyên liệu", "Raw-material zones"), "P7", _UNIT,
              Label("Số vùng nguyên liệu; theo đơn vị thì vùng nằm ở nhiều đơn vị được tính ở từng đơn vị.", "The raw-material zones; by unit, a zone in several units counts in each."),
              count(_LAYER), _LAYER, _SCOPE),
    Indicator("zones_area", Label("Diện tích vùng nguyên liệu theo công bố", "Declared area of raw-material zones"), "P13", _HECTARES,
              Label("Tổng số héc-ta công bố của các vùng; diện tích của vùng nằm ở nhiều đơn vị không chắc thuộc đơn vị nào.",
                    "The sum of the declared hectares; those of a zone in several units are not surely of any one of them."),
              total(_LAYER, "area_ha"), _LAYER, _SCOPE, missing(_LAYER, "area_ha"), 1),
    Indicator("zones_with_area_share", Label("Tỷ lệ vùng đã ghi diện tích", "Share of zones whose area is on record"), "P13", PERCENT,
              Label("Số vùng có ghi diện tích và năm của số liệu, chia cho số vùng.", "The zones with an area and the year of that figure, divided by all zones."),
              share(_LAYER, has(_LAYER, "area_ha", "area_year")), _LAYER, _SCOPE, missing(_LAYER, "area_year"), 1),
    Indicator("zones_measured_area", Label("Diện tích vùng nguyên liệu đo trên ranh giới", "Measured area of raw-material zones"), "P13", _HECTARES,
              Label("Tổng diện tích đo trên elipxôit của các vùng có ranh giới đo đạc.", "The sum of the areas on the ellipsoid of the zones with a surveyed boundary."),
              _measured, _LAYER, _SCOPE, missing(_LAYER, "extent_kind"), 1),
    Indicator("zones_area_differs", Label("Vùng có diện tích công bố khác diện tích đo", "Zones whose declared and measured areas differ"), "P13", _UNIT,
              Label("Số vùng có ranh giới đo đạc mà diện tích công bố chênh hơn 10 % so với diện tích đo.", "The zones with a surveyed boundary whose declared area differs from the measured one by more than 10 %."),
              count(_LAYER, _differs), _LAYER, _SCOPE, missing(_LAYER, "extent_kind")),
    Indicator("zones_surveyed", Label("Vùng có ranh giới đo đạc", "Zones with a surveyed boundary"), "P7", _UNIT,
              Label("Số vùng có ranh giới đo đạc, không phải đường bao đơn vị hành chính.", "The zones whose boundary was surveyed and is not that of administrative units."),
              count(_LAYER, value(_LAYER, "extent_kind", "surveyed")), _LAYER, _SCOPE, missing(_LAYER, "extent_kind")),
    Indicator("zones_households", Label("Hộ trong vùng nguyên liệu", "Households in raw-material zones"), "P13", HOUSEHOLDS,
              Label("Tổng số hộ mà các vùng ghi; vùng chưa ghi được liệt kê riêng; số quá nhỏ không hiển thị.", "The sum of the households on record; zones without a number are listed apart; very small numbers are withheld."),
              households(_LAYER, "households"), _LAYER, _SCOPE, missing(_LAYER, "households")),
    Indicator("zones_with_households_share", Label("Tỷ lệ vùng đã ghi số hộ", "Share of zones whose households are on record"), "P13", PERCENT,
              Label("Số vùng có ghi số hộ, chia cho số vùng.", "The zones with a number of households, divided by all zones."),
              share(_LAYER, has(_LAYER, "households")), _LAYER, _SCOPE, missing(_LAYER, "households"), 1),
    Indicator("zones_with_growing_area_code", Label("Vùng có mã số vùng trồng", "Zones with a growing-area code"), "P13", _UNIT,
              Label("Số vùng có ghi mã số vùng trồng.", "The zones with a growing-area code on record."),
              count(_LAYER, has(_LAYER, "growing_area_code")), _LAYER, _SCOPE, missing(_LAYER, "growing_area_code")),
    Indicator("zones_with_product", Label("Vùng có sản phẩm cùng nguyên liệu", "Zones with a product of their crop"), "P7", _UNIT,
              Label(f"Số vùng mà trong cùng huyện cũ có sản phẩm dùng loại nguyên liệu đó; {_PROPOSED.vi}.", f"The zones with a product of the same material in the same former district; {_PROPOSED.en}."),
              count(_LAYER, _zone_has_product), _LAYER, _SCOPE, missing("products", "raw_material"), former_rules=(FormerRule(
                  Label("Số vùng mà trong cùng huyện cũ có sản phẩm dùng loại nguyên liệu đó.", "The zones with a product of the same material in the same former district."),
                  count(_LAYER, _zone_surely_has_product), _PROPOSAL_ON),)),
    Indicator("zones_without_product", Label("Vùng chưa có sản phẩm cùng nguyên liệu", "Zones without a product of their crop"), "P7", _UNIT,
              Label("Số vùng mà trong cùng huyện cũ không có sản phẩm nào dùng loại nguyên liệu đó; nơi có thì vẫn có thể chưa có, vì chưa hồ sơ nào ghi vùng của từng sản phẩm.", "The zones without a product of the same material in the same former district; one that has such a product may still feed none, since no source records the zone of a product."),
              count(_LAYER, negated(_zone_has_product)), _LAYER, _SCOPE, missing("products", "raw_material"), former_rules=(FormerRule(
                  Label("Số vùng mà trong cùng huyện cũ không có sản phẩm nào dùng loại nguyên liệu đó.", "The zones without a product of the same material in the same former district."),
                  count(_LAYER, negated(_zone_surely_has_product)), _PROPOSAL_ON),)),
    Indicator("products_with_zone", Label("Sản phẩm có vùng nguyên liệu cùng loại", "Products with a zone of their material"), "P7", _PRODUCTS,
              Label(f"Số sản phẩm mà trong cùng huyện cũ có vùng nguyên liệu cùng loại; {_PROPOSED.vi}.", f"The products with a zone of the same material in the same former district; {_PROPOSED.en}."),
              count("products", _product_has_zone), "products", ("unit", "cohort"), missing("products", "raw_material"), former_rules=(FormerRule(
                  Label("Số sản phẩm mà trong cùng huyện cũ có vùng nguyên liệu cùng loại.", "The products with a zone of the same material in the same former district."),
                  count("products", _product_surely_has_zone), _PROPOSAL_ON),)),
    Indicator("products_without_zone", Label("Sản phẩm chưa có vùng nguyên liệu cùng loại", "Products without a zone of their material"), "P7", _PRODUCTS,
              Label("Số sản phẩm mà trong cùng huyện cũ không có vùng nguyên liệu nào cùng loại; nơi có thì vẫn có thể không dùng vùng đó, vì chưa hồ sơ nào ghi vùng của từng sản phẩm.", "The products without a zone of the same material in the same former district; one that has such a zone may still be made of other material, since no source records the zone of a product."),
              count("products", negated(_product_has_zone)), "products", ("unit", "cohort"), missing("products", "raw_material"), former_rules=(FormerRule(
                  Label("Số sản phẩm mà trong cùng huyện cũ không có vùng nguyên liệu nào cùng loại.", "The products without a zone of the same material in the same former district."),
                  count("products", negated(_product_surely_has_zone)), _PROPOSAL_ON),)),
)  # fmt: skip
