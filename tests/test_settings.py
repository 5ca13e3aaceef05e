"""How the environment becomes settings."""

from pathlib import Path

import pytest

from geo.errors import BadSource
from geo.settings import Settings, TileLayer


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


def test_variables_are_read() -> None:
    settings = Settings.from_env({
        "GEO_SEED_DIR": "/seed", "GEO_DATA_DIR": "/var/x", "GEO_PORT": "8080", "GEO_PUBLIC_URL": "https://a.vn/",
        "GEO_TILE_LAYERS": "Nền|https://{s}.t.vn/{z}/{x}/{y}.png|© Sở; B|http://b.vn/{z}/{x}/{y}.png|B",
    })  # fmt: skip
    assert (settings.seed_dir, settings.data_dir, settings.port) == (Path("/seed"), Path("/var/x"), 8080)
    assert settings.public_url == "https://a.vn"
    assert settings.tile_layers[0] == TileLayer("Nền", "https://{s}.t.vn/{z}/{x}/{y}.png", "© Sở")
    assert [layer.origin for layer in settings.tile_layers] == ["https://*.t.vn", "http://b.vn"]


@pytest.mark.parametrize(
    "env",
    [{"GEO_PORT": "x"}, {"GEO_PORT": "0"}, {"GEO_PORT": "70000"}, {"GEO_THREADS": "-1"}, {"GEO_TILE_LAYERS": "a|b"},
     {"GEO_TILE_LAYERS": "a|javascript:alert(1)|c"}, {"GEO_MAX_PAGE": "٣"}],
)  # fmt: skip
def test_an_unusable_value_is_named_in_both_languages(env: dict[str, str]) -> None:
    with pytest.raises(BadSource) as error:
        Settings.from_env(env)
    name = next(iter(env))
    assert name in error.value.en and name in error.value.vi
