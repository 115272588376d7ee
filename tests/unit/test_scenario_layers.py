import pickle
from pathlib import Path

import pytest

from cas_model.config.declarations import LEVERS, MECHANISMS, PARAMETERS, PAYMENT_METHODS
from cas_model.config.errors import UsageError
from cas_model.config.scenario_layers import builtin_scenarios, load_scenario
from cas_model.config.vocabulary import DISCIPLINES
from cas_model.experiments.registries import load_registries

load_registries()

PRESETS = {
    "status_quo", "recentralised_flemish", "recentralised_federal", "decentralised", "polycentric",
    "polycentric_unsteered", "resourced_councils", "six_principles", "pandemic",
}  # fmt: skip


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_preset_is_complete_and_explained(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.levers.keys() == LEVERS.keys()
    assert scenario.mechanisms.keys() == MECHANISMS.keys()
    assert scenario.parameters.keys() == PARAMETERS.keys()
    assert tuple(scenario.funding.mix) == DISCIPLINES
    for shares in scenario.funding.mix.values():
        assert shares.keys() == PAYMENT_METHODS.keys()
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-9)
    assert scenario.title
    assert "dossier" in scenario.source
    assert len(scenario.description.split()) > 15
    assert "\n" not in scenario.description


def test_presets_are_those_of_the_catalogue_and_all_differ() -> None:
    assert set(builtin_scenarios()) == PRESETS
    assert len({load_scenario(name).hash() for name in PRESETS}) == len(PRESETS)


def test_status_quo_pays_general_practice_as_published() -> None:
    mix = load_scenario().funding.mix["gp"]
    assert (mix["fee_for_service"], mix["capitation"], mix["pay_for_performance"]) == (0.80, 0.17, 0.03)


def test_layers_merge_upwards(tmp_path: Path) -> None:
    write(
        tmp_path, "middle.toml", 'base = "polycentric_unsteered"\n[governance]\nfloor = 0.3\nautonomy = 0.7\n'
    )
    top = write(
        tmp_path, "top.toml", 'base = "middle.toml"\n[governance]\nautonomy = 0.8\n[run]\nmonths = 24\n'
    )
    scenario = load_scenario(top)
    assert load_scenario().differences(scenario) == [
        "governance.autonomy: 0.45 -> 0.8",
        "governance.co_decision: off -> on",
        "governance.floor: 0.6 -> 0.3",
        "run.months: 120 -> 24",
    ]


def test_a_file_without_base_stands_on_the_status_quo(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, "mine.toml", "[governance]\nfloor = 0.5\n"))
    assert load_scenario().differences(scenario) == ["governance.floor: 0.6 -> 0.5"]
    assert (scenario.name, scenario.title) == ("mine", "mine")


def test_a_file_may_stand_on_nothing_but_defaults(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, "mine.toml", 'base = "none"\n[governance]\nfloor = 0.5\n'))
    assert {d: m["fee_for_service"] for d, m in scenario.funding.mix.items()} == dict.fromkeys(
        DISCIPLINES, 1.0
    )
    assert scenario.levers["floor"] == scenario.start.levers["floor"] == 0.5


def test_the_burn_in_is_governed_and_paid_as_the_base_says() -> None:
    scenario = load_scenario("polycentric", ["funding.mix.gp.capitation=0.4"])
    assert scenario.start.levers == load_scenario().levers
    assert scenario.start.funding == load_scenario().funding
    assert scenario.funding != scenario.start.funding


def test_fee_for_service_takes_what_others_leave() -> None:
    mix = load_scenario(settings=["funding.mix.gp.capitation=0.4"]).funding.mix["gp"]
    assert mix["fee_for_service"] == 0.57
    assert mix["pay_for_performance"] == 0.03


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("funding.mix.gp.capitation=0.99", "sum to 1.02"),
        ("funding.mix.gp.fee_for_service=0.5", "sum to 0.7"),
        ("funding.mix.gp.captation=0.4", "did you mean `capitation`"),
        ("funding.mix.hospitl.capitation=0.4", "did you mean `hospital`"),
        ("funding.mix.gp.capitation=-0.1", "0 to 1"),
        ("governance.autonmy=0.4", "did you mean `autonomy`"),
        ("autonomy=0.4", "did you mean `governance.autonomy`"),
        ("governance.autonomy=1.5", "allowed: 0 to 1"),
        ("governance.autonomy=nan", "not finite"),
        ("governance.autonomy=inf", "not finite"),
        ("governance.autonomy=true", "not a number"),
        ("governance.autonomy=much", "not a number"),
        ("governance.autonomy=0,6", "write 0.6"),
        ("governance.autonomy", "KEY=VALUE"),
        ("governance=0.4", "is a section"),
        ("governance.decision_rule=vote", "simple_majority, per_cluster, consensus"),
        ("parameters.trust_gian=0.05", "did you mean `trust_gain`"),
        ("run.months=0", "1 to 600"),
        ("run.months=2.5", "whole number"),
        ("run.month=24", "did you mean `run.months`"),
        ("mechanisms.M47=1.1", "0 to 1"),
        ("base=polycentric", "belongs in a scenario file"),
        ("shocks=[{kind='pandmic'}]", "did you mean `pandemic`"),
        ("shocks=[{kind='pandemic', start_mont=3}]", "did you mean `start_month`"),
        ("shocks=[{kind='pandemic', start_month=-3}]", "0 to 599"),
        ("shocks=[{start_month=3}]", "`shocks[1].kind` is missing"),
    ],
)
def test_wrong_settings_name_key_and_fix(setting: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_scenario(settings=[setting])
    message = str(caught.value)
    assert words in message
    assert message.startswith("--set ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("base = = 3", "line 1"),
        ('titel = "x"', "did you mean `title`"),
        ("[governace]\nautonomy = 0.4", "did you mean `governance.autonomy`"),
        ('base = "polycentrc"', "did you mean `polycentric`"),
        ('base = "absent.toml"', "absent.toml"),
        ("base = 3", "valid string"),
        ("[governance]\nautonomy = 7", "use 1"),
        ("[[shocks]]\nkind = 3", "valid string"),
        ("[funding.mix]\ngp = 0.4", "section"),
    ],
)
def test_wrong_files_name_file_and_fix(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, "wrong.toml", text)
    with pytest.raises(UsageError) as caught:
        load_scenario(path)
    assert words in str(caught.value)
    assert path in str(caught.value)


def test_problems_are_reported_together(tmp_path: Path) -> None:
    text = "[governance]\nautonomy = 7\nflor = 1\n[funding.mix.gp]\ncapitation = 0.99\n"
    text += "[parameters]\nnothing_like_it = 1\n"
    with pytest.raises(UsageError) as caught:
        load_scenario(write(tmp_path, "wrong.toml", text))
    message = str(caught.value)
    assert message.startswith("4 problems found")
    for words in ("autonomy", "did you mean `floor`", "sum to 1.02", "nothing_like_it"):
        assert words in message


def test_bases_in_a_circle_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", 'base = "b.toml"')
    path = write(tmp_path, "b.toml", 'base = "a.toml"')
    with pytest.raises(UsageError, match=r"circle: b.toml -> a.toml -> b.toml"):
        load_scenario(path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'title = "Vlaanderen"\nsource = "caf\xe9"\n')
    with pytest.raises(UsageError, match="line 2 is not UTF-8"):
        load_scenario(str(tmp_path / "latin.toml"))
    with pytest.raises(UsageError, match=r"did you mean `latin.toml`"):
        load_scenario(str(tmp_path / "latn.toml"))
    with pytest.raises(UsageError, match="did you mean `status_quo`"):
        load_scenario("status_qou")


def test_shocks_add_to_the_base_and_an_empty_list_removes_them(tmp_path: Path) -> None:
    second = '[[shocks]]\nkind = "pandemic"\nstart_month = 90\nzones = ["Gent"]\n'
    scenario = load_scenario(write(tmp_path, "twice.toml", 'base = "pandemic"\n' + second))
    assert [event.fields["start_month"] for event in scenario.shocks] == [36.0, 90.0]
    assert scenario.shocks[1].zones == ("Gent",)
    assert load_scenario("pandemic", settings=["shocks=[]"]).shocks == ()


def test_overrides_win_and_are_kept_for_replay() -> None:
    scenario = load_scenario(
        settings=["run.months=24"], overrides={"run.months": 36, "governance.floor": 0.1}
    )
    assert (scenario.months, scenario.levers["floor"]) == (36, 0.1)
    again = load_scenario(scenario.origin, scenario.settings)
    assert again.hash() == scenario.hash()


def test_hash_follows_settings_and_not_names(tmp_path: Path) -> None:
    same = load_scenario(write(tmp_path, "other_name.toml", 'title = "Another title"'))
    assert same.hash() == load_scenario().hash()
    assert load_scenario(settings=["mechanisms.M47=0.5"]).hash() != same.hash()
    assert load_scenario(settings=["shocks=[{kind='pandemic'}]"]).hash() != same.hash()


def test_loading_leaves_no_trace_and_scenarios_pickle() -> None:
    before = load_scenario().hash()
    changed = load_scenario(settings=["governance.autonomy=1", "funding.mix.gp.capitation=0.97"])
    assert load_scenario().hash() == before
    assert pickle.loads(pickle.dumps(changed)) == changed
