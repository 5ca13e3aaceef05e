"""Every command of the page "Connect" that this machine can run, run as it stands on the page against a real server."""

import html
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from geo.views.connect import WAYS, Way
from tests.shipped import count_of, values_of

COMMANDS = {
    "sh": ["bash", "-e", "-c"],
    "python": [sys.executable, "-W", "error", "-c"],
    "node": ["node", "--input-type=module", "-e"],
}
OUTPUTS = {
    "curl: a filtered page": f'"numberReturned":{values_of("products", "stars").count(4)}',
    "GDAL: list the layers": "villages",
    "Python: a GeoDataFrame": "geometry",
    "Python: all pages": str(count_of("sites")),
    "Python: only what has changed": f"products {count_of('products')} 0 0",
    "JavaScript: fetch": "Na Sang",
}


def texts(server: str, lang: str) -> list[str]:
    """The texts of the code blocks of the page."""
    with urllib.request.urlopen(f"{server}/connect?lang={lang}") as answer:
        page = answer.read().decode()
    return [html.unescape(block) for block in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)]


@pytest.mark.parametrize("way", [way for way in WAYS if way.run in COMMANDS], ids=lambda way: way.title.en)
def test_a_command_runs_as_it_stands_on_the_page(server: str, tmp_path: Path, way: Way) -> None:
    code = way.text.en.format(base=server)
    assert way.runner and code in texts(server, "en") and code in texts(server, "vi")
    process = subprocess.run(
        [*COMMANDS[way.run], code],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert process.returncode == 0, process.stderr
    assert OUTPUTS.get(way.title.en, "") in process.stdout
    files = sorted(path.name for path in tmp_path.iterdir())
    if way.title.en.startswith(("curl: a whole", "GDAL: filter", "PostgreSQL")):
        assert len(files) == 1 and (tmp_path / files[0]).stat().st_size > 1_000


def test_what_is_filtered_is_in_the_states_system(server: str, tmp_path: Path) -> None:
    (way,) = [way for way in WAYS if way.title.en.startswith("GDAL: filter")]
    subprocess.run(["bash", "-e", "-c", way.text.en.format(base=server)], check=True, cwd=tmp_path, timeout=120)
    output = subprocess.run(
        ["ogrinfo", "-ro", "-al", "-so", "national.gpkg"], check=True, cwd=tmp_path, capture_output=True, text=True
    ).stdout
    assert 'ID["EPSG",9205]' in output and re.search(r"Feature Count: [1-9]", output)


def test_what_cannot_be_run_here_is_told_apart() -> None:
    assert {way.tool for way in WAYS if way.runner is None} == {"ArcGIS", "Excel", "R"}


def test_the_page_names_every_tool_in_both_languages(server: str) -> None:
    for lang in ("vi", "en"):
        with urllib.request.urlopen(f"{server}/connect?lang={lang}") as answer:
            page = html.unescape(answer.read().decode())
        words = " ".join(re.sub(r"<button.*?</button>|<[^>]+>", "", page, flags=re.DOTALL).split())
        for way in WAYS:
            assert f"<h2>{way.tool}</h2>" in page and way.title.of(lang) in page
            if way.run == "steps":
                text = way.text.of(lang).format(base=server)
                assert text in words
                for address in re.findall(rf"{server}\S*", text):
                    assert f'data-copy="{address}"' in page
                    assert (f'href="{address}"' in page or f'href="{address}/"' in page) is ("{" not in address)
            else:
                assert f'data-copy="{way.text.of(lang).format(base=server)}"' in page


def test_the_addresses_in_the_steps_answer(server: str) -> None:
    for way in WAYS:
        for address in re.findall(r"\{base\}/[^ )\"']+", way.text.en):
            url = address.replace("{{z}}/{{y}}/{{x}}", "8/112/201").format(base=server)
            with urllib.request.urlopen(url) as answer:
                assert answer.status == 200, url
