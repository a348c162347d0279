"""How long the searches with made-up input go on: seconds in CI, longer where it is asked for.

    ASKPAPERS_FUZZ=100 python -m pytest tests/test_fuzz.py tests/index/test_library_machine.py

tries a hundred times as many examples.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

LONGER = max(1, int(os.environ.get("ASKPAPERS_FUZZ", "1")))


def tries(examples: int) -> settings:
    """That many examples, or as many times more as are asked for; the same ones each time in CI."""
    return settings(
        max_examples=examples * LONGER,
        deadline=None,
        derandomize=LONGER == 1,
        phases=[phase for phase in Phase if phase != Phase.shrink or LONGER > 1],
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
