"""The server of `foedus explore`: the page, and what can be downloaded from it."""

import asyncio
import socket

try:
    import panel as pn
except ModuleNotFoundError:
    raise ModuleNotFoundError("the explorer takes Panel: pip install 'foedus[explore]'") from None
from tornado.web import HTTPError, RequestHandler

from .explorer import DOWNLOADS, View, download, view_of_query
from .explorer_page import page

TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".toml": "application/toml",
    ".nc": "application/x-netcdf",
}


def serve(view: View, port: int, address: str, origins: list[str], browser: bool) -> None:
    """Serve the page until it is interrupted, and say where it is.

    Only pages that were themselves loaded from this server, under a name that it is known by, may connect to
    it: this machine's, `address`, and those of `origins`, each as in ``host:port``.

    Raises OSError if the port is taken, or the address is none of this machine.
    """
    port = free_port(port, address)
    known = [f"{name}:{port}" for name in dict.fromkeys(["127.0.0.1", "localhost", address])] + origins
    server = pn.serve(
        {"/": lambda: page(view)},
        port=port, address=address, websocket_origin=known, show=browser, start=False,
        title="foedus explorer", verbose=False,
        extra_patterns=[(r"/download/\w+(\.\w+)", Download, {"hosts": known})],
    )  # fmt: skip
    print(f"the explorer is at http://{address}:{port}/ - Ctrl-C ends it", flush=True)
    server.start()
    server.io_loop.start()


def free_port(port: int, address: str) -> int:
    """Return `port`, or any that is free if it is 0; raise OSError if it cannot be listened on."""
    try:
        with socket.create_server((address, port)) as taken:
            return int(taken.getsockname()[1])
    except OSError as error:
        raise OSError(
            f"port {port} of {address} cannot be used ({error.strerror}); name another with --port"
        ) from None


class Download(RequestHandler):
    """What can be downloaded, made of the view in the query."""

    def initialize(self, hosts: list[str]) -> None:
        """Take the names under which the server is known."""
        self.hosts = hosts

    async def get(self, ending: str) -> None:
        """Send a file; 403 under a foreign name, 404 if there is no such file, 400 if the view is none."""
        if self.request.host not in self.hosts:
            raise HTTPError(403)
        if ending not in DOWNLOADS:
            raise HTTPError(404)
        try:
            view = view_of_query(self.request.query)
        except (TypeError, ValueError) as error:
            self.set_status(400)
            self.finish(f"{error}\n")
            return
        self.set_header("Content-Type", TYPES[ending])
        self.finish(await asyncio.to_thread(download, view, ending))
