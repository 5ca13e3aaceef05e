"""Records to the seed folder: shapefiles with short columns, long text beside them, metadata."""

import csv
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from data.seed.records import Record
from geo.layers import LAYERS
from geo.schema import Field, LayerSpec

MADE_ON = "2026-11-23"
_DBF_BYTES = 254

_B1 = {
    "name": "Nhà xuất bản Tài nguyên - Môi trường và Bản đồ Việt Nam, qua Vietnamese Provinces Database",
    "address": "https://sapnhap.bando.com.vn",
    "licence": "MIT",
}
_B2 = {
    "name": "Cổng thông tin điện tử Chính phủ",
    "address": "https://gis.chinhphu.vn",
    "licence": "số liệu ranh giới công bố",
}
_B3 = {"name": "vietnamadminunits 1.0.4", "address": "https://pypi.org/project/vietnamadminunits/", "licence": "MIT"}
_B4 = {"name": "communesVN, epix-project", "address": "https://github.com/epix-project/communesVN", "licence": "MIT"}
_PUBLIC = {
    "name": "Các nguồn công khai nêu ở từng bản ghi (lớp sources)",
    "address": None,
    "licence": "trích dẫn nguồn",
}

_FACTS = (
    "Số liệu đọc từ các nguồn công khai nêu ở từng bản ghi; điều nguồn không nói thì để trống. Nơi không có toạ độ được đặt tại một điểm bên trong xã cũ (đường bao 2009 giao với xã mới) hoặc huyện cũ và ghi rõ độ chính xác; chín toạ độ của S32 chưa được kiểm chứng, coi là chính xác đến bản.",
    "Facts read from the public sources that each record cites; what they do not say is empty. Places without coordinates stand at a point inside the former commune (outline of 2009 within the new commune) or former district, with their precision; the nine positions of S32 are unverified and count as known to the village.",
)
LINEAGE: dict[str, tuple[list[dict[str, Any]], str, tuple[str, str]]] = {
    **{name: ([_PUBLIC], "CC BY 4.0", _FACTS) for name in ("products", "producers", "villages", "sites")},
    "zones": ([_PUBLIC, _B4, _B2], "CC BY 4.0", (
        "Đường bao là hợp của các xã cũ (2009) hoặc cả huyện cũ được nguồn nêu tên, cắt theo tỉnh; không phải ranh giới đo đạc.",
        "Each outline is the union of the former communes (2009), or the whole former district, that the source names, clipped to the province; not a surveyed boundary.",
    )),
    "communes": ([_B1], "MIT", (
        "45 xã, phường; ranh giới tổng quát hoá cùng nhau đến khoảng 50 m. Hợp của chúng rộng 9.548 km², diện tích công bố của tỉnh là 9.539,93 km².",
        "45 communes and wards; borders generalised together to about 50 m. Their union has 9,548 km², the published area of the province is 9,539.93 km².",
    )),
    "districts": ([_B2, _B1], "MIT (ranh giới xã), số liệu công bố (ranh giới huyện)", (
        "Ghép lại từ các xã, phường 2025 cắt theo đường bao huyện: mảnh vụn dưới 1,5 % diện tích xã hoặc hẹp hơn 150 m và chỗ hở thuộc về huyện chính của xã, mảnh rời dưới 2 km² thuộc về huyện kề, nên các huyện phủ kín tỉnh và chung ranh giới với xã. Thành phố Điện Biên Phủ theo ranh giới trước 1/1/2020.",
        "Rebuilt from the communes of 2025 cut by the districts' outlines: slivers under 1.5 % of a commune or narrower than 150 m, and gaps, go to the commune's main district, cut-off parts under 2 km² to the neighbour, so that districts tile the province and share the communes' borders. Điện Biên Phủ city has its outline of before 1 January 2020.",
    )),
    "old_communes": ([_B3], "MIT", (
        "129 đơn vị cấp xã cũ, mỗi đơn vị một điểm và xã, phường mới mà nó nhập vào; 14 điểm nằm ngoài xã, phường đó, để nguyên và liệt kê ở trang Chất lượng.",
        "The 129 former communes, a point each and the commune that each went into; 14 points lie outside it, kept as they are and listed on the quality page.",
    )),
    "outlines_2009": ([_B4], "MIT", (
        "130 đường bao thô của tổng điều tra 2009, chồng lấn nhau đến 35 ha; tên gọi của năm đó. Diện tích ghi 0 trong nguồn là chưa có số liệu.",
        "130 coarse outlines of the 2009 census, overlapping by up to 35 ha; names of that year. An area of 0 in the source is unknown.",
    )),
    "province": ([_B1], "MIT", (
        "Hợp của 45 xã, phường; ranh giới minh hoạ, không có giá trị pháp lý.",
        "The union of the 45 communes and wards; for illustration, without legal force.",
    )),
    "sources": ([_PUBLIC], "CC BY 4.0", ("Danh mục các nguồn được dẫn.", "The list of the sources cited.")),
}  # fmt: skip
ATTRIBUTION = (
    "Dữ liệu: các nguồn nêu trong lớp sources; biên tập: dự án Bản đồ OCOP.",
    "Data: the sources named in layer sources; compiled by the OCOP atlas project.",
)


def write(layer: str, records: list[Record], out: Path) -> None:
    """Write one layer's folder anew."""
    spec, folder = LAYERS[layer], out / layer
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    records = sorted(records, key=lambda record: str(record[spec.key]))
    if spec.geometry is None:
        _write_csv(folder / f"{layer}.csv", [field.name for field in spec.fields], records)
    else:
        _write_shapefile(folder / f"{layer}.shp", spec, records)
        _write_long_text(folder / f"{layer}.text.csv", spec, records)
    _write_metadata(folder / f"{layer}.json", spec, len(records))


def _write_csv(path: Path, names: list[str], records: list[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def _write_shapefile(path: Path, spec: LayerSpec, records: list[Record]) -> None:
    columns = {
        field.short: _column(field, [record.get(field.name) for record in records])
        for field in spec.fields
        if field.kind != "longtext"
    }
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([record["at"] for record in records], crs=4326))
    kind = "Point" if spec.geometry == "Point" else "Polygon"
    pyogrio.write_dataframe(frame, path, encoding="UTF-8", geometry_type=kind,
                            layer_options={"DBF_DATE_LAST_UPDATE": MADE_ON, "RESIZE": "YES"})  # fmt: skip


def _column(field: Field, values: list[Any]) -> Any:
    if field.kind == "integer":
        return pd.array(values, dtype="Int64")
    if field.kind == "real":
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    too_long = [value for value in values if value and len(value.encode()) > _DBF_BYTES]
    if too_long:
        raise ValueError(f"{field.name}: {too_long[0]!r} does not fit a .dbf; make the field longtext")
    return pd.Series(values, dtype=object)


def _write_long_text(path: Path, spec: LayerSpec, records: list[Record]) -> None:
    names = [field.name for field in spec.fields if field.kind == "longtext"]
    kept = [record for record in records if any(record.get(name) for name in names)]
    if kept:
        _write_csv(path, [spec.key, *names], kept)


def _write_metadata(path: Path, spec: LayerSpec, count: int) -> None:
    sources, licence, (lineage_vi, lineage_en) = LINEAGE[spec.name]
    body = {
        "title": spec.label._asdict(),
        "abstract": spec.about._asdict(),
        "source": sources,
        "licence": licence,
        "attribution": dict(zip(("vi", "en"), ATTRIBUTION, strict=True)),
        "lineage": {"vi": lineage_vi, "en": lineage_en},
        "crs": "OGC:CRS84",
        "date": MADE_ON,
        "records": count,
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
