import errno
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.config.errors import CasModelError, UsageError
from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments import differences
from cas_model.experiments.compare import compare, requests_for
from cas_model.experiments.manifest import build_manifest
from cas_model.experiments.registries import load_registries
from cas_model.experiments.run import WorldRequest, run_world
from cas_model.experiments.store import added_to, read_results, results_folder, save_results
from cas_model.experiments.table_files import TableWriter, read_table, write_table
from cas_model.territory.facts import load_territory
from fake_worlds import FAKE_OUTCOMES, FakeWorld, broken_on_replicate_one

load_registries()


def old_results(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    return folder


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "results"
    with results_folder(out) as work:
        (work / "a.txt").write_text("a")
        assert not out.exists()
    assert (out / "a.txt").read_text() == "a"
    assert [p.name for p in out.parent.iterdir()] == ["results"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), ValueError("no")])
def test_a_failure_leaves_nothing(tmp_path: Path, failure: BaseException) -> None:
    with pytest.raises(type(failure)), results_folder(tmp_path / "deep" / "results") as work:  # noqa: PT012
        (work / "a.txt").write_text("a")
        raise failure
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "no permission"), (errno.EROFS, "read-only")],
)
def test_trouble_with_the_disk_is_one_clear_message(tmp_path: Path, number: int, words: str) -> None:
    with pytest.raises(CasModelError, match=words) as caught, results_folder(tmp_path / "results"):
        raise OSError(number, "system words", "some/file")
    assert caught.value.exit_code == 1
    assert "--out" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_existing_results_stay_unless_overwritten(tmp_path: Path) -> None:
    out = old_results(tmp_path / "results")
    with pytest.raises(UsageError, match="--overwrite"), results_folder(out):
        pytest.fail("nothing may run")
    with pytest.raises(ValueError, match="no"), results_folder(out, overwrite=True):
        raise ValueError("no")
    assert (out / "manifest.json").exists()
    with results_folder(out, overwrite=True) as work:
        (work / "new.txt").write_text("new")
    assert [p.name for p in out.iterdir()] == ["new.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


def test_folders_of_others_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(UsageError, match="left alone"), results_folder(tmp_path, overwrite=True):
        pytest.fail("nothing may run")
    with pytest.raises(UsageError, match="is a file"), results_folder(tmp_path / "thesis.docx"):
        pytest.fail("nothing may run")
    with (
        pytest.raises(CasModelError, match="part of the path is a file"),
        results_folder(tmp_path / "thesis.docx" / "x"),
    ):
        pytest.fail("nothing may run")


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    with results_folder(tmp_path / "results") as work:
        (work / "a.txt").write_text("a")
    assert (tmp_path / "results" / "a.txt").exists()


def test_adding_to_results_replaces_only_what_is_new(tmp_path: Path) -> None:
    out = old_results(tmp_path / "results")
    (out / "figures").mkdir()
    (out / "figures" / "old.svg").write_text("old")
    with added_to(out) as work:
        (work / "figures").mkdir()
        (work / "figures" / "new.svg").write_text("new")
        (work / "report.html").write_text("page")
    assert sorted(p.name for p in out.iterdir()) == ["figures", "manifest.json", "report.html"]
    assert [p.name for p in (out / "figures").iterdir()] == ["new.svg"]


def test_tables_come_back_and_have_the_same_bytes(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "month": np.arange(3),
            "level": pd.Categorical(["zone", "flanders", "zone"]),
            "value": [1.0, np.nan, 2.0],
        }
    )
    write_table(frame, tmp_path / "a" / "t.parquet")
    write_table(frame.astype({"level": str}), tmp_path / "b.parquet")
    assert (tmp_path / "a" / "t.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    back = read_table(tmp_path / "b.parquet")
    assert back["level"].tolist() == ["zone", "flanders", "zone"]
    assert back["value"].isna().tolist() == [False, True, False]


def test_a_table_written_in_pieces_reads_as_one_and_a_failed_one_leaves_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"month": range(6), "level": list("aabbcc")})
    with TableWriter(tmp_path / "run") as writer:
        for rows in (frame[:2], frame[2:5], frame[5:]):
            writer.append({"t": rows})
    path = tmp_path / "run" / "t.parquet"
    pd.testing.assert_frame_equal(read_table(path).astype({"level": object}), frame.astype({"level": object}))
    assert read_table(path, [("month", ">", 3), ("level", "==", "c")])["month"].tolist() == [4, 5]
    with pytest.raises(ValueError, match="no"), TableWriter(tmp_path / "failed") as writer:  # noqa: PT012
        writer.append({"t": frame})
        raise ValueError("no")
    assert not (tmp_path / "failed").exists()


def make_comparison(folder: Path) -> None:
    worlds = [load_scenario(name, ["run.months=40"]) for name in ("status_quo", "decentralised", "pandemic")]
    asked = requests_for(worlds, replicates=3, seed=5, persons_per_agent=100, territory="small", threads=1)
    result = compare(asked, build=broken_on_replicate_one, folder=folder)
    manifest = build_manifest("cas-model compare", result.results, load_territory("small"), worlds[0], 1.5)
    save_results(folder, result.results, result.analyses, manifest)


def test_a_comparison_is_read_back_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "OUTCOMES", FAKE_OUTCOMES)
    make_comparison(tmp_path)
    stored = read_results(tmp_path)
    assert len(stored.tables["comparison"]) == 2 * len(FAKE_OUTCOMES)
    runs = stored.tables["outcomes"][["world", "replicate", "seed"]].drop_duplicates()
    assert len(runs) == 8
    assert (runs["seed"] == runs["replicate"] + 5).all()
    assert stored.manifest["failed"] == 1
    assert stored.manifest["seeds"] == [5, 6, 7]
    assert stored.manifest["events"] == [
        {"month": 36, "label": "pandemic", "kind": "pandemic", "world": "pandemic"}
    ]
    assert stored.manifest["scenarios"][1]["differences"][0] == "governance.autonomy: 0.45 -> 0.85"
    assert stored.fit[0]["ok"] is True
    assert "one world is broken" in (tmp_path / "failures.json").read_text()


def test_a_run_alone_writes_the_bytes_of_its_replicate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(differences, "OUTCOMES", FAKE_OUTCOMES)
    make_comparison(tmp_path / "both")
    scenario = load_scenario("decentralised", ["run.months=40"])
    request, folder = WorldRequest("decentralised", scenario, 0, 7, 100, "small"), tmp_path / "alone"
    alone = run_world(request, build=FakeWorld, folder=folder)
    save_results(folder, [alone], {}, build_manifest("x", [alone], load_territory("small"), scenario, 1.0))
    pair = tmp_path / "both" / "worlds" / "decentralised" / "replicate_2" / "outcomes.parquet"
    assert (tmp_path / "alone" / "outcomes.parquet").read_bytes() == pair.read_bytes()
    shown = read_results(folder).tables["outcomes"]
    rows = alone.table("outcomes")
    kept = rows[(rows["level"] == "flanders") | (rows["month"] >= 40 - 12)]
    assert len(shown) == len(kept) < len(rows)


def test_what_is_no_results_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        read_results(tmp_path / "absent")
    with pytest.raises(UsageError, match="holds no manifest"):
        read_results(tmp_path)
    old_results(tmp_path / "broken")
    with pytest.raises(UsageError, match="cannot be read"):
        read_results(tmp_path / "broken")
