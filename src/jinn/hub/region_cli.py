"""`jinn region …`: run the far side of homes' uplinks, and let homes in."""

from pathlib import Path
from typing import Annotated

import anyio
import typer

from jinn.hub import regional
from jinn.hub.terminal import Data, data_folder, out
from jinn.kernel import Invalid, Secret
from jinn.runtime import TrunkOptions

app = typer.Typer(no_args_is_help=True, help="A region: mirrors many homes, and may wish.")


@app.command()
def up(
    *,
    data: Data = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on for homes; others than loopback demand TLS.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="For homes; default 7422.")] = 7422,
    certificate: Annotated[Path | None, typer.Option(help="PEM file; homes then come over tls://.")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    database: Annotated[
        str | None, typer.Option(help="A PostgreSQL address; default: SQLite in the data folder.")
    ] = None,
) -> None:
    """Start the region, and stay until Ctrl-C."""
    folder = data_folder(data) / "region"
    if (certificate is None) != (key is None):
        raise Invalid("A certificate and its key come together.", code="region-tls")
    if certificate is None and host not in {"127.0.0.1", "::1", "localhost"}:
        raise Invalid("Beyond this machine homes send passwords: give --certificate and --key.", code="region-tls")
    trunk = TrunkOptions(host=host, port=port, homes=regional.read_homes(folder), certificate=certificate, key=key)
    url = Secret(database) if database else None
    anyio.run(regional.serve_region, folder, trunk, url, out.print, backend_options={"use_uvloop": True})


@app.command()
def add(name: Annotated[str, typer.Argument(help="The home's name: a-z, 0-9 and -.")], data: Data = None) -> None:
    """Let a home in; prints the line for its credentials file. The region knows it after its next start."""
    typer.echo(regional.add_home(data_folder(data) / "region", name))
