"""foedus --install-completion."""

from pathlib import Path
from typing import Literal

from cyclopts.completion.detect import ShellDetectionError, detect_shell
from cyclopts.completion.install import add_to_rc_file

from .app import app

Shell = Literal["bash", "zsh", "fish"]
STARTUP = {"bash": ".bashrc", "zsh": ".zshrc"}  # fish looks for completions by itself


def install_completion(*, shell: Shell | None = None) -> None:
    """Have the shell complete commands, options and their values, and say what was written where.

    Parameters
    ----------
    shell
        whose completion it is [default: the shell that this runs in]
    """
    if shell is None:
        shell = _running_shell()
    try:
        script = app.install_completion(shell=shell, add_to_startup=False)
        added = shell != "fish" and add_to_rc_file(script, app.name[0], shell)
    except OSError as error:
        raise OSError(f"{error.filename} could not be written: {error.strerror}") from error
    words = f"wrote {script}"
    if shell in STARTUP:
        startup = Path.home() / STARTUP[shell]
        words += f" and a line in {startup}" if added else f"; {startup} loads it already"
    print(f"{words}; a new {shell} completes foedus")


def _running_shell() -> Shell:
    """Return the shell that this runs in; raise ValueError if it is none that can be told or helped."""
    try:
        shell = detect_shell()
    except ShellDetectionError:
        raise ValueError("this shell is not known; name one with --shell: bash, zsh or fish") from None
    if shell not in ("bash", "zsh", "fish"):
        raise ValueError(f"there is no completion for {shell}; name a shell with --shell: bash, zsh or fish")
    return shell
