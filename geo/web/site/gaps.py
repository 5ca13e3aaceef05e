"""The parameters of the worklist: which missing values a request selects."""

from geo.atlas import Atlas
from geo.errors import BadQuery
from geo.views.worklist import WORK, Gaps, field_names
from geo.web.http import params

GAPS = ("commune", "layer", "field")


def gaps(args: params.Args, atlas: Atlas) -> Gaps:
    """The missing values of one layer, of the fields of one name, in some communes.

    NotFound for a layer, BadQuery for a field, that no office has to look up, and for a commune that does not exist.
    """
    params.only(args, *GAPS)
    layer, field = args.get("layer") or None, args.get("field") or None
    if layer is not None:
        params.layer_name(layer, WORK)
    if field is not None:
        params.require_codes("field", [field], field_names())
    communes = params.many(args, "commune")
    if unknown := set(communes) - atlas.titles("communes", communes).keys():
        codes = ", ".join(sorted(unknown))
        raise BadQuery(
            f"commune={codes}: no commune or ward has this code. The page /communes lists the codes.",
            f"commune={codes}: không có xã, phường nào mang mã này. Trang /communes có đủ các mã.",
        )
    return Gaps(layer, field, communes)
