"""foedus doctor."""

from ..model import Model
from .progress import waiting
from .screens import screen, show_facts


def doctor(*, model: Model) -> int:
    """Tell what foedus runs on here, and whether it solves games right.

    With --model, tell whether a game of your own is the same compiled and as plain Python, which codes occur,
    and how long a game takes.

    Known games are solved again, and each check is a line. A few seconds, and up to two minutes where kernels
    must be compiled first. Ends with exit code 1 if a check fails, and a line that says what to do.
    """
    console = screen(soft_wrap=True)  # a path that is copied stays in one piece
    if model.built_in:
        from ..alliance.doctor import examine, facts  # which few runs need

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
    console.print(f"\nwrong: {len(failed)}. What to do: {remedies}")
    return 1
