"""foedus explore."""

from pathlib import Path
from typing import Annotated

import cyclopts

from ..model import Model
from ..model.checks import check_whole, naming
from .options import whole_number
from .progress import compile_kernels

PORT = 5006


def explore(
    run_file: Path | None = None,
    /,
    *,
    port: Annotated[int, cyclopts.Parameter(converter=whole_number)] = PORT,
    address: str = "127.0.0.1",
    origin: list[str] | None = None,
    browser: Annotated[bool, cyclopts.Parameter(negative="--no-browser")] = True,
    model: Model,
) -> None:
    """Open a page in the browser that solves the regime map again whenever you move a parameter.

    Parameters
    ----------
    run_file
        what the page shows first: a run file (TOML) or the file of an earlier map [default: a map of two
        parameters (of one, if the game has only one); all others are at their defaults]
    port
        the port of the page; 0 means any free port
    address
        the network address of the page; with the default, only this computer can open it
    origin
        another address from which browsers may load the page: HOST:PORT, or HOST if it has no port; repeat it
        for more addresses
    browser
        open the page in the browser
    """
    from ..explorer.server import serve
    from ..explorer.view import first_view, one_game, view_of_run

    with naming(f"--port {port}"):
        check_whole("port", port, 0, 65535)
    view = first_view(model) if run_file is None else view_of_run(run_file, model)
    compile_kernels(lambda: one_game(view), quiet=False)
    serve(view, port, address, origin or [], browser)
