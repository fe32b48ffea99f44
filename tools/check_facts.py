"""Refuse facts without unit, evidence, basis and source, and names that lead nowhere.

Lists every problem with its file and path and leaves with 1; says how much was checked and leaves
with 0 when there is none.
"""

from __future__ import annotations

import sys

from risorius.anatomy.check import FACTS, check_facts


def main() -> int:
    """Check the facts of the package."""
    problems = check_facts()
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problems in the facts.", file=sys.stderr)
        return 1
    print(f"facts: {len(list(FACTS.glob('*.yaml')))} files, no problem.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
