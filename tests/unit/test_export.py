"""Export: netCDF and CSV say what the Parquet tables say, with units; documented queries work."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray

from cas_model.cli import run_command
from cas_model.config.declarations import OUTCOMES
from cas_model.experiments.export import NETCDF, read_results, results_dataset
from cas_model.experiments.registries import load_registries

load_registries()

ROOT = Path(__file__).parents[2]
RUN = """
title = "t"
question = "q"
source = "s"
[run]
burn_in = 12
persons_per_agent = 2000
territory = "small"
"""
WORLDS = (
    RUN
    + """
months = 12
[design]
kind = "sensitivity"
method = "sobol"
n = 4
second_order = false
[factors]
"parameters.trust_gain" = {}
"principles.joint_vision" = {}
"adaptation.learning" = {}
[outcomes]
primary = ["coordinated_care_coverage", "mean_trust"]
measured = ["spending"]
"""
)
TWO_BY_TWO = (
    RUN
    + """
months = 12
[design]
kind = "factorial"
[[factors]]
name = "governance"
levels = [{ name = "now", scenario = "status_quo" }, { name = "local", scenario = "decentralised" }]
[[factors]]
name = "shock"
levels = [{ name = "calm" }, { name = "struck", shocks = [{ kind = "pandemic", start_month = 2 }] }]
[outcomes]
primary = ["coordinated_care_coverage", "spending"]
"""
)
RAMP = (
    RUN
    + """
[design]
kind = "ramp"
[ramp]
moves = "governance.turbulence"
low = 0.0
high = 1.5
settle = 12
after = 12
routes = [{ name = "there and back", up = 6, hold = 2, down = 4 }, { name = "stay", up = 3 }]
[outcomes]
primary = ["implementation_rate"]
"""
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One finished experiment of each kind, exported to netCDF by the command."""
    made = {}
    for kind, text in (("sensitivity", WORLDS), ("factorial", TWO_BY_TWO), ("ramp", RAMP)):
        folder = tmp_path_factory.mktemp(kind)
        (folder / "spec.toml").write_text(text, encoding="utf-8")
        out = folder / "r"
        words = ["experiment", "run", str(folder / "spec.toml"), "--out", str(out), "--jobs", "1"]
        assert run_command([*words, "--replicates", "2", "--no-report"]) == 0
        assert run_command(["experiment", "export", str(out), "--format", "netcdf"]) == 0
        made[kind] = out
    return made


def opened(folder: Path) -> xarray.Dataset:
    with xarray.open_dataset(folder / NETCDF, engine="h5netcdf") as data:
        return data.load()


@pytest.mark.parametrize("kind", ["sensitivity", "factorial", "ramp"])
def test_units_manifest_and_factors_travel_with_the_data(folders: dict[str, Path], kind: str) -> None:
    data = opened(folders[kind])
    manifest, _ = read_results(folders[kind])
    assert data.data_vars
    for name, variable in data.data_vars.items():
        assert variable.attrs["units"] == OUTCOMES[str(name)].unit
        assert variable.attrs["long_name"] == OUTCOMES[str(name)].label
        assert np.isfinite(variable).any()
    assert data.attrs["code_hash"] == manifest["code_hash"]
    assert json.loads(data.attrs["seeds"]) == manifest["seeds"]
    assert data.attrs["experiment_kind"] == kind
    for factor in manifest["experiment"]["factors"]:
        assert data[factor].dims == (("point",) if kind == "sensitivity" else ("cell",))
    assert set(data["status"].to_numpy().ravel()) == {"done"}


def test_a_sensitivity_experiment_comes_back_run_by_run(folders: dict[str, Path]) -> None:
    data, (manifest, tables) = opened(folders["sensitivity"]), read_results(folders["sensitivity"])
    runs = tables["runs"].set_index(tables["runs"]["run"].astype(str))
    years = tables["years"].assign(run=tables["years"]["run"].astype(str)).set_index(["run", "year"])
    design = tables["design"]
    assert dict(data.sizes) == {"point": 20, "replicate": 2, "year": 2}
    assert len(design) == 40
    for point, replicate, seed, run in design.astype({"run": str}).itertuples(index=False):
        here = data.sel(point=point, replicate=replicate)
        assert (here["seed"].item(), here["run"].item()) == (seed, run)
        for key in manifest["experiment"]["factors"]:
            assert here[key].item() == runs.loc[run, key]
        for name in ("mean_trust", "coordinated_care_coverage", "spending"):
            assert here[name].sel(year=0).item() == runs.loc[run, name]
            assert here[name].sel(year=1).item() == years.loc[(run, 1), name]
    assert data["parameters.trust_gain"].attrs["source"]


def test_a_failed_run_is_undefined_and_says_so(folders: dict[str, Path]) -> None:
    manifest, tables = read_results(folders["sensitivity"])
    failed = str(tables["runs"]["run"][3])
    runs = tables["runs"].astype({"status": str})
    runs.loc[3, "status"] = "quarantined"
    runs.loc[3, list(manifest["experiment"]["outcomes"])] = np.nan
    years = tables["years"][tables["years"]["run"] != failed]
    data = results_dataset(manifest, {**tables, "runs": runs, "years": years})
    there = (data["run"] == failed) & (data["status"] == "quarantined")
    assert int(there.sum()) == int((tables["design"]["run"] == failed).sum()) >= 1
    np.testing.assert_array_equal(np.isnan(data["mean_trust"].to_numpy()).any(axis=-1), there)


def test_a_factorial_comes_back_cell_by_cell(folders: dict[str, Path]) -> None:
    data, (_, tables) = opened(folders["factorial"]), read_results(folders["factorial"])
    assert dict(data.sizes) == {"cell": 4, "replicate": 2}
    keys = tables["runs"][["outcome", "cell", "replicate"]].astype(str).agg("/".join, axis=1)
    stored = dict(zip(keys, tables["runs"]["value"], strict=True))
    for name in data.data_vars:
        for cell in data["cell"].to_numpy():
            for replicate in (0, 1):
                value = data[name].sel(cell=cell, replicate=replicate).item()
                np.testing.assert_equal(value, stored[f"{name}/{cell}/{replicate}"])
    assert data["governance"].sel(cell="local · struck").item() == "local"
    assert data["shock"].sel(cell="local · struck").item() == "struck"


def test_a_ramp_comes_back_month_by_month_with_its_setting(folders: dict[str, Path]) -> None:
    data, (_, tables) = opened(folders["ramp"]), read_results(folders["ramp"])
    rows = tables["series"]
    here = data["implementation_rate"].sel(cell="there and back", replicate=1)
    there = rows[(rows["cell"] == "there and back") & (rows["replicate"] == 1)].set_index("month")["value"]
    assert len(there) == data.sizes["month"] == 36
    np.testing.assert_array_equal(here.to_numpy(), there.sort_index().to_numpy())
    assert data["setting"].sel(cell="there and back", month=18).item() == pytest.approx(1.5)
    assert set(data["setting"].sel(cell="never moved").to_numpy()) == {0.0}


@pytest.mark.parametrize("kind", ["factorial", "ramp"])
def test_every_table_of_any_experiment_becomes_a_csv(folders: dict[str, Path], kind: str) -> None:
    assert run_command(["experiment", "export", str(folders[kind]), "--format", "csv"]) == 0
    _, tables = read_results(folders[kind])
    assert {path.stem for path in (folders[kind] / "csv").iterdir()} == set(tables)
    for name, table in tables.items():
        read = pd.read_csv(folders[kind] / "csv" / f"{name}.csv")
        assert (len(read), list(read.columns)) == (len(table), list(table.columns))


def test_a_missing_package_and_an_unknown_format_are_told_before_any_work(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(folders["factorial"])
    assert run_command(["experiment", "export", out, "--format", "netcfd"]) == 2
    assert "netcdf" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "h5netcdf", None)
    assert run_command(["experiment", "export", out, "--format", "netcdf"]) == 2
    assert "pip install 'cas-model[netcdf]'" in capsys.readouterr().err


QUERIES = (
    (ROOT / "experiments" / "README.md").read_text(encoding="utf-8").split("## Reading the tables", 1)[1]
)


def test_the_documented_queries_name_files_and_columns_that_exist(folders: dict[str, Path]) -> None:
    folder = folders["sensitivity"]
    asked = re.findall(r"read_parquet\('results/sobol_reform/([\w*./]+)'", QUERIES)
    assert {"indices.parquet", "runs.parquet", "years.parquet", "batches/*.parquet"} <= set(asked)
    for pattern in asked:
        assert list(folder.glob(pattern)), pattern
    for sql in re.findall(r"```sql\n(.*?)```", QUERIES, re.DOTALL):
        for query in sql.split(";")[:-1]:
            known = set()
            for pattern in re.findall(r"sobol_reform/([\w*./]+)'", query):
                known |= set(pq.read_schema(next(folder.glob(pattern))).names)
            columns = set(re.findall(r"\b[a-z]\.([a-z_]+)\b", query))
            assert columns, query
            assert columns <= known, (query, columns - known)


def test_the_documented_python_runs(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folders["sensitivity"].parent)
    Path("results").mkdir()
    Path("results/sobol_reform").symlink_to(folders["sensitivity"])
    examples = re.findall(r"```python\n(.*?)```", QUERIES, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})
