"""The command line: all commands of foedus, and their errors and exit codes."""

import gc
import importlib
import os
import sys
import warnings
from collections.abc import Collection

import cyclopts

from ..model import Model
from ..system.libraries import Broken, cause_and_fix
from ..version import __version__
from .models import OPTION, model_named, option_of
from .options import VERBOSE, for_model, unknown_option
from .screens import complain, mind_streams

HELP = "Solve the alliance game of a superpower, its ally and a challenger exactly, or a game of your own."

COMPLETION = "--install-completion"
TASKS = {
    "Solve games": ("solve", "points", "map", "compare"),
    "Look at results": ("plot", "explore", "info"),
    "Ask what matters": ("cutpoints", "statics", "sensitivity", "claims"),
    "Your own game, and this installation": ("new", "check", "doctor"),
}
COMMANDS = [name for names in TASKS.values() for name in names]


def application(model: Model, commands: Collection[str] = COMMANDS) -> cyclopts.App:
    """Return the command line, with options from the tables of a model."""
    app = cyclopts.App(
        name="foedus",
        help=f"Solve games exactly. {model.title}." if model.file else HELP,
        version=__version__,
        group_commands=cyclopts.Group("This program", sort_key=len(TASKS)),
        default_parameter=cyclopts.Parameter(negative=""),
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
    )
    groups = [cyclopts.Group(task, sort_key=place) for place, task in enumerate(TASKS)]
    for group in groups:
        for name in TASKS[group.name]:
            if name in commands:
                command = getattr(importlib.import_module(f".{name}", __package__), name)
                app.command(for_model(command, model), group=group, sort_key=COMMANDS.index(name))
    app.register_install_completion_command(
        COMPLETION,
        help="Make the shell complete commands, options and values; with --model, also the options and "
        "values of your game.",
    )
    return app


def main() -> None:
    """Run the command line and exit: 0 done, 1 something is wrong here, 2 bad input, 130 interrupted."""
    output = mind_streams()
    warnings.formatwarning = lambda message, *_, **__: f"foedus: {message}\n"  # no line of code with it
    code = run(sys.argv[1:])
    if output.failure:
        code = complain(f"the output could not be written: {output.failure.strerror}", code or 1)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. An error is one line, without a traceback."""
    gc.set_threshold(100_000)  # imports leave little garbage, but looking for it takes a tenth of the time
    try:
        # import only the command that is run, or all of them for the list of commands
        if arguments[:1] == ["check"] and arguments[1:] and not arguments[1].startswith("-"):
            arguments = ["check", OPTION, *arguments[1:]]  # the user may name the model without the option
        asked = [name for name in COMMANDS if name in arguments[:1]] or COMMANDS
        model = model_named(arguments)
        app = application(model, asked)
        # --install-completion belongs to the parser, which does not know --model
        code = app(option_of(arguments)[1] if arguments[:1] == [COMPLETION] else arguments)
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        return complain(str(stop) or "interrupted; no half-written file is left", 130)
    except BrokenPipeError:  # the reader of the pipe has closed it; the interpreter must not complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except cyclopts.UnusedCliTokensError as error:
        spare = " ".join(error.unused_tokens or [])
        return complain(f"the command does not take {spare!r}; --help shows its arguments", 2)
    except cyclopts.UnknownOptionError as error:
        return complain(unknown_option(error, model), 2)
    except OSError as error:
        system = error.filename and error.strerror  # the words of the operating system
        return complain(f"{error.filename}: {error.strerror}" if system else str(error), 2)
    except (cyclopts.CycloptsError, ValueError, TypeError) as error:
        whole = getattr(error, "whole", "")  # numba's whole message about a model's kernel
        if whole and VERBOSE in arguments:
            print(whole, file=sys.stderr)
        return complain(
            f"{error}{f' ({VERBOSE} tells more)' if whole and VERBOSE not in arguments else ''}", 2
        )
    except Broken as error:
        if isinstance(error, ModuleNotFoundError) and not error.name:  # our own message: an extra is missing
            return complain(str(error), 2)
        told = cause_and_fix(error)
        if told is None:
            raise
        return complain("; ".join(told), 1)
    except MemoryError:
        return complain("there is not enough memory for a run of this size", 2)
    return code or 0
