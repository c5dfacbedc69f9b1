"""The built screen as files of this server."""

from pathlib import Path

from litestar import Response, get
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from jinn.hub.packaged import screen_folder

_UNBUILT = "<!doctype html><title>jinn</title><p>The screen is not built yet. Run <code>make up</code>.</p>"


def screen_routes() -> list[ControllerRouterHandler]:
    """Open to everybody: the page holds nothing of the home, and must be there to pair."""
    folder = screen_folder()
    if folder is None:

        @get("/", media_type="text/html", is_public=True, include_in_schema=False)
        async def unbuilt() -> str:
            return _UNBUILT

        return [unbuilt]
    page = (folder / "index.html").read_bytes()

    @get("/", media_type="text/html", is_public=True, include_in_schema=False)
    async def index() -> Response[bytes]:
        # The page names its parts by their content; only itself must be asked for anew.
        return Response(page, headers={"Cache-Control": "no-cache"})

    return [index, *_files(folder)]


def _files(folder: Path) -> list[ControllerRouterHandler]:
    routers: list[ControllerRouterHandler] = []
    for part in sorted(folder.iterdir()):
        if part.is_dir():
            routers.append(
                create_static_files_router(
                    f"/{part.name}",
                    directories=[part],
                    include_in_schema=False,
                    opt={"is_public": True},
                    cache_control=None,
                )
            )
        elif part.name != "index.html":
            routers.append(_file(part))
    return routers


def _file(path: Path) -> ControllerRouterHandler:
    content = path.read_bytes()
    media = {".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json",
             ".js": "text/javascript", ".css": "text/css"}.get(path.suffix, "application/octet-stream")  # fmt: skip

    @get(f"/{path.name}", media_type=media, is_public=True, include_in_schema=False, name=path.name)
    async def file() -> bytes:
        return content

    return file
