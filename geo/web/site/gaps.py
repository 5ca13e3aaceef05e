"""The parameters of the worklist: which missing values a request selects."""

from geo.views.worklist import WORK, Gaps, field_names
from geo.web.http import params

GAPS = ("commune", "layer", "field")


def gaps(args: params.Args) -> Gaps:
    """The missing values of one layer, of the fields of one name, in some communes.

    NotFound for a layer, BadQuery for a field, that no office has to look up.
    """
    params.only(args, *GAPS)
    layer, field = args.get("layer") or None, args.get("field") or None
    if layer is not None:
        params.layer_name(layer, WORK)
    if field is not None:
        params.require_codes("field", [field], field_names())
    return Gaps(layer, field, params.many(args, "commune"))
