"""The colours of regimes and crises, on the screen and on paper."""

from ..alliance.tables import Crisis, Regime
from ..model.outcomes import Code

# Told apart in grey print and by colour-blind readers: lightness differs by 15 (CIE L*) between regimes
# that meet in maps and by 10 between any two, colour by 20 (CIE Lab) whatever cone is missing. The
# lightness zigzags along the order of the codes because neighbours in it are those that meet most;
# self-reliance, where nothing happens, is nearly paper.
REGIME_COLOURS: dict[Code, str] = {
    Regime.REVISION: "#9c1c26",
    Regime.RESTRAINT: "#ee8a44",
    Regime.SELF_RELIANCE: "#fbf5df",
    Regime.DETERRENCE: "#377dbf",
    Regime.PARTIAL: "#7dcfd6",
    Regime.CONCESSION: "#2d1f60",
}
# each has the colour of the regime that it makes where there is no alliance
CRISIS_COLOURS: dict[Code, str] = {
    Crisis.ALLY_CHALLENGES: REGIME_COLOURS[Regime.REVISION],
    Crisis.QUIET: REGIME_COLOURS[Regime.SELF_RELIANCE],
    Crisis.CHALLENGER_CHALLENGES: REGIME_COLOURS[Regime.CONCESSION],
}
COLOURS: dict[type[Code], dict[Code, str]] = {Regime: REGIME_COLOURS, Crisis: CRISIS_COLOURS}
