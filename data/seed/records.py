"""The records of every layer, as dictionaries of declared fields plus `at`, the geometry."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shapely import Point
from shapely.geometry.base import BaseGeometry

from data.seed.cohorts import cohorts
from data.seed.corrections import Corrections, scheme_of
from data.seed.figures import figure
from data.seed.publishers import with_publisher
from data.seed.tables import (
    CRAFTS,
    MATERIALS,
    NATIONAL,
    NOTES,
    PEOPLES,
    PRODUCER_OF,
    PRODUCERS,
    SITES,
    SOURCES,
    STATUSES,
    STORIES,
    STORY_SOURCES,
    TRANSLATED_FIELDS,
    Site,
)  # fmt: skip
from data.seed.units import Units, bare, metres, outline_union, polygons

Record = dict[str, Any]
Records = dict[str, list[Record]]

OUTLINE_TOLERANCE = 0.25
"""Share by which an outline may differ from its published area; beyond it, the outline is of another extent."""


def rows(path: Path) -> list[Record]:
    """A table of facts."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def whole(text: str) -> int | None:
    """The integer in `text`; None for an empty text."""
    return int(text) if text else None


def make(facts: Path, units: Units) -> Records:
    """The records of every layer, the second harvest and the corrections included."""
    corrections = Corrections.read(facts / "corrections.csv")

    def both(name: str) -> list[Record]:
        """The rows of the first harvest and of the second."""
        return [*rows(facts / f"{name}.csv"), *rows(facts / f"more_{name}.csv")]

    def place(record: Record) -> Record:
        return _place_by_code(units, record)

    producers = [_producer(row, units) for row in both("producers")] + [_producer(row, units) for row in PRODUCERS]
    producers = corrections.apply("producers", producers, place)
    producer_by_id = {row["producer_id"]: row for row in producers}

    def place_of_product(record: Record) -> Record:
        producer = producer_by_id.get(record["producer_id"] or "")
        is_finer = producer is not None and (producer["old_commune_code"] or not record["old_commune_code"])
        return _place_of_producer(producer) if producer and is_finer else place(record)

    made = {
        "products": [_product(row, units, producer_by_id) for row in both("products")],
        "zones": [_zone(row, units) for row in both("zones")],
        "villages": [_village(row, units) for row in both("villages")],
        "sites": [*(_site(row, units) for row in both("sites")), *_inventory(units)],
        "markets": [_market(row, units) for row in rows(facts / "markets.csv")],
        "communes": _communes(units),
        "districts": _districts(units),
        "old_communes": _old_communes(units),
        "outlines_2009": _outlines(units),
        "province": [{"code": "11", "name": "Điện Biên", "name_en": "Dien Bien", "kind": "province", "area_km2": 9539.93,
                      "source_ids": "B1", "at": units.province()}],
        "figures": [figure(row) for row in rows(facts / "units_figures.csv")],
        "sources": [*(_source(row) for row in both("sources")), *SOURCES],
    }  # fmt: skip
    finders = {"products": place_of_product}
    corrected = {layer: corrections.apply(layer, records, finders.get(layer, place)) for layer, records in made.items()}
    corrected["sources"] = [with_publisher(source) for source in corrected["sources"]]
    recorded = {"producers": producers, **corrected, "cohorts": cohorts(corrected["products"])}
    return {layer: [_noted(record) for record in records] for layer, records in recorded.items()}


def _noted(record: Record) -> Record:
    """The record; its note says that only the district is known if, and only if, its precision is the district."""
    if "precision" not in record:
        return record
    words = NOTES["district_place"]
    rest = (record.get("note") or "").replace(words, "").replace("  ", " ").strip()
    return record | {"note": _join([rest, words if record["precision"] == "district" else ""])}


def _place_by_code(units: Units, record: Record) -> Record:
    """The place fields of a record from the codes of its former commune and district."""
    old = next((row for row in units.crosswalk if row["code"] == record["old_commune_code"]), None)
    if old:
        return _place(units, old["bare"], old["district_bare"], "", {})
    district = next((name for name, code in units.district_code.items() if code == record["district_code"]), "")
    return _place(units, "", district, "", {})


def _place_of_producer(producer: Record) -> Record:
    place_fields = ("address", "old_commune_code", "district_code", "precision", "position_source", "at")
    return {name: producer[name] for name in place_fields}


def _place(units: Units, commune: str, district: str, place: str, row: dict[str, str]) -> Record:
    """Address, units, point and precision of a place known by its names or by coordinates."""
    old = units.old(commune, district)
    code = units.district_code[district] if district else None
    words = [place, _in_words(old["name"]) if old else "", _in_words(_full(units, code)) if code else ""]
    address_fields: Record = {
        "address": ", ".join(word for word in words if word) or None,
        "old_commune_code": old["code"] if old else None,
        "district_code": code,
        "precision": None,
        "position_source": None,
        "at": None,
    }
    if row.get("lat"):
        at, precision = Point(float(row["lon"]), float(row["lat"])), "village"
        how = f"toạ độ của {row['position_source']}, chưa kiểm chứng"
    elif old:
        (at, how), precision = units.point_in(old), "commune"
    elif code:
        at, precision, how = (
            units.district_shape[code].representative_point(),
            "district",
            "điểm bên trong huyện cũ (B2)",
        )
    else:
        return address_fields
    return address_fields | {
        "at": Point(round(at.x, 6), round(at.y, 6)),
        "precision": precision,
        "position_source": how,
    }


def _full(units: Units, code: str) -> str:
    return str(units.districts.loc[units.districts["code"] == code, "name"].iloc[0])


def _in_words(full: str) -> str:
    """A unit's name as written inside an address: its kind in lower case."""
    name, _ = bare(full)
    return f"{full[: -len(name)].lower()}{name}"


def _producer(row: dict[str, Any], units: Units) -> Record:
    place = str(row["place"])
    township = place.startswith("thị trấn")
    return {
        "producer_id": row["producer_id"],
        "name": row["name"],
        "kind": row["kind"],
        "founded": row.get("founded") or None,
        "households": whole(row.get("households", "")),
        "note": row.get("note") or None,
        "source_ids": row["source_id"],
        **_place(units, row["commune_until_2025"], row["district_until_2025"], "" if township else place, {}),
    }


def _product(row: dict[str, str], units: Units, producers: dict[str, Record]) -> Record:
    key = row["product_id"]
    producer = producers.get(row["producer_id"] or PRODUCER_OF.get(key, ""))
    at_producer = producer and (row["made_in_district"] or key in PRODUCER_OF)
    place = (
        _place_of_producer(producer)
        if producer and at_producer
        else _place(units, row["made_in_commune"], row["made_in_district"], row.get("place", ""), {})
    )
    year, status = whole(row["year"]), STATUSES[row["status"]]
    story = STORIES.get(key, (row.get("story") or None, None))
    notes = [
        NOTES["assessed"] if status == "assessed" else "",
        NOTES["count_2022"] if year == 2022 else "",
        NOTES.get(key, ""),
        row.get("note", ""),
        NOTES["district_place"] if place["precision"] == "district" else "",
    ]
    source_ids = [row["source_id"], STORY_SOURCES.get(key, ""), "S33" if key in PRODUCER_OF else ""]
    return {
        "product_id": key,
        "name": row["name"],
        "name_in_source": row.get("name_in_source") or None,
        "group": row["group"],
        "scheme": scheme_of(year),
        "stars": whole(row["stars"]),
        "year": year,
        "status": status,
        "reassessed": 2023 if status == "reassessed" else None,
        "decision": row["decision"] or None,
        "certified_from": row.get("certified_on") or None,
        "producer_id": producer["producer_id"] if producer else None,
        "raw_material": MATERIALS[row["raw_material"]] if row["raw_material"] else None,
        "story_vi": story[0],
        "story_en": story[1],
        "note": _join(notes),
        "translated_fields": TRANSLATED_FIELDS.get(key),
        "source_ids": ";".join(dict.fromkeys(part for cite in source_ids for part in cite.split(";") if part)),
        **place,
    }


def _zone(row: dict[str, str], units: Units) -> Record:
    district = row["district_until_2025"]
    olds = [units.by_name[name, district] for name in row["communes_until_2025"].split(";") if name]
    new = [units.commune_code[name] for name in row.get("communes_since_2025", "").split(";") if name]
    code = units.district_code[district] if district else None
    shapes, outline_sources = _shapes_of_zone(units, olds, new, code)
    return {
        "zone_id": row["zone_id"],
        "name": row["name"],
        "crop": MATERIALS[row["crop"]],
        "area_ha": float(row["area_ha"]) if row["area_ha"] else None,
        "area_year": whole(row["area_year"]),
        "households": whole(row["households"]),
        "extent_kind": "administrative",
        "old_commune_codes": ";".join(old["code"] for old in olds) or None,
        "commune_codes_since_2025": ";".join(new) or None,
        "district_code": code,
        "note": _join([NOTES["zone"], row.get("note", "")]),
        "source_ids": ";".join([row["source_id"], *outline_sources]),
        "at": outline_union(shapes, units.province()),
    }


def _shapes_of_zone(
    units: Units, olds: list[Record], new: list[str], district: str | None
) -> tuple[list[BaseGeometry], list[str]]:
    """The outlines of the units that a zone is known by, and the sources of these outlines."""
    if olds:
        shapes, sources = zip(*(units.outline(old) for old in olds), strict=True)
        return list(shapes), sorted(set(sources))
    if new:
        return [units.commune_shape[code] for code in new], ["B1"]
    if district is None:
        raise ValueError("a zone names neither communes nor a district")
    return [units.district_shape[district]], ["B2"]


def _village(row: dict[str, str], units: Units) -> Record:
    decision, _, _ = row["decision"].partition(" of ")
    return {
        "village_id": row["village_id"],
        "name": row["name"],
        "kind": row["kind"],
        "craft": CRAFTS[row["craft"]] if row["craft"] else None,
        "people": PEOPLES[row["people"]] if row["people"] else None,
        "recognised": _day(row["decision"]) or row["recognised"] or None,
        "decision": decision or None,
        "households": whole(row["households"]),
        "households_in_craft": whole(row["households_in_craft"]),
        "name_en": row.get("name_en") or None,
        "name_fr": row.get("name_fr") or None,
        "visitors": whole(row.get("visitors", "")),
        "note": row.get("note") or None,
        "translated_fields": TRANSLATED_FIELDS.get(row["village_id"]),
        "source_ids": row["source_id"],
        **_place(units, row["commune_until_2025"], row["district_until_2025"], row.get("place", ""), row),
    }


def _day(decision: str) -> str | None:
    """The date in "1272/QĐ-TTg of 12/8/2009", as ISO 8601."""
    _, _, date = decision.partition(" of ")
    if not date:
        return None
    day, month, year = date.split("/")
    return f"{year}-{int(month):02}-{int(day):02}"


def _join(notes: Iterable[str]) -> str | None:
    """The non-empty notes joined by spaces; None when all are empty."""
    return " ".join(note for note in notes if note) or None


def _site(row: dict[str, str], units: Units) -> Record:
    national = row["site_id"] in NATIONAL
    village = NATIONAL.get(row["site_id"], row.get("place", ""))
    place = _place(units, row["commune_until_2025"], row["district_until_2025"], village, row)
    notes = [
        f"{NOTES['inventory']} {NOTES['no_decision']}" if national else "",
        row.get("note", ""),
        NOTES["district_place"] if place["precision"] == "district" else "",
    ]
    return {
        "site_id": row["site_id"],
        "name": row["name_vi"],
        "name_en": row["name_en"] or None,
        "kind": row["kind"],
        "rank": "national" if national else row["rank"] or None,
        "decision": row["decision"].partition(" of ")[0] or None,
        "decided": _day(row["decision"]),
        "part_of": row["part_of"] or None,
        "name_fr": row.get("name_fr") or None,
        "ticket_vnd": whole(row.get("ticket_vnd", "")),
        "opening": row.get("opening") or None,
        "altitude_m": whole(row.get("altitude_m", "")),
        "note": _join(notes),
        "source_ids": row["source_id"] + (";S34" if national else ""),
        **place,
    }


def _market(row: dict[str, str], units: Units) -> Record:
    return {
        "market_id": row["market_id"],
        "name": row["name"],
        "kind": row["kind"],
        "days": row["days"] or None,
        "days_words": row["days_words"] or None,
        "note": row["note"] or None,
        "source_ids": row["source_id"],
        **_place(units, row["commune_until_2025"], row["district_until_2025"], row["place"], row),
    }


def _inventory(units: Units) -> list[Record]:
    return [
        {
            "site_id": site.site_id,
            "name": site.name,
            "name_en": site.name_en,
            "kind": site.kind,
            "rank": site.rank,
            "decision": site.decision.partition(" of ")[0] or None,
            "decided": _day(site.decision),
            "note": _site_note(site),
            "source_ids": site.sources,
            **_place(units, site.commune, site.district, site.place, {}),
        }
        for site in SITES
    ]


def _site_note(site: Site) -> str | None:
    return _join(
        [
            NOTES["inventory"] if "S34" in site.sources else "",
            "" if site.decision else NOTES["no_decision"],
            NOTES["kind_by_name"] if site.kind_by_name else "",
            site.note,
        ]
    )


def _communes(units: Units) -> list[Record]:
    return [
        {"code": r.code, "name": r.name, "name_en": r.nameEn, "kind": bare(r.fullName)[1], "area_km2": float(r.areaKm2),
         "source_ids": "B1", "at": units.commune_shape[r.code]}
        for r in units.communes.itertuples()
    ]  # fmt: skip


def _districts(units: Units) -> list[Record]:
    return [
        {"code": row["code"], "name": bare(row["name"])[0], "kind": bare(row["name"])[1], "area_km2": float(row["area_km2"]),
         "note": {"094": NOTES["city"], "100": NOTES["city"], "098": NOTES["tua_chua"]}.get(row["code"]), "source_ids": "B2;B1",
         "at": units.district_shape[row["code"]]}
        for _, row in units.districts.iterrows()
    ]  # fmt: skip


def _old_communes(units: Units) -> list[Record]:
    return [
        {"code": row["code"], "name": row["bare"], "kind": row["kind"], "district_code": row["district_code"],
         "commune_code": row["new_code"], "agreeing_sources": int(row["agreeing_sources"]), "precision": "commune",
         "note": NOTES["point_outside"] if row["point_in_new"] == "False" else None,
         "source_ids": "B3", "at": Point(float(row["lon"]), float(row["lat"]))}
        for row in sorted(units.crosswalk, key=lambda row: row["code"])
    ]  # fmt: skip


def _outlines(units: Units) -> list[Record]:
    return [_outline(number, row, units) for number, row in enumerate(units.outlines.itertuples(), start=1)]


def _outline(number: int, row: Any, units: Units) -> Record:
    """The record of an outline; area and population of 0 mean "no data" in the source and become None."""
    name, kind = bare(row.commune)
    code = units.code_of_outline(row.district, row.commune)
    area, people = float(row.area_ha) or None, int(row.population_2009) or None
    measured_ha = metres(row.geometry).area / 10_000
    notes = [
        NOTES["outline_zero"] if area is None else "",
        NOTES["outline_before"].format(drawn=round(measured_ha))
        if area and abs(measured_ha / area - 1) > OUTLINE_TOLERANCE
        else "",
        "" if code else NOTES["outline_alone"],
    ]
    return {"outline_id": f"O{number:03}", "name": name, "kind": kind, "district": row.district, "area_ha": area,
            "population": people, "old_commune_code": code, "note": _join(notes), "source_ids": "B4",
            "at": polygons(row.geometry)}  # fmt: skip


def _source(row: dict[str, str]) -> Record:
    """The record of a source; an address that is not a URL is moved to the description."""
    address, what = row["address"], row["what"]
    if not address.startswith("http"):
        what = f"{what} {address}" if address.startswith("(") else f"{what}; file {address} of {row['publisher']}"
        address = ""
    return {"source_id": row["source_id"], "publisher": row["publisher"], "address": address or None,
            "date": {"2014-2015": "2014/2015"}.get(row["date"], row["date"]) or None, "what": what,
            "kind": row.get("kind", "").replace(" ", "_") or None, "may_be_closed": row.get("may_be_closed") or None}  # fmt: skip
