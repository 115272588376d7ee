"""The tables of a finished experiment for other tools: CSV files, or one netCDF file that xarray opens."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cas_model.config.declarations import OUTCOMES
from cas_model.config.errors import UsageError
from cas_model.experiments.experiment import read_experiment
from cas_model.experiments.ramp import STILL
from cas_model.experiments.sensitivity.folder import holds_sensitivity, read_folder
from cas_model.experiments.sensitivity.study import KIND

if TYPE_CHECKING:
    from xarray import Dataset

Manifest = Mapping[str, Any]
Tables = Mapping[str, pd.DataFrame]
NETCDF = "results.nc"
END_YEAR = 0
"""Year of the means over the last twelve months, as in the table of indices."""


def read_results(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Return manifest and tables of a finished experiment of any kind.

    Raises
    ------
    UsageError
        When the folder holds none, or one that has not ended.
    """
    return read_folder(folder) if holds_sensitivity(folder) else read_experiment(folder)


def export_csv(folder: Path) -> list[Path]:
    """Write every table of a finished experiment as CSV into its folder ``csv``."""
    _, tables = read_results(folder)
    target = folder / "csv"
    target.mkdir(exist_ok=True)
    paths = []
    for name, table in tables.items():
        beside = target / f".{name}.{os.getpid()}"
        table.to_csv(beside, index=False)
        paths.append(beside.replace(target / f"{name}.csv"))
    return paths


def export_netcdf(folder: Path) -> list[Path]:
    """Write the runs of a finished experiment as one netCDF file, ``results.nc``, into its folder.

    Raises
    ------
    UsageError
        When xarray or h5netcdf is not installed.
    """
    try:
        import h5netcdf  # noqa: F401
        import xarray  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"netCDF needs a package that is not installed ({error.name})", where="--format netcdf",
            allowed="csv works without it", fix="pip install 'cas-model[netcdf]'",
        ) from error  # fmt: skip
    data = results_dataset(*read_results(folder))
    beside = folder / f".{NETCDF}.{os.getpid()}"
    packed = {"zlib": True, "complevel": 4, "shuffle": True}
    try:
        data.to_netcdf(beside, engine="h5netcdf", encoding={str(name): packed for name in data.data_vars})
        return [beside.replace(folder / NETCDF)]
    finally:
        beside.unlink(missing_ok=True)


def results_dataset(manifest: Manifest, tables: Tables) -> Dataset:
    """Lay the runs of an experiment out as labelled arrays, one variable per outcome.

    Parameters
    ----------
    manifest, tables
        From `read_results`.

    Returns
    -------
    Dataset
        Float64, NaN where a run failed or an outcome is undefined. Sensitivity: ``(point, replicate, year)``,
        year 0 being the last twelve months, factors as coordinates of the points. Factorial:
        ``(cell, replicate)``, means of the last twelve months, factors as coordinates of the cells. Ramp:
        ``(cell, replicate, month)``, with the moved ``setting`` as coordinate of cells and months. Each
        outcome has ``units`` and ``long_name``; the manifest is in the attributes, nested parts as JSON.
    """
    kind = manifest["experiment"]["kind"]
    data = {"factorial": _factorial, "ramp": _ramp, KIND: _sensitivity}[kind](manifest, tables)
    for name, variable in data.data_vars.items():
        variable.attrs |= _about(str(name))
    data.attrs |= {key: _attribute(value) for key, value in manifest.items() if key != "experiment"}
    asked = {key: value for key, value in manifest["experiment"].items() if key not in ("factors", "cells")}
    data.attrs |= {f"experiment_{key}": _attribute(value) for key, value in asked.items()}
    data.attrs |= {"title": manifest["experiment"]["title"], "source": f"cas_model {manifest['version']}"}
    return data


def _attribute(value: Any) -> str | int | float:
    if isinstance(value, bool) or value is None or not isinstance(value, str | int | float):
        return json.dumps(value, ensure_ascii=False)
    return value


def _about(outcome: str) -> dict[str, Any]:
    if outcome not in OUTCOMES:
        return {"long_name": outcome, "units": "1"}
    declared = OUTCOMES[outcome]
    return {
        "long_name": declared.label, "units": declared.unit, "formula": declared.formula,
        "family": declared.family, "valid_min": declared.low, "valid_max": declared.high,
        "better": {1: "higher", -1: "lower"}.get(declared.direction, "neither"),
    }  # fmt: skip


def _texts(column: pd.Series) -> np.ndarray[Any, Any]:
    """Return a column as netCDF can hold it: texts as objects, numbers as they are."""
    values = column.to_numpy()
    return values if values.dtype.kind in "biuf" else np.asarray([str(v) for v in values], dtype=object)


def _sensitivity(manifest: Manifest, tables: Tables) -> Dataset:
    import xarray

    asked = manifest["experiment"]
    names, years = list(asked["outcomes"]), [int(year) for year in asked["years"]]
    shape = (int(asked["points"]), int(asked["replicates"]))
    design = tables["design"].sort_values(["point", "replicate"])
    address = design["run"].astype(str)
    runs, kept = (tables[name].astype({"run": str}) for name in ("runs", "years"))
    place = pd.Index(runs["run"]).get_indexer(pd.Index(address))
    ends = runs[names].to_numpy(dtype=float)
    # Failed runs have no row of years, so that reindexing leaves them undefined.
    wanted = pd.MultiIndex.from_product([runs["run"], years], names=["run", "year"])
    yearly = kept.set_index(["run", "year"]).reindex(wanted)[names].to_numpy(dtype=float)
    values = np.concatenate([ends[:, None], yearly.reshape(len(runs), len(years), len(names))], axis=1)
    values = values[place].reshape(*shape, 1 + len(years), len(names))
    at_runs = runs.iloc[place]
    at_points = at_runs.iloc[:: shape[1]]
    both = ("point", "replicate")
    coordinates: dict[str, Any] = {
        "point": np.arange(shape[0]),
        "replicate": np.arange(shape[1]),
        "year": ("year", [END_YEAR, *years], {"long_name": "policy year; 0 is the last twelve months"}),
        "run": (both, _texts(address).reshape(shape), {"long_name": "content address of the run"}),
        "seed": (both, design["seed"].to_numpy().reshape(shape)),
        "status": (both, _texts(at_runs["status"]).reshape(shape)),
    }
    for key, about in asked["factors"].items():
        coordinates[key] = ("point", _texts(at_points[key]), {"long_name": key, **about})
    variables = {name: ((*both, "year"), values[..., i]) for i, name in enumerate(names)}
    return xarray.Dataset(variables, coordinates)


def _status(runs: pd.DataFrame, cells: list[str], replicates: int) -> dict[str, Any]:
    single = runs.drop_duplicates(["cell", "replicate"]).set_index(["cell", "replicate"])
    order = pd.MultiIndex.from_product([cells, range(replicates)])
    single.index = pd.MultiIndex.from_arrays(
        [single.index.get_level_values(0).astype(str), single.index.get_level_values(1)]
    )
    rows, shape, both = single.loc[order], (len(cells), replicates), ("cell", "replicate")
    return {
        "cell": np.asarray(cells, dtype=object),
        "replicate": np.arange(replicates),
        "seed": (both, rows["seed"].to_numpy().reshape(shape)),
        "status": (both, _texts(rows["status"]).reshape(shape)),
    }


def _factorial(manifest: Manifest, tables: Tables) -> Dataset:
    import xarray

    asked, runs = manifest["experiment"], tables["runs"]
    cells, replicates = list(asked["cells"]), int(asked["replicates"])
    coordinates = _status(runs, cells, replicates)
    for position, (factor, levels) in enumerate(asked["factors"].items()):
        own = [asked["cells"][cell][position] for cell in cells]
        about = {"long_name": factor, "levels": json.dumps(levels, ensure_ascii=False)}
        coordinates[factor] = ("cell", np.asarray(own, dtype=object), about)
    variables = {}
    for name, rows in runs[runs["value"].notna()].groupby("outcome", observed=True):
        wide = rows.pivot_table(index="cell", columns="replicate", values="value", observed=True)
        full = wide.reindex(index=cells, columns=range(replicates))
        variables[str(name)] = (("cell", "replicate"), full.to_numpy(dtype=float))
    return xarray.Dataset(variables, coordinates)


def _ramp(manifest: Manifest, tables: Tables) -> Dataset:
    import xarray

    asked, series = manifest["experiment"], tables["series"]
    cells, replicates = list(asked["cells"]), int(asked["replicates"])
    coordinates = _status(tables["runs"], cells, replicates)
    months = np.arange(int(series["month"].max()) + 1)
    ramp = asked["ramp"]
    moved = tables["settings"].pivot_table(index="route", columns="month", values="setting", observed=True)
    moved.index = moved.index.astype(str)
    moved.loc[STILL] = ramp["low"]
    about = {"long_name": ramp["moves"], "low": ramp["low"], "high": ramp["high"]}
    coordinates["month"] = ("month", months, {"long_name": "policy month; 0 is the first", "units": "months"})
    setting = moved.reindex(index=cells, columns=months).to_numpy(dtype=float)
    coordinates["setting"] = (("cell", "month"), setting, about)
    order = pd.MultiIndex.from_product([cells, range(replicates)])
    variables = {}
    for name, rows in series.groupby("outcome", observed=True):
        wide = rows.pivot_table(
            index=["cell", "replicate"], columns="month", values="value", observed=True
        ).reindex(index=order, columns=months)
        values = wide.to_numpy(dtype=float).reshape(len(cells), replicates, len(months))
        variables[str(name)] = (("cell", "replicate", "month"), values)
    return xarray.Dataset(variables, coordinates)
