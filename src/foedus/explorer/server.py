"""The server of `foedus explore`: the page, and what can be downloaded from it."""

import asyncio
import functools
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from ..model import Model
from ..system.libraries import missing_extra

try:
    import panel as pn
except ModuleNotFoundError as error:
    raise missing_extra(error, "the explorer needs Panel: pip install 'foedus[explore]'") from None
from bokeh.server.util import check_allowlist, create_hosts_allowlist
from tornado.httputil import HTTPServerRequest
from tornado.routing import Matcher, Rule
from tornado.web import HTTPError, RequestHandler

from .page import page
from .view import DOWNLOADS, StaleError, View, download, view_of_query


def serve(view: View, port: int, address: str, origins: list[str], browser: bool) -> None:
    """Serve the page until it is interrupted, and print where it is.

    The server answers only to the names that it knows: those of this machine, `address`, and `origins`, each
    in the form ``host`` or ``host:port``. Pages that were loaded under another name cannot connect.

    Raises ValueError if an origin has another form, and OSError if the port is taken or the address does not
    belong to this machine.
    """
    port = free_port(port, address)
    known = [f"{name}:{port}" for name in dict.fromkeys(["127.0.0.1", "localhost", address])]
    known += [name for origin in origins for name in names_of(origin)]
    ended = threading.Event()
    server = pn.serve(
        {"/": lambda: page(view)},
        port=port, address=address, websocket_origin=known, show=False, start=False,
        title="foedus explorer", verbose=False,
        extra_patterns=[
            ("/known", Known),
            (r"/download/\w+(\.\w+)", Download, {"model": view.model, "ended": ended}),
        ],
    )  # fmt: skip
    server._tornado.add_handlers(".*", [Rule(Foreign(known), Refusal)])
    where = f"http://{address}:{port}/"
    print(f"the explorer is at {where} - press Ctrl-C to end it", flush=True)
    server.start()
    if browser:
        open_browser(where)
    try:
        server.io_loop.start()
    finally:
        ended.set()


def names_of(origin: str) -> list[str]:
    """Return the names in an --origin; raise ValueError if it has another form."""
    try:
        if "/" not in origin:
            return create_hosts_allowlist([origin.lower()], None)
    except ValueError:
        pass
    raise ValueError(f"--origin {origin!r} is not of the form HOST or HOST:PORT")


def free_port(port: int, address: str) -> int:
    """Return `port`, or a free port if it is 0; raise OSError if the server cannot use it."""
    try:
        with socket.create_server((address, port)) as taken:
            return int(taken.getsockname()[1])
    except OSError as error:
        raise OSError(
            f"port {port} of {address} cannot be used ({error.strerror}); choose another with --port"
        ) from None


def open_browser(where: str) -> None:
    """Open a page from a process without a terminal, so that a browser for terminals ends at once."""
    silent = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.DEVNULL)
    threading.Thread(
        target=subprocess.call,
        args=([sys.executable, "-m", "webbrowser", "-t", where],),
        kwargs={**silent, "start_new_session": True},
        daemon=True,
    ).start()


class Foreign(Matcher):
    """Requests that call the server by a name that it does not know, or that come from such a page.

    So another site gets nothing, even if its name leads to this machine.
    """

    def __init__(self, known: Sequence[str]) -> None:
        self.known = known

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Return the first unknown name, for `Refusal`, or None."""
        pages = [origin.rpartition("://")[2] for origin in request.headers.get_list("Origin")]
        for name in (request.host, *pages):
            if not check_allowlist(name.lower(), self.known):
                return {"path_kwargs": {"name": name}}
        return None


class Refusal(RequestHandler):
    """The answer 403, which says what to do if the name is the reader's own."""

    def prepare(self) -> None:
        """Refuse, and say so in the terminal, too."""
        name = shlex.quote(self.path_kwargs["name"].encode("ascii", "replace").decode())
        words = (
            f"the explorer does not know the name {name}. If you reach it by this name, as through an SSH "
            f"tunnel or a proxy, stop it (Ctrl-C) and start it again with: foedus explore --origin {name}"
        )
        tell_once(words)
        refuse(self, 403, words)


class Known(RequestHandler):
    """Tells a page whether it may connect, as a proxy may have loaded it by another name."""

    def options(self) -> None:
        """Answer that the page may connect; otherwise `Refusal` has answered."""
        self.set_status(204)


@functools.lru_cache
def tell_once(words: str) -> None:
    """Print words in the terminal, once."""
    print(f"foedus: {words}", file=sys.stderr, flush=True)


def refuse(handler: RequestHandler, status: int, words: str) -> None:
    """Answer in plain text, which no browser takes for a page."""
    handler.set_status(status)
    handler.set_header("Content-Type", "text/plain; charset=utf-8")
    handler.finish(f"{words}\n")


class Download(RequestHandler):
    """Downloads, made from the view in the query."""

    def initialize(self, model: Model, ended: threading.Event) -> None:
        """Take the model, and the event that is set once the server has ended."""
        self.model = model
        self.ended = ended
        self.left = False

    def on_connection_close(self) -> None:
        """Note that nobody waits any more."""
        self.left = True

    async def get(self, ending: str) -> None:
        """Send a file; answer 403 to other sites, 404 if there is no such file, 400 if it cannot be made."""
        if self.request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            refuse(self, 403, "a page of another site cannot download; open the explorer and download there")
            return
        if ending not in DOWNLOADS:
            raise HTTPError(404)
        try:
            view = view_of_query(self.request.query, self.model)
            content = await asyncio.to_thread(download, view, ending, self.stale)
        except StaleError:
            return
        except (TypeError, ValueError) as error:
            refuse(self, 400, str(error))
            return
        _, kind = DOWNLOADS[ending]
        self.set_header("Content-Type", kind)
        self.finish(content)

    def stale(self) -> bool:
        """Return whether nobody waits any more."""
        return self.left or self.ended.is_set()
