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
    """Show the regime map in a browser, solve it again as you move parameters, and show any of its games.

    Parameters
    ----------
    run_file
        a run file (TOML) or the file of an earlier map; its map is shown first [default: the default map]
    port
        the port of the page; 0 takes a free port
    address
        the address of the page; by default no other machine can see it
    origin
        another name by which you reach the page, as HOST:PORT, or HOST if its address has no port; may be
        given several times
    browser
        open the page in a browser
    """
    from ..explorer.server import serve
    from ..explorer.view import first_view, one_game, view_of_run

    with naming(f"--port {port}"):
        check_whole("port", port, 0, 65535)
    view = first_view(model) if run_file is None else view_of_run(run_file, model)
    compile_kernels(lambda: one_game(view), quiet=False)
    serve(view, port, address, origin or [], browser)
