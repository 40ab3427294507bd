"""The server of `foedus explore`: the page, and what can be downloaded from it."""

import asyncio
import contextlib
import socket
import threading

try:
    import panel as pn
except ModuleNotFoundError:
    raise ModuleNotFoundError("the explorer takes Panel: pip install 'foedus[explore]'") from None
from bokeh.server.util import check_allowlist, create_hosts_allowlist
from tornado.web import HTTPError, RequestHandler

from .explorer import DOWNLOADS, StaleError, View, download, view_of_query
from .explorer_page import page


def serve(view: View, port: int, address: str, origins: list[str], browser: bool) -> None:
    """Serve the page until it is interrupted, and say where it is.

    Only pages that were themselves loaded from this server, under a name that it is known by, may connect to
    it: this machine's, `address`, and those of `origins`, each as in ``host:port``.

    Raises ValueError if one of `origins` is none, and OSError if the port is taken, or the address is none of
    this machine.
    """
    port = free_port(port, address)
    known = [f"{name}:{port}" for name in dict.fromkeys(["127.0.0.1", "localhost", address])]
    for origin in origins:
        try:
            known += create_hosts_allowlist([origin], None)
        except ValueError:
            raise ValueError(f"--origin {origin!r} is not of the form HOST:PORT") from None
    ended = threading.Event()
    server = pn.serve(
        {"/": lambda: page(view)},
        port=port, address=address, websocket_origin=known, show=browser, start=False,
        title="foedus explorer", verbose=False,
        extra_patterns=[(r"/download/\w+(\.\w+)", Download, {"hosts": known, "ended": ended})],
    )  # fmt: skip
    print(f"the explorer is at http://{address}:{port}/ - Ctrl-C ends it", flush=True)
    server.start()
    try:
        server.io_loop.start()
    finally:
        ended.set()


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

    def initialize(self, hosts: list[str], ended: threading.Event) -> None:
        """Take the names under which the server is known, and what tells that it has ended."""
        self.hosts = hosts
        self.ended = ended
        self.left = False

    def on_connection_close(self) -> None:
        """Know that nobody waits any more."""
        self.left = True

    async def get(self, ending: str) -> None:
        """Send a file; 403 to a page of another site or under a foreign name, 404 if there is no such file,
        400 if the view is none.
        """
        foreign = self.request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        if foreign or not check_allowlist(self.request.host, self.hosts):
            raise HTTPError(403)
        if ending not in DOWNLOADS:
            raise HTTPError(404)
        try:
            view = view_of_query(self.request.query)
        except (TypeError, ValueError) as error:
            self.set_status(400)
            self.finish(f"{error}\n")
            return
        _, kind = DOWNLOADS[ending]
        self.set_header("Content-Type", kind)
        with contextlib.suppress(StaleError):
            self.finish(await asyncio.to_thread(download, view, ending, self.stale))

    def stale(self) -> bool:
        """Tell whether nobody waits any more."""
        return self.left or self.ended.is_set()
