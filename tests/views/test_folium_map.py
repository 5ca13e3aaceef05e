"""Maps made with folium load nothing from elsewhere, and no text of a record can become markup or script."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import folium
import pytest
from folium.plugins import MarkerCluster

from geo.atlas import Atlas, Query
from geo.crs import LngLatBbox
from geo.errors import BadQuery, BadSource, NotFound
from geo.ocop.styles import STYLES
from geo.views.map import assets, bundles
from geo.views.map import saved_map as saved_map_view
from geo.views.map.folium_map import saved_map, shell
from geo.views.map.saved_map import SavedBase
from geo.web.words.site import words_of
from tests.views.hostile import IMG, SCRIPT, TEMPLATE

VIEW = {"bounds": [103.0, 21.0, 103.4, 21.2], "max_bounds": [101, 20, 105, 23], "min_zoom": 8, "max_zoom": 18}
ALL = tuple(Query(layer) for layer in ("products", "producers", "zones", "villages", "sites"))
VI, EN = ({"words": words_of(lang), "lang": lang} for lang in ("vi", "en"))
TITLE = f"Bản đồ {TEMPLATE} {SCRIPT}"
HOST = re.compile(r"""(?:src|href)=["']?(?:https?:)?//|url\((?!#)|@import""")


class Scripts(HTMLParser):
    """The scripts of a page: their attributes and text, and every address that it would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.policy = ""
        self.title = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        row = dict(attrs)
        self.tags.append(tag)
        self._inside = tag
        if tag == "script":
            self.scripts.append((row, ""))
        if tag == "meta" and row.get("http-equiv") == "Content-Security-Policy":
            self.policy = row["content"] or ""
        self.loads += [
            value or "" for name, value in attrs if name in {"src", "srcset"} or (name, tag) == ("href", "link")
        ]

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = attributes, text + data
        if self._inside == "title":
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


@pytest.fixture(scope="session")
def atlas(hostile: Atlas) -> Atlas:
    return hostile


@pytest.fixture(scope="module")
def page(atlas: Atlas) -> str:
    return saved_map(atlas, ALL, **VI, title=TITLE)


def view_of(page: str) -> dict[str, object]:
    (text,) = [text for attributes, text in Scripts(page).scripts if attributes.get("type") == "application/json"]
    view: dict[str, object] = json.loads(text)
    return view


def features_of(page: str) -> dict[str, dict[str, object]]:
    """The features of a saved map: id -> properties."""
    layers: dict[str, list[dict[str, dict[str, object]]]] = view_of(page)["features"]  # type: ignore[assignment]
    return {str(row["properties"]["id"]): row["properties"] for rows in layers.values() for row in rows}


def records_of(page: str) -> dict[str, dict[str, object]]:
    """The records of a saved map: id -> record."""
    records: dict[str, dict[str, object]] = view_of(page)["records"]  # type: ignore[assignment]
    return {str(record["id"]): record for record in records.values()}


# --- the shell ------------------------------------------------------------------------------------------


def test_the_shell_names_no_foreign_host() -> None:
    parts = shell(VIEW)
    assert not re.search(r"(?:https?:)?//\w", parts.body + parts.script)


def test_the_shell_has_no_inline_script_or_style_in_its_markup() -> None:
    parts = shell(VIEW)
    scripts = Scripts(parts.body)
    assert scripts.tags == ["div"]
    assert scripts.loads == []
    assert "<" not in parts.script


def test_text_of_the_view_does_not_reach_the_shell() -> None:
    hostile = {
        **VIEW, "lang": SCRIPT, "words": {"map": IMG}, "groups": [{"label": TEMPLATE}], "base_layers": [SCRIPT],
    }  # fmt: skip
    assert shell(hostile) == shell(VIEW)
    with pytest.raises(ValueError, match="could not convert"):
        shell({**VIEW, "bounds": [SCRIPT, 0, 0, 0]})


def test_the_shell_says_its_limits_and_hides_the_default_controls() -> None:
    script = shell(VIEW).script
    compact = re.sub(r"\s", "", script)
    assert '"minZoom":8,"maxZoom":18' in compact
    assert '"zoomControl":false' in compact
    assert '"maxBounds":[[20.0,101.0,],[23.0,105.0,],]' in compact
    assert "fitBounds([[21.0,103.0],[21.2,103.4]],{animate:false})" in compact
    assert "setPrefix(false)" in compact
    assert "window.atlasShell={map:map_shell};" in compact


def test_the_same_view_gives_the_same_shell() -> None:
    assert shell(VIEW) == shell(VIEW)


def test_folium_itself_stays_as_it_was(atlas: Atlas) -> None:
    before = (list(folium.Map.default_js), list(folium.Map.default_css), list(MarkerCluster.default_js))
    shell(VIEW)
    saved_map(atlas, ALL, **EN, title="")
    assert before == (list(folium.Map.default_js), list(folium.Map.default_css), list(MarkerCluster.default_js))
    assert folium.Map().get_name() != folium.Map().get_name()


# --- saved maps -----------------------------------------------------------------------------------------


def test_a_saved_map_loads_nothing(page: str) -> None:
    assert Scripts(page).loads == []
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not HOST.search(markup)


def test_a_saved_map_lets_only_its_own_scripts_run(page: str) -> None:
    scripts = Scripts(page)
    assert scripts.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in scripts.policy.split("style-src")[0]
    for attributes, text in scripts.scripts:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert attributes.get("type") == "application/json" or f"'sha256-{digest}'" in scripts.policy
    assert len(scripts.scripts) == 5


def test_names_of_records_are_data_in_a_saved_map(page: str) -> None:
    for rows in (features_of(page), records_of(page)):
        assert (rows["R01"]["title"], rows["R02"]["title"], rows["R03"]["title"]) == (IMG, SCRIPT, TEMPLATE)
    assert IMG not in page
    assert SCRIPT not in page


def test_the_title_of_a_saved_map_is_text(page: str) -> None:
    assert Scripts(page).title == TITLE
    assert view_of(page)["title"] == TITLE


def test_a_saved_map_holds_every_record_it_was_asked_for(atlas: Atlas, page: str) -> None:
    ids = {record.id for query in ALL for record in atlas.find(query).records}
    assert features_of(page).keys() == records_of(page).keys() == ids


def test_a_saved_map_keeps_to_the_filters_and_says_so(atlas: Atlas) -> None:
    query = Query("products", filters=(("group", ("food",)), ("commune", ("00001",))), text="img", limit=1, offset=5)
    page = saved_map(atlas, [query], **VI, title="")
    assert features_of(page).keys() == {"R01"}
    assert view_of(page)["filter_lines"] == ["Nhóm sản phẩm: Thực phẩm", "Xã, phường: Thanh An", "Tìm: img"]


def test_a_saved_map_says_when_a_box_chose_the_records(atlas: Atlas) -> None:
    box = LngLatBbox(103.0, 21.0, 103.2, 21.2)
    page = saved_map(atlas, [Query("products", bbox=box, place="placed")], **EN, title="")
    assert features_of(page).keys() == {"R01"}
    assert view_of(page)["filter_lines"] == ["Within the chosen box"]


def test_what_was_searched_for_is_text_in_the_page(atlas: Atlas) -> None:
    page = saved_map(atlas, [Query("products", text=IMG), Query("sites", text=TEMPLATE)], **VI, title="")
    assert "img" not in Scripts(page).tags
    assert IMG not in page
    assert f"Tìm: {TEMPLATE}" in page


def test_a_saved_map_warns_of_approximate_places(page: str) -> None:
    places = {key: record["precision"] for key, record in records_of(page).items()}
    assert places["R01"]["approximate"] is True  # type: ignore[index]
    assert places["R01"]["caution"] == "Vị trí gần đúng, sai số khoảng 8 km"  # type: ignore[index]
    assert (places["R02"]["approximate"], places["R02"]["caution"]) == (False, None)  # type: ignore[index]


def test_a_saved_map_shows_facts_as_people_read_them(page: str) -> None:
    record = records_of(page)["R01"]
    facts = {row["label"]: row["value"] for row in record["facts"]}  # type: ignore[attr-defined]
    assert facts["Nhóm"] == "Thực phẩm"
    assert facts["Chủ thể"] == "Hợp tác xã Ong mật"
    assert facts["Xã, phường (từ 1/7/2025)"] == "Thanh An"
    sources = [(row["publisher"], row["address"]) for row in record["sources"]]  # type: ignore[attr-defined]
    assert sources == [("Báo Điện Biên Phủ", "https://example.org/a?b=1&c=2"), ("UBND tỉnh", None)]


def test_a_record_of_a_saved_map_leads_to_no_page_of_a_site(page: str) -> None:
    for record in records_of(page).values():
        facts, sources = record["facts"], record["sources"]
        assert (record["url"], record["map_url"], record["links"], record["exports"]) == ("", "", [], [])
        assert not any(row.get("url") for row in (*facts, *sources))  # type: ignore[misc]


def test_a_saved_map_carries_its_version_and_rights(page: str) -> None:
    view = view_of(page)
    assert view["version_line"] == "Dữ liệu phiên bản 3, ngày 23/11/2026"
    credits = view["credits"]
    assert credits["attributions"] == ["Nguồn: Sở Nông nghiệp & Môi trường"]  # type: ignore[index]
    (row,) = credits["licences"]  # type: ignore[index]
    assert row["licence"] == "CC BY 4.0"
    assert row["layers"].startswith("Sản phẩm OCOP, ")
    assert page.count("Nguồn: Sở Nông nghiệp &amp; Môi trường") == 1


def test_the_chosen_base_is_on_and_the_other_at_hand(atlas: Atlas) -> None:
    view = view_of(saved_map(atlas, ALL[:1], **VI, title="", base=SavedBase("districts")))
    assert view["base"] == "districts"
    assert {layer: len(units["features"]) > 0 for layer, units in view["bases"].items()} == {  # type: ignore[attr-defined]
        "communes": True, "districts": True,
    }  # fmt: skip


def test_a_saved_map_opens_where_it_was_saved(atlas: Atlas) -> None:
    view = view_of(saved_map(atlas, ALL[:1], **VI, title="", center=(103.1, 21.1), zoom=12))
    assert view["view"] == {"zoom": 12, "lat": 21.1, "lng": 103.1}


def test_the_same_question_gives_the_same_saved_map(atlas: Atlas, page: str) -> None:
    assert saved_map(atlas, ALL, **VI, title=TITLE) == page


def test_every_icon_that_a_saved_map_uses_is_in_it(page: str) -> None:
    symbols = set(re.findall(r'<symbol id="([^"]+)"', page))
    markup = set(re.findall(r'href="#([^"]+)"', page))
    records = {record["icon"] for record in records_of(page).values()}
    assert {"list", "layers"} <= markup
    assert markup | records <= symbols


def test_every_icon_of_the_styles_is_drawn_in_the_sprite() -> None:
    icons = {icon for style in STYLES.values() for icon in (style.icon, *style.icons.values())}
    assert icons <= set(re.findall(r'<symbol id="([^"]+)"', assets.sprite()))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base": SavedBase("moon")}, "base='moon': expected one of communes, districts"),
        ({"center": (21.1, 103.1), "zoom": 9.0}, "expected longitude, latitude"),
        ({"center": (103.1, 21.1), "zoom": 99.0}, "a zoom up to 18"),
    ],
)
def test_a_saved_map_refuses_what_it_cannot_draw(atlas: Atlas, options: dict[str, object], message: str) -> None:
    with pytest.raises(BadQuery, match=re.escape(message)):
        saved_map(atlas, ALL, **VI, title="", **options)  # type: ignore[arg-type]


def test_a_saved_map_never_drops_records_in_silence(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_map_view, "MOST_RECORDS", 3)
    with pytest.raises(BadQuery, match="10 records are too many"):
        saved_map(atlas, ALL, **VI, title="")


# --- assets ---------------------------------------------------------------------------------------------


def test_the_libraries_lie_where_pip_put_them() -> None:
    for name, file in (*bundles.LIBRARY_SCRIPTS, *bundles.LIBRARY_STYLES):
        assert (assets.vendor_dir(name) / file).stat().st_size > 500
    with pytest.raises(NotFound, match="No library 'jquery'"):
        assets.vendor_dir("jquery")


def test_a_script_that_would_end_its_element_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("js") / "bad.js"
    path.write_text("var x = '</SCRIPT>';\n", encoding="utf-8")
    with pytest.raises(BadSource, match="cannot be embedded in a page"):
        assets.script_text(path)


def test_inlined_styles_load_no_images() -> None:
    text = assets.style_text(assets.vendor_dir("leaflet") / "leaflet.css")
    assert "url(" not in text.replace("url(#default#VML)", "")
