"""The commands `token` and `sign-in-link`: the secrets that open /manage."""

from dataclasses import replace

import click

from geo.access.access_token import make_token
from geo.access.private_database import PrivateDatabase
from geo.access.sign_in_links import SignInLinks, link_to
from geo.console.installation import Installation
from geo.console.output import report_errors
from geo.settings import Settings


@click.command()
def token() -> None:
    """Print a new random access token, for GEO_MANAGE_TOKEN."""
    click.echo(make_token())


@click.command("sign-in-link")
@click.option("--url", default="", help="Address that the link begins with (GEO_PUBLIC_URL, or GEO_HOST and GEO_PORT).")
@click.pass_obj
@report_errors
def sign_in_link(installation: Installation, url: str) -> None:
    """Print a link that signs in to /manage once, within 15 minutes; the service may be running."""
    config = installation.settings()
    click.echo(make_sign_in_link(replace(config, public_url=url.rstrip("/") or config.public_url)))


def make_sign_in_link(config: Settings) -> str:
    """A new link that signs in once."""
    # A server that listens on all addresses is reached at the loopback address.
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config.host, config.host)  # noqa: S104
    root = config.public_url or f"http://{host}:{config.port}"
    return link_to(root, SignInLinks(PrivateDatabase(config.access_path)).make_code())
