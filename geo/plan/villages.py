"""The indicators of crafts and villages: recognition, products, tourism, and the sites near them."""

from geo.ocop.codes import CODE_LISTS
from geo.plan.figures import Frame, Indicator, Parameters
from geo.plan.formulas import count, has, households, missing, negated, total, value
from geo.plan.producers import HOUSEHOLDS
from geo.plan.reaches import within
from geo.plan.records import Records
from geo.plan.selections import Selection, one_of
from geo.plan.shared_units import Ends, same_unit
from geo.schema import Label

_LAYER = "villages"
_SCOPE = ("unit",)
_UNIT = Label("làng, bản", "villages")
_VISITORS = Label("lượt khách", "visitors")
_RECOGNISED = ("traditional_craft_village", "craft_village", "traditional_craft")
"""The kinds that decree 52/2018/NĐ-CP recognises."""
_HISTORIC = ("historic", "architecture", "archaeology")


def _recognised(records: Records, _: Parameters) -> Selection:
    """Recognised under decree 52/2018; undecided for places with a craft of which no recognition is confirmed."""
    recognised = one_of(records, _LAYER, "kind", _RECOGNISED)
    return Selection.of(_LAYER, recognised.sure, one_of(records, _LAYER, "kind", {"craft_place"}).sure)


_with_product = same_unit(Ends(_LAYER, "products"), Frame.OLD_COMMUNES)
_tourism = value(_LAYER, "kind", "community_tourism")

_KINDS = tuple(
    Indicator(
        f"villages_kind_{code.key}", Label(f"Làng nghề, bản: {code.label.vi}", f"Villages: {code.label.en}"), "P16", _UNIT,
        Label(f"Số làng nghề, bản thuộc loại “{code.label.vi}” theo nguồn.", f"The villages of the type “{code.label.en}”, as the sources give it."),
        count(_LAYER, value(_LAYER, "kind", code.key)), _LAYER, _SCOPE, missing(_LAYER, "kind"),
    )
    for code in CODE_LISTS["village_kind"].codes
)  # fmt: skip

VILLAGES: tuple[Indicator, ...] = (
    Indicator("villages_total", Label("Làng nghề, bản du lịch", "Craft and tourism villages"), "P16", _UNIT,
              Label("Số làng nghề, nghề truyền thống và bản du lịch trong dữ liệu của phiên bản.", "The craft villages, crafts and tourism villages in the data of the version."),
              count(_LAYER), _LAYER, _SCOPE),
    *_KINDS,
    Indicator("villages_recognised", Label("Nghề, làng nghề đã được công nhận", "Recognised crafts and craft villages"), "P16", _UNIT,
              Label("Số nghề truyền thống, làng nghề, làng nghề truyền thống được công nhận theo Nghị định 52/2018/NĐ-CP; nơi có nghề chưa rõ công nhận được liệt kê riêng.",
                    "The crafts and craft villages recognised under decree 52/2018/NĐ-CP; those whose recognition is not confirmed are listed apart."),
              count(_LAYER, _recognised), _LAYER, _SCOPE, missing(_LAYER, "kind")),
    Indicator("villages_recognised_with_product", Label("Nghề, làng nghề được công nhận có sản phẩm OCOP", "Recognised crafts and craft villages with an OCOP product"), "P16", _UNIT,
              Label("Số nghề, làng nghề được công nhận mà trong cùng xã cũ có sản phẩm OCOP.", "The recognised crafts and craft villages with an OCOP product in the same former commune."),
              count(_LAYER, _recognised, _with_product), _LAYER, _SCOPE, missing(_LAYER, "kind")),
    Indicator("villages_with_decision", Label("Làng nghề, bản có số quyết định công nhận", "Villages with the number of their decision"), "P16", _UNIT,
              Label("Số làng nghề, bản có ghi số quyết định công nhận.", "The villages whose decision of recognition is on record."),
              count(_LAYER, has(_LAYER, "decision")), _LAYER, _SCOPE, missing(_LAYER, "decision")),
    Indicator("villages_with_product", Label("Làng nghề, bản có sản phẩm OCOP cùng xã cũ", "Villages with an OCOP product in the same former commune"), "P16", _UNIT,
              Label("Số làng nghề, bản mà trong cùng xã cũ có sản phẩm OCOP; chưa rõ sản phẩm có phải do làng làm ra.", "The villages with an OCOP product in the same former commune; whether the village makes it is not on record."),
              count(_LAYER, _with_product), _LAYER, _SCOPE),
    Indicator("villages_without_product", Label("Làng nghề, bản chưa có sản phẩm OCOP cùng xã cũ", "Villages without an OCOP product in the same former commune"), "P16", _UNIT,
              Label("Số làng nghề, bản mà trong cùng xã cũ không có sản phẩm OCOP nào.", "The villages without any OCOP product in the same former commune."),
              count(_LAYER, negated(_with_product)), _LAYER, _SCOPE),
    Indicator("villages_tourism_with_craft", Label("Bản du lịch cộng đồng có nghề", "Community-tourism villages with a craft"), "P16", _UNIT,
              Label("Số bản du lịch cộng đồng có ghi nghề.", "The community-tourism villages with a craft on record."),
              count(_LAYER, _tourism, has(_LAYER, "craft")), _LAYER, _SCOPE),
    Indicator("villages_households", Label("Hộ trong làng nghề, bản du lịch", "Households of the villages"), "P16", HOUSEHOLDS,
              Label("Tổng số hộ mà các làng, bản ghi; nơi chưa ghi được liệt kê riêng; số quá nhỏ không hiển thị.", "The sum of the households on record; villages without a number are listed apart; very small numbers are withheld."),
              households(_LAYER, "households"), _LAYER, _SCOPE, missing(_LAYER, "households")),
    Indicator("villages_households_in_craft", Label("Hộ làm nghề", "Households in the craft"), "P16", HOUSEHOLDS,
              Label("Tổng số hộ làm nghề mà các làng, bản ghi; nơi chưa ghi được liệt kê riêng; số quá nhỏ không hiển thị.", "The sum of the households in the craft on record; villages without a number are listed apart; very small numbers are withheld."),
              households(_LAYER, "households_in_craft"), _LAYER, _SCOPE, missing(_LAYER, "households_in_craft")),
    Indicator("villages_visitors", Label("Lượt khách đến làng, bản", "Visitors of the villages"), "P17", _VISITORS,
              Label("Tổng lượt khách trong năm mà các làng, bản ghi; các số có thể của những năm khác nhau.", "The sum of the yearly visitors on record, which may be of different years."),
              total(_LAYER, "visitors"), _LAYER, _SCOPE, Label("Lượt khách trong năm của từng làng, bản", "The visitors of each village in a year")),
    Indicator("villages_near_site", Label("Làng nghề, bản gần di tích, điểm du lịch", "Villages near a site"), "P16", _UNIT,
              Label("Số làng nghề, bản có di tích, danh thắng hoặc điểm du lịch trong khoảng cách được chọn theo đường chim bay.", "The villages with a site within the chosen distance, as the crow flies."),
              count(_LAYER, within(_LAYER, "sites")), _LAYER, ("km", *_SCOPE)),
    Indicator("villages_without_site", Label("Làng nghề, bản xa mọi di tích, điểm du lịch", "Villages without a site near"), "P16", _UNIT,
              Label("Số làng nghề, bản không có di tích, danh thắng hay điểm du lịch nào trong khoảng cách được chọn.", "The villages without any site within the chosen distance."),
              count(_LAYER, negated(within(_LAYER, "sites"))), _LAYER, ("km", *_SCOPE)),
    Indicator("villages_near_scenic_place", Label("Làng nghề, bản gần danh lam thắng cảnh", "Villages near a scenic place"), "P17", _UNIT,
              Label("Số làng nghề, bản có danh lam thắng cảnh trong khoảng cách được chọn theo đường chim bay.", "The villages with a scenic place within the chosen distance, as the crow flies."),
              count(_LAYER, within(_LAYER, "sites", ("scenic",))), _LAYER, ("km", *_SCOPE)),
    Indicator("villages_near_relic", Label("Làng nghề, bản gần di tích lịch sử, kiến trúc, khảo cổ", "Villages near a historic relic"), "P17", _UNIT,
              Label("Số làng nghề, bản có di tích lịch sử, kiến trúc hoặc khảo cổ trong khoảng cách được chọn theo đường chim bay.", "The villages with a historic, architectural or archaeological relic within the chosen distance, as the crow flies."),
              count(_LAYER, within(_LAYER, "sites", _HISTORIC)), _LAYER, ("km", *_SCOPE)),
    Indicator("villages_near_market", Label("Làng nghề, bản gần chợ phiên, lễ hội", "Villages near a market or festival"), "P18", _UNIT,
              Label("Số làng nghề, bản có chợ phiên hoặc lễ hội trong khoảng cách được chọn theo đường chim bay.", "The villages with a market or festival within the chosen distance, as the crow flies."),
              count(_LAYER, within(_LAYER, "markets")), _LAYER, ("km", *_SCOPE)),
)  # fmt: skip
