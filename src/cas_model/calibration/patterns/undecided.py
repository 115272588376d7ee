"""Patterns that no world of this model can decide, each with the reason."""

from __future__ import annotations

from cas_model.calibration.patterns import not_measurable

not_measurable("P13", "Reinvention across zones",
    "50 % or more of distinct initiatives appear in 3 or more zones when diffusion is off",
    "S3 section 3.2.2",
    "initiatives are amounts of six kinds, which every council has: the criterion cannot fail")  # fmt: skip
not_measurable("P25", "City dominance",
    "A municipality with over half of a zone has more of the agenda of local government than of inhabitants",
    "S3 section 3.2.3",
    "local government is one cluster: a large town raises the cluster's influence (M23), and items of single "
    "municipalities are not held")  # fmt: skip
