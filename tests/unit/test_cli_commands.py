import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.experiments import differences
from cas_model.experiments import run as running
from cas_model.experiments.run import WorldRequest
from fake_worlds import FAKE_OUTCOMES, FakeWorld

SMALL = ["--territory", "small", "--months", "12", "--persons-per-agent", "1000", "--no-report"]


@pytest.fixture
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "OUTCOMES", FAKE_OUTCOMES)
    monkeypatch.setattr(running, "care_system", FakeWorld)


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run_command(words)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.usefixtures("_fake")
def test_run_writes_results_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "r"
    code, printed, _ = call(capsys, "run", "polycentric", "--out", str(out), "--seed", "3", *SMALL)
    assert code == 0
    assert f"Saved to {out}" in printed
    assert {"manifest.json", "outcomes.parquet", "ledger.parquet", "activation.parquet", "fit.csv"} <= {
        p.name for p in out.iterdir()
    }
    frame = pd.read_parquet(out / "outcomes.parquet")
    assert list(frame.columns) == ["month", "level", "unit_id", "outcome", "value"]
    assert (frame["month"].min(), frame["month"].max()) == (-24, 11)
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["seeds"], manifest["months"], manifest["claim_level"]) == ([3], 12, "illustrative")
    assert "governance.co_decision: off -> on" in manifest["scenarios"][0]["differences"]


@pytest.mark.usefixtures("_fake")
def test_json_is_one_document_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, printed, told = call(
        capsys, "compare", "status_quo", "decentralised", "--replicates", "2", "--jobs", "1",
        "--out", str(tmp_path / "r"), "--json", *SMALL,
    )  # fmt: skip
    document = json.loads(printed)
    assert {row["outcome"] for row in document["comparison"]} == set(FAKE_OUTCOMES)
    for line in told.splitlines():
        assert line.startswith("First start") or json.loads(line)["total"] == 4


@pytest.mark.usefixtures("_fake")
def test_compare_prints_verdicts_and_writes_every_world(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r"
    code, printed, _ = call(
        capsys, "compare", "status_quo", "decentralised", "pandemic", "--replicates", "3", "--jobs", "1",
        "--out", str(out), *SMALL, "--months", "40",
    )  # fmt: skip
    assert code == 0
    assert "better" in printed
    assert len(list((out / "worlds").glob("*/replicate_*/outcomes.parquet"))) == 9
    assert len(pd.read_parquet(out / "comparison.parquet")) == 2 * len(FAKE_OUTCOMES)


@pytest.mark.usefixtures("_fake")
def test_existing_results_need_overwrite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "status_quo", "--out", str(tmp_path / "r"), *SMALL]
    assert run_command(words) == 0
    code, _, told = call(capsys, *words)
    assert code == 2
    assert "--overwrite" in told
    assert run_command([*words, "--overwrite"]) == 0


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["run", "status_qou"], "did you mean `status_quo`"),
        (["run", "status_quo", "--persons-per-agent", "0"], "allowed: 1 to 5000"),
        (["run", "status_quo", "--months", "601"], "use --months 600"),
        (["run", "status_quo", "--months", "many"], "--months"),
        (["run", "status_quo", "--seed", "-1"], "use --seed 0"),
        (["run", "status_quo", "--threads", "0"], "--threads"),
        (["run", "status_quo", "--set", "governance.autonomy=2"], "allowed: 0 to 1"),
        (["run", "status_quo", "--set", "governance.autonmy=0.2"], "did you mean `autonomy`"),
        (["run", "status_quo", "--territory", "flandres"], "did you mean `flanders`"),
        (["run", "status_quo", "--set", "shocks=[{kind='pandemic', zones=['Gnt']}]"], "unknown zone `Gnt`"),
        (["run"], "SCENARIO"),
        (["rum"], "run"),
        (["run", "status_quo", "--outt", "x"], "--out"),
        (["compare", "status_quo"], "at least two"),
        (["compare", "status_quo", "polycentric", "--replicates", "1"], "allowed: 2 to 200"),
        (["compare", "status_quo", "polycentric", "--jobs", "0"], "use --jobs 1"),
        (["list", "leverz"], "levers"),
        (["report", "no/such/folder"], "does not exist"),
        (["territory", "nowhere"], "there is no territory or folder"),
    ],
)
def test_wrong_use_is_explained_with_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    hint: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed, told = call(capsys, *words)
    assert code == 2
    assert hint in told
    assert "Traceback" not in told
    assert printed == ""
    assert list(tmp_path.iterdir()) == []


def _broken(request: WorldRequest, months_kept: int | None = None) -> FakeWorld:
    raise ZeroDivisionError("division by nothing")


def test_a_failing_run_has_code_1_and_a_traceback_only_for_debug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "care_system", _broken)
    words = ["run", "status_quo", "--out", str(tmp_path / "deep" / "r"), *SMALL]
    code, _, told = call(capsys, *words)
    assert code == 1
    assert "division by nothing" in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Exception, match="division by nothing") as caught:
        run_command([*words, "--debug"])
    assert "Traceback" in str(caught.value)


def _interrupted(request: WorldRequest, months_kept: int | None = None) -> FakeWorld:
    raise KeyboardInterrupt


def test_ctrl_c_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "care_system", _interrupted)
    code, _, told = call(capsys, "run", "status_quo", "--out", str(tmp_path / "r"), *SMALL)
    assert code == 1
    assert "Stopped" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "kind",
    [
        "scenarios",
        "levers",
        "mechanisms",
        "parameters",
        "outcomes",
        "shocks",
        "payment-methods",
        "funding-terms",
    ],
)
def test_lists_are_tables_and_json(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed, _ = call(capsys, "list", kind, "--json")
    assert code == 0
    rows = json.loads(printed)
    _, table, _ = call(capsys, "list", kind)
    for row in rows:
        assert row.get("id", row["name"]) in table
        assert row.get("source", "x")


def test_a_mechanism_is_listed_with_its_evidence_and_its_switch(capsys: pytest.CaptureFixture[str]) -> None:
    _, printed, _ = call(capsys, "list", "mechanisms", "--json")
    fields = "id name claim sign grade source reads writes file strength modelled reason"
    for row in json.loads(printed):
        assert list(row) == fields.split()
        assert row["grade"] in "abc"
        assert row["modelled"] or (row["grade"] == "c" and row["reason"])
        assert row["strength"] == float(row["modelled"])


def test_plan_and_territory_speak_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed, _ = call(capsys, "plan", "--json")
    assert code == 0
    steps = json.loads(printed)
    numbers = [int(step["phase"].split()[0]) for step in steps]
    assert numbers == sorted(numbers)
    assert all(step["file"].endswith(".py") and step["summary"] for step in steps)
    code, printed, _ = call(capsys, "territory", "small", "--json", "--out", str(tmp_path / "maps"))
    assert code == 0
    assert len(json.loads(printed)["zones"]) == 8
    assert {p.suffix for p in (tmp_path / "maps").iterdir()} == {".svg", ".png"}


START = "import sys; from cas_model.cli import main; sys.argv[0] = 'cas-model'; main()"


def test_help_starts_without_the_model() -> None:
    heavy = "import sys, cas_model.cli; print(sorted({'numpy', 'numba', 'mesa'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_a_command_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    script = tmp_path / "slow.py"
    script.write_text(
        "import sys, time\n"
        "from cas_model.experiments import run\n"
        "def slow(request, months_kept):\n"
        "    print('working', file=sys.stderr, flush=True)\n    time.sleep(60)\n"
        "run.care_system = slow\n"
        "from cas_model.cli import main\n"
        f"sys.argv = ['cas-model', 'run', 'status_quo', '--out', {str(tmp_path / 'deep' / 'r')!r}, "
        "'--territory', 'small']\nmain()\n"
    )
    started = time.monotonic()
    with subprocess.Popen([sys.executable, str(script)], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "working" in line:
                break
        os.kill(process.pid, number)
        told = process.stderr.read()
    assert process.returncode == 1
    assert "Stopped" in told
    assert "Traceback" not in told
    assert [p.name for p in tmp_path.iterdir()] == ["slow.py"]
    assert time.monotonic() - started < 55
