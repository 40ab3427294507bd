"""The accessor `ds.foedus` of a Dataset: pictures, slices and shares of the regimes."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ..io.dataset import check_ours, coded, may_be_codes, model_of, no_codes, variable
from ..maps.adaptive import REGIME_NAME, SHARE, kept_step
from ..model import UNSOLVED
from .places import nearest
from .selection import forms_of

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure


class Accessor:
    """Pictures, slices and shares of a Dataset that foedus made, as ``ds.foedus``.

    It is available once xarray and foedus (or foedus.io) are imported, in either order. Each method raises
    TypeError if the Dataset was not made by foedus.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> ds = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 32), "status_quo": [0.3, 0.5, 0.7]})
    >>> ds.foedus.at(ally_cost=0.3, status_quo=0.5).regime.item() == foedus.Regime.RESTRAINT
    True
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def plot(
        self,
        variable: str | Sequence[str] | None = None,
        *,
        at: Mapping[str, float | str] | None = None,
        region: Mapping[str, tuple[float, float]] | None = None,
        **options: Any,
    ) -> "Figure":
        """Draw a variable, or several along one axis: `foedus.plot` of the Dataset, with all its options.

        Examples
        --------
        >>> import foedus
        >>> ds = foedus.sweep({"ally_cost": [0.1, 0.2, 0.4, 0.8], "status_quo": [0.4, 0.6]})
        >>> ds.foedus.plot("pledge", at={"status_quo": 0.4}).axes[0].get_xlabel()
        "ally's cost of arms, $c_{A}$ (good per unit of arms)"
        """
        from .plots import plot

        return plot(check_ours(self._dataset), variable, at=at, region=region, **options)

    def at(self, **parameters: float | str) -> xr.Dataset:
        """Return the games nearest to these values on the axes of the Dataset.

        Parameters
        ----------
        **parameters
            a value for each axis that you name, within the range of this axis; and a ``contest``, if several
            are compared

        Returns
        -------
        xarray.Dataset
            The axes that you do not name are its dimensions. For each axis that you name, the value found is
            a scalar coordinate. Variables of the map as a whole, such as boundaries and shares, are kept.

        Raises
        ------
        TypeError
            if a value is not a number.
        ValueError
            if there is no such axis, a value is outside its axis, or the games are scattered.

        Examples
        --------
        >>> import foedus
        >>> ds = foedus.sweep({"ally_cost": [0.1, 0.3, 1.0], "status_quo": [0.4, 0.6]})
        >>> one = ds.foedus.at(ally_cost=0.4, status_quo=0.59)
        >>> one.ally_cost.item(), one.status_quo.item()
        (0.3, 0.6)
        """
        dataset = check_ours(self._dataset)
        if "game" in dataset.dims:
            raise ValueError("at: scattered games (dim 'game') have no axes; select games with isel")
        axes = [str(dim) for dim in dataset.dims if dim in model_of(dataset).by_name]
        return dataset.isel(nearest(dataset, axes, parameters))

    def to_dataframe(self) -> "pandas.DataFrame":
        """Return a table with a row for each game: first the columns that say which case it is, such as a
        country, then its parameters and outcomes. Codes appear as their names.

        Codes are categories with the names of the codes, in the order of their numbers. Games that
        `Dataset.where` has left out have no code.

        Raises
        ------
        ValueError
            if the Dataset has no outcomes, or values that are not codes where there should be codes.

        Examples
        --------
        >>> import foedus
        >>> ds = foedus.sweep({"ally_cost": [0.3, 1.0]}, variables=["regime"])
        >>> ds.foedus.to_dataframe()[["ally_cost", "regime"]]
           ally_cost      regime
        0        0.3   restraint
        1        1.0  deterrence
        """
        import pandas as pd

        dataset = check_ours(self._dataset)
        model = model_of(dataset)
        found = [name for name in dataset.data_vars if name in model.kept]
        if not found:
            raise ValueError("the Dataset has no outcomes, so it has no table")
        known = dataset[found]
        for name in found:
            if codes := model.kept[str(name)].codes:
                known[name] = coded(known[name], codes)
        table = known.to_dataframe().reset_index()
        for name in found:
            if codes := model.kept[str(name)].codes:
                order = codes.everything()
                places = {int(code): place for place, code in enumerate(order)}
                numbers = [places.get(int(number), -1) for number in table[name]]
                table[name] = pd.Categorical.from_codes(numbers, [code.name.lower() for code in order])
        others = [name for name in table.columns if name not in found]
        others.sort(key=lambda name: name in model.by_name)  # else they stay in order
        return table[[*others, *found]]

    def shares(self) -> xr.DataArray:
        """Return the share of the games in each regime, for each form if forms are compared.

        If the Dataset is lazy, the regimes are computed in one pass. The shares of a whole adaptive map count
        all points of its grid, even if the map keeps only some of them. Games that `Dataset.where` has left
        out do not count; if there are any, the attribute ``masked_games`` gives their number.

        Returns
        -------
        xarray.DataArray
            Its dimensions are those of the forms, if any, and ``regime_name``. If some games are unsolved,
            the first regime is ``unsolved``.

        Raises
        ------
        ValueError
            if the Dataset has no regimes, or its regimes are not codes, for example after taking a mean.

        Examples
        --------
        >>> import foedus
        >>> ds = foedus.sweep({"ally_cost": [0.1, 0.3, 0.3, 1.0]}, variables=["regime"])
        >>> ds.foedus.shares().sel(regime_name="restraint").item()
        0.5
        """
        dataset = check_ours(self._dataset)
        model = model_of(dataset)
        mapped = model.mapped.name
        if mapped not in dataset or not dataset[mapped].size:
            raise ValueError("the Dataset has no regimes, so it has no shares")
        regime = dataset[mapped]
        forms = [dim for dim in forms_of(dataset) if dim in regime.dims]
        if "adaptive" in dataset.attrs:
            shape = [int(size) for size in dataset.attrs["adaptive"]]
            if regime.shape == tuple(math.ceil(size / kept_step(shape)) for size in shape):
                return dataset.share.reset_coords(drop=True)
        games = [dim for dim in regime.dims if dim not in forms]
        # comparing with int8 is five times as fast as comparing with a member of an enumeration
        codes = model.codes.everything()
        counts = {code.name: (regime == np.int8(code)).sum(games) for code in codes}
        found = xr.Dataset(counts | {"masked": regime.isnull().sum(games)}).compute()
        kept = [code for code in codes if code != UNSOLVED or found[code.name].any()]
        masked, known = int(found.masked.sum()), found.drop_vars("masked").to_dataarray().sum("variable")
        if int(known.sum()) + masked != regime.size or not may_be_codes(regime.dtype, masked > 0):
            raise no_codes(mapped)
        if not known.all():
            raise ValueError("all games are masked (left out by where), so there are no shares")
        names = variable(("regime_name",), np.array([code.name.lower() for code in kept]), REGIME_NAME)
        each = (found[[code.name for code in kept]] / known).reset_coords(drop=True)
        shares = each.to_dataarray("regime_name", "share").assign_coords(regime_name=names)
        shares = shares.transpose(*forms, "regime_name").astype(float)
        told = {"masked_games": masked} if masked else {}
        return shares.assign_attrs(SHARE.attributes | told)
