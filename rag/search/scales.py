"""A library's own scale of confidence: a small file in its folder."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from rag.base.fitted import Points
from rag.base.types import Finding
from rag.search.confidence import Scale, shipped_scale

logger = logging.getLogger(__name__)

_FILE = "calibration.json"


def scale_for(
    folder: Path, identity: Mapping[str, str], *, reads: bool = False
) -> tuple[Scale, bool]:
    """The library's own scale if it has one for its models, else the shipped one.

    Also whether the scale was fitted for vectors of this identity, and with a reader or without.
    """
    scale = shipped_scale()
    try:
        values = json.loads((folder / _FILE).read_text("utf-8"))
        points = tuple((float(x), float(y)) for x, y in values["points"])
        own = dataclasses.replace(scale, identity=dict(values["identity"]))
        if values.get("reads", False) != reads:
            return scale, scale.fits(identity)
        own = (
            dataclasses.replace(own, read_points=points)
            if reads
            else dataclasses.replace(own, points=points)
        )
    except FileNotFoundError:
        return scale, scale.fits(identity)
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("%s cannot be used: %s", folder / _FILE, error)
        return scale, scale.fits(identity)
    return (own, True) if own.fits(identity) else (scale, scale.fits(identity))


def examined(scale: Scale, embedder: str, *, is_fitted: bool) -> Finding:
    """Whether confidence can be read as a chance with this embedder."""
    fitted_for = f"fitted for {scale.identity.get('embedder', 'no one embedder')}"
    if is_fitted:
        return Finding("confidence", ok=True, detail=fitted_for)
    detail = f"{fitted_for}, not calibrated for {embedder}"
    cure = "Run askpapers calibrate: it fits the confidence to this library."
    return Finding("confidence", ok=False, detail=detail, cure=cure)


def keep_scale(
    folder: Path,
    points: Points,
    questions: int,
    identity: Mapping[str, str],
    *,
    reads: bool = False,
) -> None:
    """Write the library's own scale, made with a reader's word or without.

    Who looks meanwhile sees the old file or the new one.
    """
    values = {"points": points, "questions": questions, "identity": dict(identity)}
    values |= {"reads": reads}
    draft = folder / f"{_FILE}.{os.getpid()}.tmp"
    draft.write_text(json.dumps(values, indent=1) + "\n", "utf-8")
    draft.replace(folder / _FILE)
