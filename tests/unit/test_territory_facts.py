"""The facts of the built-in territories, and every fault a user's folder can have."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cas_model.config.errors import UsageError
from cas_model.territory.facts import AGE_BANDS, DATA, Territory, load_territory

ANTWERP = ("Antwerpen Centrum", "Antwerpen Oost", "Antwerpen Zuid", "Noord Antwerpen")
Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def flanders() -> Territory:
    return load_territory("flanders")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA / "small", tmp_path / "mine"))


def change(folder: Path, file: str, edit: Edit) -> None:
    path = folder / file
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before, "the edit must hit the file"
    path.write_text(after, encoding="utf-8")


def test_flanders_has_the_published_totals(flanders: Territory) -> None:
    assert (flanders.n_zones, flanders.n_municipalities, flanders.n_regions) == (59, 300, 15)
    assert flanders.population == 6_653_063
    assert flanders.municipality_population.sum() == 6_653_062
    assert 0.07 < flanders.municipality_poverty @ flanders.municipality_population / 6_653_062 < 0.10


def test_ages_and_residents_add_up_to_the_zones(flanders: Territory) -> None:
    assert flanders.zone_ages.shape == (59, len(AGE_BANDS))
    np.testing.assert_allclose(flanders.zone_ages.sum(axis=1), flanders.zone_population, atol=3)
    np.testing.assert_allclose(flanders.residents.sum(axis=0), flanders.zone_population, atol=1)
    np.testing.assert_allclose(flanders.zone_share.sum(axis=1), 1.0)


def test_antwerp_zones_are_equal_quarters_and_flagged(flanders: Territory) -> None:
    rows = [flanders.zone_names.index(name) for name in ANTWERP]
    assert sorted(np.flatnonzero(flanders.zone_population_assumed)) == sorted(rows)
    np.testing.assert_allclose(flanders.zone_population[rows], 595_379 / 4, atol=1)
    city = flanders.municipality_names.index("Antwerpen")
    np.testing.assert_allclose(flanders.zone_share[city, rows], 0.25, rtol=1e-12)
    assert len(set(flanders.zone_lon[rows])) == 4
    assert flanders.zone_is_city[rows].all()


def test_city_zones_follow_their_two_parameters(flanders: Territory) -> None:
    cities = {flanders.zone_names[z] for z in np.flatnonzero(flanders.zone_is_city)}
    assert {"Gent", "Brugge", "Leuven", "Oostende-Bredene", *ANTWERP} <= cities
    assert not cities & {"Westhoek", "Noord-Limburg", "Z-W-Waasland"}
    fewer = load_territory("flanders", city_population=200_000)
    assert {fewer.zone_names[z] for z in np.flatnonzero(fewer.zone_is_city)} == {"Gent", *ANTWERP}


def test_gaps_are_filled_from_the_zone_and_flagged(flanders: Territory) -> None:
    gaps = flanders.imputed["median_income_eur"]
    assert {flanders.municipality_names[m] for m in np.flatnonzero(gaps)} == {"Kraainem", "Herstappe"}
    assert flanders.imputed["area_km2"].sum() == 27
    m = flanders.municipality_names.index("Kraainem")
    others = (flanders.zone_of_municipality == flanders.zone_of_municipality[m]) & ~gaps
    expected = np.average(
        flanders.municipality_income[others], weights=flanders.municipality_population[others]
    )
    assert flanders.municipality_income[m] == pytest.approx(expected)
    assert np.isfinite(flanders.municipality_area_km2).all()


def test_facts_are_read_only_and_survive_pickling(flanders: Territory) -> None:
    with pytest.raises(ValueError, match="read-only"):
        flanders.zone_population[0] = 1
    copy = pickle.loads(pickle.dumps(flanders))
    np.testing.assert_array_equal(copy.zone_share, flanders.zone_share)


def test_small_territory_is_eight_varied_zones_of_flanders(flanders: Territory) -> None:
    small = load_territory("small")
    assert small.n_zones == 8
    assert set(small.zone_names) < set(flanders.zone_names)
    rows = [flanders.zone_names.index(name) for name in small.zone_names]
    np.testing.assert_array_equal(small.zone_population, flanders.zone_population[rows])
    assert small.zone_is_city.any()
    assert not small.zone_is_city.all()


def test_a_users_folder_loads_like_the_built_in_one(folder: Path) -> None:
    (folder / "regions.csv").unlink()
    mine, small = load_territory(str(folder)), load_territory("small")
    assert mine.name == "mine"
    assert mine.zone_names == small.zone_names
    np.testing.assert_array_equal(mine.residents, small.residents)
    assert mine.care_zone_names == mine.region_names


def test_a_byte_order_mark_and_blank_lines_are_fine(folder: Path) -> None:
    path = folder / "zones.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n\n")
    assert load_territory(str(folder)).n_zones == 8


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("flandres", "did you mean `flanders`"),
        ("./smal", "did you mean `small`"),
        ("no/such/folder", "flanders, small"),
    ],
)
def test_unknown_name_suggests_the_nearest(name: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        load_territory(name)
    assert says in str(error.value)


def test_a_file_in_place_of_a_folder_is_explained(folder: Path) -> None:
    with pytest.raises(UsageError, match="is a file, not a folder"):
        load_territory(str(folder / "zones.csv"))


def swap(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new, 1)


def cell(row: int, column: str, value: str) -> Edit:
    """Return an edit of one cell; `row` is the line number, where the header is line 1."""

    def edit(text: str) -> str:
        lines = text.split("\n")
        cells = lines[row - 1].split(",")
        cells[lines[0].split(",").index(column)] = value
        lines[row - 1] = ",".join(cells)
        return "\n".join(lines)

    return edit


def drop_lines_with(word: str) -> Edit:
    return lambda text: "\n".join(line for line in text.split("\n") if word not in line)


def repeat_line(row: int) -> Edit:
    def edit(text: str) -> str:
        lines = text.split("\n")
        return "\n".join([*lines[:row], lines[row - 1], *lines[row:]])

    return edit


TOWNS, ZONES = "municipalities.csv", "zones.csv"
FAULTS: list[tuple[str, Edit, tuple[str, ...]]] = [
    (TOWNS, cell(3, "population", "-5"), ("row 3", "`population`", "`-5` is out of range")),
    (TOWNS, cell(3, "population", "nan"), ("row 3", "not finite")),
    (TOWNS, cell(3, "population", "12.5"), ("not a whole number", "use 12")),
    (TOWNS, cell(3, "population", "many"), ("`many` is not a number",)),
    (TOWNS, cell(3, "population", ""), ("the cell is empty",)),
    (TOWNS, cell(3, "population", "900000"), ("age bands sum to", "set population to")),
    (TOWNS, cell(4, "pop_0_4", "inf"), ("row 4", "`pop_0_4`", "not finite")),
    (TOWNS, cell(4, "poverty_risk_pct", "140"), ("0 to 100 %",)),
    (TOWNS, cell(4, "zone", "Bruge"), ("unknown primary care zone `Bruge`", "did you mean `Brugge`")),
    (TOWNS, cell(4, "reference_region", "Regio Gand"), ("unknown reference region", "`Regio Gent`")),
    (TOWNS, cell(4, "lon", "500"), ("row 4", "`lon`", "-180 to 180")),
    (TOWNS, cell(4, "lon", "51.2"), ("row 4", "far from the other places", "swapped")),
    (TOWNS, cell(4, "municipality", ""), ("municipality", "the cell is empty")),
    (TOWNS, repeat_line(2), ("row 3", "appears twice (first in row 2)")),
    (TOWNS, swap("poverty_risk_pct", "poverty_risk"), ("row 1", "rename `poverty_risk` to")),
    (TOWNS, lambda text: text.replace(",", ";"), ("separate the cells by commas",)),
    (TOWNS, lambda text: text.split("\n")[0], ("header but no rows",)),
    (TOWNS, lambda text: "", ("the file is empty",)),
    (TOWNS, drop_lines_with(",Gent,"), ("no municipality lies in `Gent`",)),
    (ZONES, repeat_line(2), ("`Brugge` appears twice",)),
    (ZONES, cell(2, "population", "100000"), ("row 2", "age bands sum to")),
    (ZONES, cell(2, "reference_region", "Westhoek"), ("no municipality of the zone lies in `Westhoek`",)),
    (ZONES, cell(2, "municipality_group", "Gent"), ("has the name of a zone",)),
    (ZONES, swap("observed", "guessed"), ("`population_split`", "`guessed`")),
    (ZONES, swap("\n", ",extra\n"), ("the row has 19 cells where the header has 20",)),
    ("regions.csv", swap("Regio Gent,Regio Gent", "Regio Gent,"), ("regional_care_zone", "empty")),
]


@pytest.mark.parametrize(("file", "edit", "says"), FAULTS)
def test_a_fault_is_named_with_file_row_and_fix(
    folder: Path, file: str, edit: Edit, says: tuple[str, ...]
) -> None:
    change(folder, file, edit)
    with pytest.raises(UsageError) as error:
        load_territory(str(folder))
    message = str(error.value)
    assert file in message
    for words in says:
        assert words in message
    assert "fix:" in message


def test_zone_total_that_its_municipalities_do_not_reach_is_refused(folder: Path) -> None:
    change(folder, TOWNS, drop_lines_with(",Bredene,"))
    with pytest.raises(UsageError, match="its municipalities sum to"):
        load_territory(str(folder))


def test_wrong_encoding_and_missing_file_are_explained(folder: Path) -> None:
    path = folder / TOWNS
    path.write_bytes(path.read_bytes().replace(b"Oostende", b"Oost\xebnde", 1))
    with pytest.raises(UsageError, match=r"byte 0xeb is not UTF-8"):
        load_territory(str(folder))
    path.unlink()
    with pytest.raises(UsageError, match=r"`municipalities.csv` is missing"):
        load_territory(str(folder))


def test_a_column_without_any_value_cannot_be_imputed(folder: Path) -> None:
    def edit(text: str) -> str:
        for row in range(2, text.count("\n") + 1):
            text = cell(row, "median_income_eur", "")(text)
        return text

    change(folder, TOWNS, edit)
    with pytest.raises(UsageError, match="every cell is empty"):
        load_territory(str(folder))
