"""The command `foedus sensitivity`."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..model import Model
from ..solving.sweeps import solve_points
from ..uncertainty.labels import SENSITIVITY
from .options import AS_USUAL, GridOptions, Output, command_line
from .progress import compile_kernels, print_rate, progress_bar
from .screens import Grid, show
from .targets import check_image, check_output, finish, target_of

if TYPE_CHECKING:
    import xarray as xr

COLUMNS = ("first_order", "total_order", "morris_absolute_mean", "pawn", "delta")


def sensitivity(
    run_file: Path,
    /,
    *,
    output: Output = None,
    ways: GridOptions = AS_USUAL,
    model: Model,
) -> int:
    """Show which parameters matter most and how likely each regime is, given distributions of parameters.

    Parameters
    ----------
    run_file
        a run file (TOML) with a table [distributions], or the file of an earlier analysis, to repeat it
    output
        the file to write: .nc (NetCDF) or .zarr (Zarr) [default: the file that the run file names]
    """
    # imported here because they import SciPy and SALib, which completion and help do not need
    from ..io.files import save
    from ..runs.sensitivity import read_sensitivity
    from ..uncertainty.sensitivity import check_distributions
    from ..uncertainty.sensitivity import sensitivity as analyse

    run = read_sensitivity(run_file, model)
    target = target_of(run_file, run.file, output)
    check_output(target, ways.overwrite)
    image = check_image(target, ways)
    laws = check_distributions(model, run.distributions)
    middle = {name: [law.quantile(0.5)] for name, law in laws.items()}
    compile_kernels(lambda: solve_points(middle, model=model, **run.fixed), ways.quiet)
    started = time.perf_counter()
    with progress_bar("analysing", run.options["samples"], ways.quiet, unit="samples") as progress:
        dataset = analyse(
            run.distributions,
            model=model,
            **run.options,
            **run.fixed,
            threads=ways.threads,
            progress=progress,
        )
    seconds = time.perf_counter() - started
    save(dataset.assign_attrs(command=command_line()), target)
    if not ways.quiet:
        show(_probabilities(dataset), _indices(dataset.isel(samples=-1)))
        print_rate(dataset.attrs["games"], seconds)
    return finish(target, image, ways)


def _probabilities(dataset: "xr.Dataset") -> Grid:
    """Return the probabilities of the regimes as a table."""
    from ..io.dataset import model_of

    rows, codes = [], model_of(dataset).codes
    columns = (dataset[f"probability{end}"].values.tolist() for end in ("", "_low", "_high"))
    for name, share, low, high in zip(dataset.regime_name.values, *columns, strict=True):
        rows.append([codes.named(name).words, f"{share:.3%}", f"{low:.3%} to {high:.3%}"])
    return Grid(["regime", "probability", "95 % interval"], rows)


def _indices(dataset: "xr.Dataset") -> Grid:
    """Return the indices of all samples as a table; for each output, the largest indices come first."""
    names = [name for name in COLUMNS if name in dataset]
    rows = []
    for output in dataset.output.values:
        part = dataset.sel(output=output)
        ranked = part.sortby(part["total_order" if "total_order" in names else names[0]], ascending=False)
        for parameter in ranked.parameter.values:
            one = ranked.sel(parameter=parameter)
            cells = (f"{one[name].item():.3f} ± {one[f'{name}_margin'].item():.3f}" for name in names)
            rows.append([output, parameter, *cells])
    return Grid(["output", "parameter", *(SENSITIVITY[name].symbol for name in names)], rows)
