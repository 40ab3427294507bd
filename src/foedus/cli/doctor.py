"""foedus doctor."""

from ..model import Model
from .progress import waiting
from .screens import screen, show_facts


def doctor(*, model: Model) -> int:
    """Check this installation: the libraries that foedus uses, and whether it solves known games correctly.

    With --model, check your own game: whether it gives the same results compiled and in plain Python, how
    often each of its codes (such as regimes) occurs, and how long it takes to solve a game.

    Each check prints one line. All checks take a few seconds, or up to four minutes if code must be compiled
    first. If a check fails, the exit code is 1, and a last line says what to do.
    """
    console = screen(soft_wrap=True)  # so that a path can be copied in one piece
    if model.built_in:
        from ..alliance.doctor import examine, facts  # other commands do not need it

        show_facts(facts())
        console.print()
        findings = examine()
    else:
        from ..solving.doctor import examine_model

        findings = examine_model(model)
    failed = []
    with waiting("checking"):
        for finding in findings:
            console.print(f"{'✓' if finding.passed else '✗'} {finding.name}: {finding.words}")
            if not finding.passed:
                failed.append(finding)
    if not failed:
        console.print("\nall is well")
        return 0
    remedies = "; ".join(dict.fromkeys(finding.remedy for finding in failed))
    count = f"{len(failed)} check{'s' if len(failed) > 1 else ''}"
    console.print(f"\n{count} failed. What to do: {remedies}")
    return 1
