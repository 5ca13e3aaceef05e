"""The service over the shipped seed and over a small dated province, asked as programs ask."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from shapely import Point

from geo.atlas import open_atlases
from geo.settings import Settings
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frames import frame, world
from tests.frozen import frozen
from tests.web.conftest import application

JSON = {"Accept": "application/json, application/geo+json;q=0.9"}


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
"""What a browser accepts."""


def links(document: Any, rel: str) -> list[dict[str, str]]:
    return [link for link in document["links"] if link["rel"] == rel]


@dataclass
class Service:
    """A caller that reads JSON."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))

    def get(self, path: str, status: int = 200, /, **query: str) -> Any:
        """The document of an address; the status must be the one expected."""
        answer = self.client.get(path, query_string=query or None, headers=self.headers)
        assert answer.status_code == status, f"{path} {query}: {answer.status_code} {answer.text[:300]}"
        return json.loads(answer.data) if answer.data else None

    def head_of(self, path: str, **query: str) -> Any:
        """The headers of an answer."""
        return self.client.get(path, query_string=query or None, headers=self.headers).headers


@pytest.fixture(scope="session")
def service(built: Settings) -> Iterator[Service]:
    """The whole service over the shipped seed."""
    source = open_atlases(built)
    yield Service(create_app(built, source, templates=ROOT / "templates").test_client())
    source.close()


@pytest.fixture(scope="session")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A province whose products have certificates of every kind of date, or none, and places or none."""
    frames = world()
    rows = (
        ("D1", "2019-03-01", "2022-02-28"), ("D2", "2019", None), ("D3", None, "2020-06"), ("D4", None, None),
        ("D5", "2021-05-31", "2021-05-31"), ("D6", "2024-01-01", "2027-01-01"),
        ("D7", "2027-01-01", "2027"),
    )  # fmt: skip
    frames["products"] = frame(
        "products",
        *(
            {"product_id": key, "name": f"Chè {key}", "group": "beverage", "certified_from": first, "certified_until": last,
             "source_ids": "S1", "precision": "exact", "at": Point(103.05 + n / 20, 21.1) if n < 5 else None}
            for n, (key, first, last) in enumerate(rows)
        ),
    )  # fmt: skip
    folder: Path = tmp_path_factory.mktemp("dated")
    with frozen(frames, folder / "a") as atlas:
        yield Service(application(atlas, max_page=4, data_dir=folder).test_client())
