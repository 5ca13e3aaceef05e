"""The rules of WCAG 2.2 A and AA and the best practice that a program can judge (axe-core), on a page that is open."""

from importlib import resources

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# Without `resultTypes` axe describes each element that breaks no rule, which takes longer than finding those that do.
_RUN = f"{_AXE};axe.run(document, {{runOnly: {RULES}, resultTypes: ['violations']}})"
# Places lie where they lie: WCAG 2.2 excepts targets whose position is essential, and the list holds them all.
_ESSENTIAL = {"target-size": "leaflet-marker-icon"}


def broken_rules(page: Page) -> list[str]:
    """The elements that break a rule, each with the rule."""
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in page.evaluate(_RUN)["violations"]
        for node in rule["nodes"]
        if not (rule["id"] in _ESSENTIAL and _ESSENTIAL[rule["id"]] in node["html"])
    ]
