"""Say how hard a muscle must pull for its published travel: ``tension`` of flesh/data/flesh.yaml.

    python tools/fit_tensions.py [CHANNEL ...]

Prints for each channel the travel it is meant to have, the one it has, and the tension that would
bring it about. Nothing is written: what a muscle does next to others is for a person to judge.
"""

from __future__ import annotations

import argparse

from risorius.errors import InputError
from risorius.head import load_head
from risorius.skin.flesh import make_flesh
from risorius.skin.flesh.gains import aim_of, alone, fit_tension, reach_of
from risorius.skin.flesh.material import load_flesh


def main() -> None:
    """Solve channel after channel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("channels", nargs="*", metavar="CHANNEL", help="such as zygomaticus_major")
    flesh, table = make_flesh(load_head()), load_flesh()["tension"]
    channels = parser.parse_args().channels or list(table)
    if strange := sorted(set(channels) - set(table)):
        raise InputError(f"no tension is known of {', '.join(strange)}.")
    print(f"{'channel':45} {'meant':>6} {'has':>6} {'tension':>8} {'fitted':>8}")
    for channel in channels:
        has = reach_of(flesh, channel, flesh.settle(alone(flesh, channel)))
        fitted = fit_tension(flesh, channel, guess=table[channel])
        told = f"{aim_of(channel):6.2f} {has:6.2f} {table[channel]:8.0f} {fitted:8.0f}"
        print(f"{channel:45} {told}", flush=True)


if __name__ == "__main__":
    main()
