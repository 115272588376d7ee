"""Theory files: what is wrong is said so that somebody who does not program can put it right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cas_model.cli import run_command
from cas_model.config.errors import UsageError
from cas_model.experiments.registries import load_registries
from cas_model.theory import loading
from cas_model.theory.conditions import read_condition
from cas_model.theory.loading import find_theory, load_theory
from cas_model.theory.places import check_context
from cas_model.theory.units import read_smallest
from theory_files import TEMPLATE, saved

load_registries()

SHIPPED = sorted((Path(__file__).parents[2] / "theories").glob("PT*.toml"))
MALFORMED: dict[str, tuple[tuple[str, str], list[str]]] = {
    "a text without its second quotation mark": (
        ('title = "Staffed councils carry out what they decide"', 'title = "Staffed councils'),
        ["line 8 cannot be read", "close the text with a second quotation mark"],
    ),
    "words without quotation marks": (
        ('trace = "M18"', "trace = thin staff"),
        ["cannot be read: `trace = thin staff`", 'put words between quotation marks: `trace = "thin staff"`'],
    ),
    "a decimal comma": (
        ("governance.staff_floor = 2", "governance.staff_floor = 1,5"),
        ["write decimals with a point: `governance.staff_floor = 1.5`"],
    ),
    "a remark without #": (
        ("# --- Rival:", "--- Rival:"),
        ["put a # before a remark"],
    ),
    "an unknown lever": (
        ("governance.staff_floor = 2", "governance.staf_floor = 2"),
        ["intervention.settings", "unknown lever `staf_floor`", "did you mean `staff_floor`?"],
    ),
    "a lever out of its range": (
        ("governance.staff_floor = 2", "governance.staff_floor = 20"),
        ["lever `staff_floor` is 20", "allowed: 0 to 5 FTE", "fix: use 5"],
    ),
    "an unknown outcome": (
        ('name = "implementation_rate"\nexpected', 'name = "implementatoin_rate"\nexpected'),
        ["unknown outcome `implementatoin_rate`", "did you mean `implementation_rate`?"],
    ),
    "an unknown mechanism": (
        ('switches = ["M18"]', 'switches = ["thin staf"]'),
        ["unknown mechanism `thin staf`", "did you mean `M18` (Thin staff)?"],
    ),
    "a sign in other words": (
        ('expected = "rises"', 'expected = "increases"'),
        ["the expected sign is `increases`", "rises, falls, stays", 'write "rises"'],
    ),
    "no falsifier": (
        (TEMPLATE[TEMPLATE.index("[falsifier]") : TEMPLATE.index("# The rule of the verdict")], ""),
        ["`falsifier` is missing", "say what would prove the theory wrong"],
    ),
    "no rival": (
        ('[rival]\nwords = "More money would do the same, whatever it is spent on."\n[rival.settings]\n'
         "governance.cofunding = 1.0\n", ""),
        ["`rival` is missing", "name another explanation"],
    ),
    "a rival that is only words": (
        ("[rival.settings]\ngovernance.cofunding = 1.0\n", ""),
        ["the rival can neither be switched off nor tried"],
    ),
    "a condition that cannot be read": (
        ('population = "below 100000"', 'population = "rather small"'),
        ["the condition `rather small` cannot be read", "`below 100000`"],
    ),
    "a condition with thousands separated": (
        ('population = "below 100000"', 'population = "below 100 000"'),
        ["write the number without separators: `below 100000`"],
    ),
    "a condition with signs": (
        ('population = "below 100000"', 'population = "< 100000"'),
        ["write `below 100000`"],
    ),
    "an unknown feature of zones": (
        ('population = "below 100000"', 'populaton = "below 100000"'),
        ["unknown feature of zones `populaton`", "did you mean `population`?"],
    ),
    "a context that no zone meets": (
        ('population = "below 100000"', 'population = "below 100"'),
        ["no zone meets the context", "`population below 100`: 0 of 8 zones", "values run from", "widen"],
    ),
    "an effect without unit": (
        ('smallest = "2 percentage points"', "smallest = 2"),
        ["the smallest effect is 2, without a unit", 'write smallest = "2 percentage points"'],
    ),
    "an effect in another unit": (
        ('smallest = "2 percentage points"', 'smallest = "2 EUR"'),
        ["the unit `EUR` does not fit this outcome", "percentage points"],
    ),
    "an intervention that is the baseline": (
        ("governance.staff_floor = 2", "governance.staff_floor = 0"),
        ["the intervention changes nothing"],
    ),
    "mechanism and rival the same": (
        ("[rival.settings]\n", 'switches = ["M18"]\n[rival.settings]\n'),
        ["the mechanism and its rival share M18"],
    ),
    "a falsifier about a run there is not": (
        ('run = "pooled expertise instead of staff"', 'run = "pooled expertise"'),
        ["unknown run `pooled expertise`", "did you mean `pooled expertise instead of staff`?"],
    ),
    "an expectation in other words": (
        ('rival_expects = "as large"', 'rival_expects = "equal"'),
        ["rival expects is `equal`", "as large, smaller, larger"],
    ),
    "a key that belongs at the top": (
        ('refuted_if = "as large"', 'refuted_if = "as large"\nlimits = []'),
        ["`limits` stands in the table [falsifier]", "to the top of the file"],
    ),
    "a key with a slip": (
        ('reasoning = "', 'reasonning = "'),
        ["unknown key `reasonning`", "did you mean `reasoning`?"],
    ),
    "a table stated twice": (
        ("[falsifier]", "[rival]\n[falsifier]"),
        ["this key or table is stated twice"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_file_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    replacement, wanted = MALFORMED[kind]
    path = saved(tmp_path, replacement)
    assert run_command(["theory", "check", path]) == 2
    told = capsys.readouterr().err
    missing = [words for words in wanted if words not in told]
    assert not missing, told
    assert path in told
    assert "Traceback" not in told


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_theory_passes_its_check(path: Path) -> None:
    theory = load_theory(str(path))
    assert check_context(theory)["in_context"].any()
    assert theory.document.limits
    assert theory.has("mechanism off")
    assert theory.has("rival") or theory.has("rival off")


def test_ten_theories_are_shipped() -> None:
    assert sorted(int(path.stem.removeprefix("PT").split("_")[0]) for path in SHIPPED) == list(range(1, 11))


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        ('expected = "falls"', 'expected = "down"'),
        ('switches = ["M18"]', 'switches = ["M99"]'),
        ('population = "below 100000"', 'population = "small"'),
    )
    with pytest.raises(UsageError, match="3 problems found"):
        load_theory(path)


def test_the_template_passes_its_own_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["theory", "new", "mine"]) == 0
    assert run_command(["theory", "check", "mine"]) == 0
    told = capsys.readouterr().out
    assert "22 of 59 zones are in it" in told
    assert "staff_floor: 0 -> 2" in told
    assert run_command(["theory", "new", "mine"]) == 2


def test_the_context_is_what_zones_are_before_the_policy_starts(tmp_path: Path) -> None:
    theory = load_theory(saved(tmp_path))
    zones = check_context(theory)
    assert 0 < zones["in_context"].sum() < len(zones)
    expected = (zones["population"] < 100_000) & (zones["staff"] < 2)
    pd.testing.assert_series_equal(zones["in_context"], expected, check_names=False)


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        ("below 3", [1, 2]), ("at most 3", [1, 2, 3]), ("above 3", [4, 5]), ("at least 3", [3, 4, 5]),
        ("between 2 and 4", [2, 3, 4]), ("highest half", [3, 4, 5]), ("lowest quarter", [1, 2]),
    ],
)  # fmt: skip
def test_a_condition_holds_where_it_says(words: str, inside: list[int]) -> None:
    values = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])
    assert values[read_condition("staff", words, "").holds(values)].to_list() == inside


def test_a_share_is_written_in_percentage_points_and_kept_as_a_share() -> None:
    assert read_smallest("2 percentage points", "share", "") == 0.02
    assert read_smallest("0.02 share", "share", "") == 0.02
    assert read_smallest("0.05 index points", "index", "") == 0.05


def test_a_theory_is_named_by_file_name_or_first_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (
        find_theory("PT2_council_capacity")
        == find_theory("PT2")
        == Path("theories/PT2_council_capacity.toml")
    )
    shipped = tmp_path / "package"
    shipped.mkdir()
    for name in ("PT2_council_capacity", "PT99_elsewhere"):
        (shipped / f"{name}.toml").write_text("", encoding="utf-8")
    monkeypatch.setattr(loading, "SHIPPED", shipped)
    assert find_theory("PT99") == shipped / "PT99_elsewhere.toml"
    assert find_theory("PT2").parent == Path("theories"), "one's own comes before the shipped one"
    with pytest.raises(UsageError, match="there is no theory file `PT98`"):
        find_theory("PT98")
