"""The tables of a finished sensitivity experiment for other tools: CSV files, or one netCDF file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.experiments.sensitivity.folder import read_folder

NETCDF_FILE = "runs.nc"


def export_csv(folder: Path) -> list[Path]:
    """Write the tables of a finished experiment as CSV into its folder ``csv``."""
    _, tables = read_folder(folder)
    target = folder / "csv"
    target.mkdir(exist_ok=True)
    paths = []
    for name, table in tables.items():
        beside = target / f".{name}.{os.getpid()}"
        table.to_csv(beside, index=False)
        paths.append(beside.replace(target / f"{name}.csv"))
    return paths


def export_netcdf(folder: Path) -> Path:
    """Write all runs of a finished experiment as one netCDF file, `NETCDF_FILE` in its folder.

    Dimensions are ``run`` and, when the experiment keeps years, ``year``. Factors, seed and status are
    coordinates of ``run``. Each outcome is a variable of the last twelve months; ``<outcome>_by_year`` holds
    its yearly means. Variables carry ``long_name`` and ``units``, the file the manifest.

    Raises
    ------
    UsageError
        The extra ``netcdf`` is not installed, or the experiment has not ended.
    """
    try:
        import h5netcdf  # noqa: F401  (the engine and what it writes with, missed only when xarray writes)
        import h5py  # noqa: F401
        import xarray as xr
    except ImportError:
        raise UsageError(
            "writing netCDF needs the packages xarray, h5netcdf and h5py", where="export --netcdf",
            fix="pip install 'cas-model[netcdf]', or use --csv",
        ) from None  # fmt: skip
    manifest, tables = read_folder(folder)
    runs, years = tables["runs"].set_index("run"), tables["years"]
    outcomes = [name for name in years.columns if name not in ("run", "year")]
    about = ("problem", "trace", "replay")
    coordinates = {
        name: ("run", _plain(runs[name])) for name in runs.columns if name not in (*outcomes, *about)
    }
    variables: dict[str, Any] = {
        name: ("run", runs[name].to_numpy(dtype=float), _attributes(name)) for name in outcomes
    }
    if len(years):
        for name in outcomes:
            table = years.pivot_table(values=name, index="run", columns="year", dropna=False)
            values = table.reindex(runs.index).to_numpy(dtype=float)
            attributes = _attributes(name)
            attributes["long_name"] += ", mean of the policy year"
            variables[f"{name}_by_year"] = (("run", "year"), values, attributes)
            coordinates["year"] = ("year", table.columns.to_numpy(dtype=np.int16))
    coordinates["run"] = ("run", _plain(pd.Series(runs.index)))
    facts = {key: value if isinstance(value, (str, int, float)) else json.dumps(value)
             for key, value in manifest.items() if value is not None}  # fmt: skip
    data = xr.Dataset(variables, coordinates, facts)
    beside = folder / f".{NETCDF_FILE}.{os.getpid()}"
    data.to_netcdf(beside, engine="h5netcdf")
    return beside.replace(folder / NETCDF_FILE)


def _plain(values: pd.Series) -> Any:
    """Return numbers as they are, and anything else as text, which is what netCDF knows."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.to_numpy()
    return values.astype(str).to_numpy(dtype=object)


def _attributes(name: str) -> dict[str, str]:
    if name not in OUTCOMES:
        return {"long_name": name, "units": ""}
    return {"long_name": f"{OUTCOMES[name].label}, Flanders", "units": OUTCOMES[name].unit}
