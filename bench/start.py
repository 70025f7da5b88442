"""Start-up of the command beside that of its bare libraries: a ratio taken in one run."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

REPEATS = 7
PARTS = {
    "import typer, rich": ("-c", "import typer, rich"),
    "cx-impact --version": ("-m", "impact", "--version"),
    "cx-impact --help": ("-m", "impact", "--help"),
}


def seconds(arguments: tuple[str, ...]) -> float:
    """Median wall seconds of a fresh interpreter run with these arguments."""
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return median(taken)


def main() -> None:
    """Prints a table: what was started, its seconds, and how many times the bare libraries'."""
    measured = {part: seconds(arguments) for part, arguments in PARTS.items()}
    bare = measured["import typer, rich"]
    print(f"{'start-up':<24}{'seconds':>10}{'ratio':>8}")
    for part, taken in measured.items():
        print(f"{part:<24}{taken:>10.3f}{taken / bare:>8.2f}")


if __name__ == "__main__":
    main()
