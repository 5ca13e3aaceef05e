"""The interactive map of a page under /plan: the site's own map, with its base map and tools, beside a table."""

from collections.abc import Callable
from typing import Any

from flask import g

from geo.basemap.ground import GroundSource
from geo.settings import Settings
from geo.views.map.credits import credits_of
from geo.views.map.folium_map import shell
from geo.views.map.map_page import BASES
from geo.views.map.terrain_view import terrain_credits, terrain_view
from geo.views.plan.desk import Desk
from geo.web.http.static_files import Assets
from geo.web.http.urls import SiteUrls
from geo.web.site.pages import map_page

WITH_MAP = ("chains", "gaps", "proximity")
"""The keys of the pages that have it."""


def plan_map(settings: Settings, assets: Assets, grounds: GroundSource) -> Callable[[Desk], dict[str, Any]]:
    """What gives the values that plan/map_head.html, plan/map.html and plan/map_scripts.html need."""

    def values(_: Desk) -> dict[str, Any]:
        urls = SiteUrls()
        view, ground = map_page(settings, assets), grounds()
        view["urls"]["proximity"] = urls.plain(f"/plan/proximity/{{link}}.json?version={g.atlas.version.number}")
        if ground is not None:
            view["terrain"] = terrain_view(ground, g.lang, urls.plain(""))
        return {
            "view": view,
            "shell": shell(view),
            "credits": credits_of(g.atlas, BASES, g.lang),
            "terrain": terrain_credits(ground, g.lang),
        }

    return values
