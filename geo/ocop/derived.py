"""The fields that the service computes for records, in addition to the recorded ones."""

from geo.schema import Field, Label, LayerSpec

_COMMUNE = (
    Field("commune_code", "comm_code", Label("Mã xã, phường (từ 1/7/2025)", "Code of the commune (since 1 July 2025)")),
    Field("commune_name", "comm_name", Label("Xã, phường (từ 1/7/2025)", "Commune or ward (since 1 July 2025)")),
)
_MEASURED_AREA = Field(
    "measured_area_ha", "meas_ha", Label("Diện tích đo trên ranh giới", "Area measured on the outline"), "real",
    unit="ha",
)  # fmt: skip
_VALIDITY = (
    Field("expected_until", "exp_until", Label("Hiệu lực đến (dự kiến)", "Valid until (expected)"), "date"),
    Field("validity_basis", "val_basis", Label("Căn cứ xác định thời hạn", "Basis of the validity"), "code", codes="validity_basis"),
)  # fmt: skip


def derived_fields(spec: LayerSpec) -> tuple[Field, ...]:
    """The fields that the atlas computes for records of the layer."""
    return (
        *(_COMMUNE if spec.geometry == "Point" and spec.has("old_commune_code") else ()),
        *((_MEASURED_AREA,) if spec.geometry == "MultiPolygon" else ()),
        *(_VALIDITY if spec.has("certified_until") else ()),
    )
