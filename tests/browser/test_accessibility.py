"""Every page against the rules of WCAG 2.2 A and AA that a program can judge (axe-core)."""

from importlib import resources

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import SIZES

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Places lie where they lie: WCAG 2.2 excepts targets whose position is essential, and the list holds them all.
ESSENTIAL = {"target-size": ".leaflet-marker-icon"}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "path",
    ["/", "/?at=products/R03&lang=en", "/embed", "/layers", "/products", "/products/R03?lang=en", "/zones/Z02",
     "/communes/03352", "/sources/S3", "/quality", "/worklist", "/search?q=HTX", "/plan", "/plan/certificates?lang=en",
     "/plan/phase", "/plan/figures/villages_near_site", "/plan/units?indicator=zones_area",
     "/plan/chains?of=producers/P01", "/plan/gaps?lang=en", "/plan/proximity", "/about?lang=en", "/nothing"],
)  # fmt: skip
def test_a_page_breaks_no_rule(browser: Browser, site: str, path: str, size: str) -> None:
    phone = size == "phone"
    # The page's own policy would keep the checker's script out.
    context = browser.new_context(viewport=SIZES[size], is_mobile=phone, has_touch=phone, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}{path}", wait_until="networkidle")
    for tab in ("filters", "layers", "share") if path == "/" else ():
        page.locator(f"#tab-{tab}").click()
        page.wait_for_timeout(100)
        assert faults(page.evaluate(f"{AXE};axe.run(document, {{runOnly: {RULES}}})")) == [], tab
    for text in ("mat onng", "hoatoatinh") if path == "/" else ():
        page.locator("#search-input").fill(text)
        page.locator("#search-hits [role=option]").first.wait_for()
        page.wait_for_timeout(300)
        assert faults(page.evaluate(f"{AXE};axe.run(document, {{runOnly: {RULES}}})")) == [], text
    assert faults(page.evaluate(f"{AXE};axe.run(document, {{runOnly: {RULES}}})")) == []
    context.close()


def faults(answer: dict) -> list[str]:  # type: ignore[type-arg]
    """The elements that break a rule, each with the rule."""
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in answer["violations"]
        for node in rule["nodes"]
        if not (rule["id"] in ESSENTIAL and ESSENTIAL[rule["id"]][1:] in node["html"])
    ]


@pytest.mark.parametrize("system", [{"color_scheme": "dark"}, {"contrast": "more"}], ids=["dark", "contrast"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?at=products/R03",
        "/products",
        "/products/R03",
        "/plan",
        "/plan/certificates",
        "/plan/units",
        "/plan/proximity",
        "/about",
    ],
)
def test_a_page_breaks_no_rule_in_another_theme(browser: Browser, site: str, path: str, system: dict[str, str]) -> None:
    context = browser.new_context(viewport=SIZES["desktop"], bypass_csp=True, **system)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}{path}", wait_until="networkidle")
    assert faults(page.evaluate(f"{AXE};axe.run(document, {{runOnly: {RULES}}})")) == []
    context.close()
