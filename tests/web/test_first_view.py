"""What is seen before and without scripts: the drawn province, the tags that link previews are made of, their images."""

import pytest
from flask.testing import FlaskClient

from geo.atlas import Atlas
from geo.ocop.layers import ON_MAP
from tests.web.conftest import BROWSER, Document, application, read

PAGES = ["/", "/embed", "/layers", "/products", "/products/R1", "/quality", "/about", "/connect", "/worklist"]
YEAR = "public, max-age=31536000, immutable"


def page_of(client: FlaskClient, path: str, **headers: str) -> Document:
    return read(client.get(path, headers={**BROWSER, **headers}).text)


def tags(page: Document) -> dict[str, str]:
    """The Open Graph and Twitter tags of a page."""
    named = {e.attrs.get("property") or e.attrs.get("name"): e.attrs.get("content") for e in page.all("meta")}
    return {str(name): str(value) for name, value in named.items() if str(name).startswith(("og:", "twitter:"))}


def marks(page: Document) -> dict[str, str]:
    """Address of each mark on the drawn province -> what it stands for."""
    anchors = [e for e in page.all("a") if str(e.attrs.get("class", "")).startswith("sketch__mark")]
    return {str(e.attrs["href"]): e.text for e in anchors}


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_the_map_is_drawn_in_the_page_with_names_and_links(client: FlaskClient, path: str) -> None:
    page = page_of(client, path)
    [land] = [e for e in page.all("path") if e.attrs.get("class") == "sketch__land"]
    assert str(land.attrs["d"]).startswith("M")
    assert {"Thanh An", "Sam Mứn"} <= {e.text for e in page.all("text")}
    leads = marks(page)
    assert "/sites/H2" in leads and any("Mật ong Hoa Ban" in title for title in leads.values())
    for address in leads:
        assert client.get(address).status_code == 200, address


def test_the_drawn_map_follows_the_state_in_the_address(client: FlaskClient) -> None:
    assert set(marks(page_of(client, "/?layers=markets"))) == {"/markets/M1"}
    assert "Mật ong Hoa Ban" in "".join(marks(page_of(client, "/?stars=4&layers=products")).values())
    assert "Cà phê" not in "".join(marks(page_of(client, "/?stars=4&layers=products")).values())
    assert set(marks(page_of(client, "/?layers=markets&lang=en"))) == {"/markets/M1?lang=en"}


def test_a_page_without_scripts_lists_the_layers_and_keeps_the_language_of_a_search(client: FlaskClient) -> None:
    page = page_of(client, "/?lang=vi", **{"Accept-Language": "en"})
    assert {f"/{layer}?lang=vi" for layer in ON_MAP} <= {str(e.attrs.get("href")) for e in page.all("a")}
    assert [e.attrs["value"] for e in page.all("input", name="lang")] == ["vi"]


def test_a_record_that_the_address_opens_is_marked_and_named_without_scripts(client: FlaskClient) -> None:
    page = page_of(client, "/?at=products/R1&lang=en")
    [link] = [e for e in page.all("a") if e.attrs.get("href") == "/products/R1?lang=en" and "Mật ong Hoa Ban" in e.text]
    assert "sketch__mark" not in str(link.attrs.get("class", ""))
    assert [e for e in page.all("circle") if e.attrs.get("class") == "sketch__chosen"]
    assert not [e for e in page_of(client, "/").all("circle") if e.attrs.get("class") == "sketch__chosen"]


def test_names_on_the_drawn_map_are_text(hostile: FlaskClient) -> None:
    text = hostile.get("/", headers=BROWSER).text
    assert "<img src=x" not in text and "&lt;img src=x onerror=alert(1)&gt;" in text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_says_how_a_link_to_it_is_shown(client: FlaskClient, path: str, lang: str) -> None:
    page = page_of(client, f"{path}?lang={lang}")
    shown = tags(page)
    title = page.all("title")[0]
    assert shown["og:title"] == title.text and shown["og:description"]
    assert shown["og:locale"] == {"vi": "vi_VN", "en": "en_GB"}[lang]
    assert shown["og:url"] == f"http://localhost{path}" + ("?lang=en" if lang == "en" else "")
    assert (shown["og:image:width"], shown["og:image:height"]) == ("1200", "630")
    assert shown["twitter:card"] == "summary_large_image"
    image = client.get(shown["og:image"])
    assert (image.status_code, image.mimetype, image.headers["Cache-Control"]) == (200, "image/png", YEAR)
    assert image.headers["Content-Disposition"] == "inline"


def test_a_link_to_the_map_with_an_open_record_is_shown_as_the_record(client: FlaskClient) -> None:
    page = page_of(client, "/?at=sites/H1&lang=en")
    shown = tags(page)
    assert page.all("title")[0].text == shown["og:title"] == "A1 Hill · OCOP map of Điện Biên"
    assert shown["og:url"] == "http://localhost/?at=sites/H1&lang=en"
    assert shown["og:image"].startswith("http://localhost/sites/H1.png?")
    assert tags(page_of(client, "/?at=sites/none"))["og:image"].startswith("http://localhost/map.png?")


def test_a_page_in_the_language_of_the_browser_is_its_own_canonical_address(client: FlaskClient) -> None:
    page = page_of(client, "/products/R1", **{"Accept-Language": "en"})
    assert page.all("html")[0].attrs["lang"] == "en"
    assert page.all("link", rel="canonical")[0].attrs["href"] == "http://localhost/products/R1"


def test_the_addresses_in_the_tags_are_public_ones(small_atlas: Atlas) -> None:
    public = application(small_atlas, public_url="https://ocop.example.vn/map").test_client()
    shown = tags(page_of(public, "/products/R1"))
    assert shown["og:url"] == "https://ocop.example.vn/map/products/R1"
    assert shown["og:image"] == "https://ocop.example.vn/map/products/R1.png?v=7"


def test_an_image_is_drawn_once_and_known_again(client: FlaskClient) -> None:
    first = client.get("/products/R1.png")
    assert first.data == client.get("/products/R1.png").data != client.get("/products/R1.png?lang=en").data
    assert client.get("/products/R1.png", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert "immutable" not in first.headers["Cache-Control"]


def test_hostile_names_are_text_in_the_tags(hostile: FlaskClient) -> None:
    page = page_of(hostile, "/products/R01")
    assert tags(page)["og:title"].startswith("<img src=x onerror=alert(1)> · ")
    assert not page.all("img")
