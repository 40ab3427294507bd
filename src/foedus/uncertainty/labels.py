"""The labels of an analysis of sensitivity. Reading and drawing one does not need SciPy."""

from ..model import Label, table

OUTPUT = "units of the output"

_INDICES = (
    Label("first_order", "S_i", "1", "share of the variance by the parameter alone"),
    Label("total_order", "S_Ti", "1", "share of the variance by the parameter, with all interactions"),
    Label("second_order", "S_ij", "1", "share of the variance by the interaction of two parameters"),
    Label("morris_absolute_mean", "mu^*", OUTPUT, "mean of the absolute elementary effects"),
    Label("pawn", "PAWN", "1", "median change of the output's distribution if the parameter is fixed"),
    Label("delta", "delta", "1", "mean change of the output's density if the parameter is fixed"),
)

SENSITIVITY = table(
    Label("output", "", "1", "output"),
    Label("parameter", "", "1", "parameter"),
    Label("other_parameter", "", "1", "the other parameter of a pair"),
    Label("samples", "N", "1", "samples"),
    Label("distribution", "", "1", "distribution of the parameter, as in a run file"),
    Label("output_units", "", "1", "units of the output"),
    *_INDICES,
    *(
        Label(f"{index.name}_margin", "", index.units, f"margin of the {index.long_name}")
        for index in _INDICES
    ),
    Label("morris_mean", "mu", OUTPUT, "mean of the elementary effects"),
    Label("morris_deviation", "sigma", OUTPUT, "standard deviation of the elementary effects"),
    Label("mean", "", OUTPUT, "mean of the output"),
    Label("mean_low", "", OUTPUT, "mean over the lowest tenth of the parameter"),
    Label("mean_high", "", OUTPUT, "mean over the highest tenth of the parameter"),
    Label("regime_name", "", "1", "regime"),
    Label("probability", "P", "1", "probability of the regime"),
    Label("probability_low", "", "1", "lower end of the 95 % interval of the probability"),
    Label("probability_high", "", "1", "upper end of the 95 % interval of the probability"),
)
