"""What holds of joblib's worker processes wherever work is shared out."""

from __future__ import annotations

import warnings


def accept_replaced_workers() -> None:
    """Stay quiet when joblib replaces a worker.

    One whose worlds took much memory hands it back that way, and one that had nothing to do for long ends;
    joblib warns of both when work comes in.
    """
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs")
