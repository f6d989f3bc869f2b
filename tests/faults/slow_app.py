"""The worker of the fault tests: the real one, but drawing waits while the file ``hold`` is there.

``drawing-PID`` tells the test which process has begun. Started by ``celery --app tests.faults.slow_app``.
"""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from celery.signals import worker_init

from schools import wall

# In the tests' cluster the app may become the arranger, which a worker refuses: tests/schools/test_wall.py.
wall.refuse_wrong_role = lambda: None  # type: ignore[assignment,misc]

from esafety.celery import app  # noqa: E402

__all__ = ["app"]

FOLDER = Path(os.environ["FAULTS_FOLDER"])


@worker_init.connect
def make_drawing_slow(**_: object) -> None:
    """Put the wait in front of the real drawing, in the worker alone."""
    from dispatch import rendering  # noqa: PLC0415

    really_draw = rendering.draw

    def draw(template: str, snapshot: Mapping[str, object]) -> rendering.DrawnPdf:
        if (FOLDER / "hold").exists():
            (FOLDER / f"drawing-{os.getpid()}").touch()
            while (FOLDER / "hold").exists():
                time.sleep(0.02)
        return really_draw(template, snapshot)

    rendering.draw = draw
