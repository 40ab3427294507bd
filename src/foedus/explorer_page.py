"""The page of `foedus explore`, and the server that shows it."""

import contextlib
import functools
import html
import importlib.resources
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import panel as pn
from bokeh.events import MouseLeave, MouseMove, Tap
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    CustomJSTickFormatter,
    FixedTicker,
    LinearColorMapper,
)
from bokeh.plotting import figure
from tornado.web import HTTPError, RequestHandler

from . import explorer
from .article import CLAIMS
from .equilibrium import Equilibrium, solve
from .explorer import DEFAULT, DOWNLOADS, Frame, StaleError, View
from .game import check_parameter, make_game
from .io.schema import CONTESTS, PARAMETERS, VARIABLES, Decision, Player, Regime
from .plots import REGIME_COLOURS, edges_of

PAUSE = 0.12  # seconds without a change, after which what takes longer is shown, too
