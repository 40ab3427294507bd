"""foedus doctor."""

from ..model import Model
from .progress import waiting
from .screens import screen, show_facts


def doctor(*, model: Model) -> int:
    """Tell what foedus runs on here, and whether it solves games right.

    Known games are solved again, and each check is a line. A few seconds, and up to two minutes where kernels
    must be compiled first. Ends with exit code 1 if a check fails, and a line that says what to do.
    """
    from ..alliance.doctor import examine, facts  # which few runs need

    console = screen(soft_wrap=True)  # a path that is copied stays in one piece
    show_facts(facts())
    console.print()
    words = "checking; kernels that are not compiled yet take up to two minutes"
    failed = []
    with waiting(words):
        for finding in examine():
            console.print(f"{'✓' if finding.passed else '✗'} {finding.name}: {finding.words}")
            if not finding.passed:
                failed.append(finding)
    if not failed:
        console.print("\nall is well")
        return 0
    remedies = "; ".join(dict.fromkeys(finding.remedy for finding in failed))
    console.print(f"\nwrong: {len(failed)}. What to do: {remedies}")
    return 1
