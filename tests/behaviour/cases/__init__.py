"""The claims, in files that follow the sections of the dossier; each adds its `CASES`."""

import importlib
import pkgutil

from behaviour.case import Case

CASES: tuple[Case, ...] = tuple(
    case
    for module in pkgutil.iter_modules(__path__)
    for case in importlib.import_module(f"{__name__}.{module.name}").CASES
)
