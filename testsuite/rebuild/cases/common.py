"""What the rebuild tests share: the driver, and the sets of its sources."""

from pathlib import Path

DRIVER = Path(__file__).resolve().parent.parent / "driver"

ALPHA = ["alpha.c"]
BETA = ["beta_main.c", "parts/helper.c"]
GAMMA = ["nested/gamma.c"]
ALL = sorted(ALPHA + BETA + GAMMA)
MODULES = ["alpha", "beta", "gamma"]
