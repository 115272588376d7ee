"""The README keeps its word: its commands exist, its equivalents are what make runs, its examples work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cas_model.cli import run_command
from cas_model.config.scenario_layers import load_scenario
from cas_model.experiments.registries import load_registries
from contract.project_files import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no {language} example"
    return found.group(1)


def _recipe(target: str) -> list[str]:
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found, f"the Makefile has no target {target}"
    words = found.group(1).replace("$(BIN)", ".venv/bin").replace(" $(PYTEST)", "")
    return [line.strip() for line in words.splitlines()]


def test_the_two_commands_come_first() -> None:
    assert re.findall(r"^make (\w+)", README, re.MULTILINE)[:2] == ["demo", "test"]
    assert README.index("make test") < README.index("## ")


@pytest.mark.parametrize("target", ["demo", "test", "lint"])
def test_the_plain_equivalents_are_what_make_runs(target: str) -> None:
    missing = [command for command in _recipe(target) if command not in README]
    assert not missing


def test_the_commands_exist(capsys: pytest.CaptureFixture[str]) -> None:
    named = set(re.findall(r"`cas-model ([a-z]+)", README))
    assert {"run", "compare", "list"} <= named
    refused = [name for name in sorted(named) if run_command([name, "--help"]) != 0]
    capsys.readouterr()
    assert not refused


def test_the_flags_exist(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    run_command(["compare", "--help"])
    shown = capsys.readouterr().out
    sentence = re.search(r"`run` and `compare` share (.*?)\. `--json`", README, re.DOTALL)
    assert sentence
    flags = re.findall(r"--[a-z-]+", sentence.group(1))
    assert len(flags) >= 8
    assert not [flag for flag in flags if flag not in shown]


def test_the_settings_of_the_examples_are_valid() -> None:
    load_registries()
    commands = [shlex.split(line) for line in re.findall(r"^cas-model run .*", README, re.MULTILINE)]
    assert commands
    for words in commands:
        settings = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
        assert load_scenario(words[2], settings).settings == tuple(settings)


def test_the_example_scenario_is_valid(tmp_path: Path) -> None:
    load_registries()
    path = tmp_path / "example.toml"
    path.write_text(_block("toml"), encoding="utf-8")
    scenario = load_scenario(str(path))
    assert scenario.mechanisms["M18"] == 0.0
    assert scenario.levers == load_scenario("status_quo").levers


@pytest.mark.parametrize("text", re.findall(r"```toml\n(.*?)```", README, re.DOTALL))
def test_every_example_scenario_loads(tmp_path: Path, text: str) -> None:
    load_registries()
    path = tmp_path / text.split("\n", 1)[0].removeprefix("# ")
    path.write_text(text, encoding="utf-8")
    scenario = load_scenario(str(path))
    assert scenario.hash() != load_scenario("status_quo").hash()


def test_the_example_program_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(_block("python"), "README.md", "exec"), {})
    assert 0.0 < float(capsys.readouterr().out) < 1.0
