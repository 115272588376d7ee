"""What a calibration found, in sentences; what does not fit comes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cas_model.calibration.identifiability import LEFT_OPEN, NARROWED_DOWN, PINNED_DOWN
from cas_model.calibration.screening import BEYOND
from cas_model.report.number_format import format_number, sentence_case
from cas_model.report.validation_page import band_in_words, number

SHOWN = 5
MET = "✓ met"
SPELT = {"pacic": "PACIC", "gp": "GP", "gps": "GPs", "scirocco": "SCIROCCO"}
FINDING = "That is a finding about the model, or about how sure the figures are."


def short(key: str) -> str:
    """Return the name of a parameter or statistic without its section, in words."""
    words = key.rpartition(".")[2].split("_")
    return " ".join(SPELT.get(word, word) for word in words)


def counted(n: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "set"), counted(3, "set")
    ('1 set', '3 sets')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _listed(names: list[str]) -> str:
    shown = [short(name) for name in names[:SHOWN]]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(shown) + more


def answer(made: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the sentences.

    Parameters
    ----------
    made : mapping
        Manifest of a finished calibration.
    tables : mapping of str to DataFrame
        See `cas_model.calibration.pipeline.Calibration`.
    """
    sentences = []
    if made["out_of_reach"]:
        sentences.append(
            f"Out of reach of the {len(made['fitted'])} parameters, alone or together with the other "
            "figures, and set aside: "
            f"{_listed(made['out_of_reach'])}. {FINDING}"
        )
    beyond = int((tables["screening"]["verdict"] == BEYOND).sum()) if "screening" in tables else 0
    if beyond:
        sentences.append(
            f"{counted(beyond, 'more parameter')} can move a figure too. They count as chance where "
            "points are ruled out, and stand at their defaults in the sets."
        )
    if made["left_out"]:
        sentences.append(f"Meant for calibration, but not fitted: {_listed(list(made['left_out']))}.")
    if not made["plausible_sets"]:
        return [*_nothing(made, tables), *sentences]
    fit, found = tables["fit"], tables["identifiability"]
    missed = fit.loc[~fit["central_met"], "statistic"].to_list()
    hit = len(fit) - len(missed)
    if missed:
        sentences.append(
            f"The most central set misses {len(missed)} of {len(fit)} figures: {_listed(missed)}."
        )
    sentences.append(
        f"{counted(made['plausible_sets'], 'set')} agree with the figures (as good as "
        f"{format_number(made['effective_sets'], 0)} equally likely ones); the most central one meets {hit} "
        f"of {len(fit)}. {_part(made['share_left'])} of the space is not ruled out."
    )
    for verdict in (PINNED_DOWN, NARROWED_DOWN, LEFT_OPEN):
        names = found.loc[found["verdict"] == verdict, "parameter"].to_list()
        if names:
            sentences.append(f"{verdict.capitalize()} by the figures: {_listed(names)}.")
    pairs = tables["correlations"]
    bound = pairs[pairs["bound"]].sort_values("correlation", key=abs, ascending=False)
    for _, row in bound.head(3).iterrows():
        sentences.append(
            f"{sentence_case(short(row['parameter']))} and {short(row['parameter_2'])} make up for each "
            f"other (correlation {format_number(row['correlation'], 2)}): the figures fix their "
            "combination only."
        )
    refused = tables["emulators"].query("refusal != ''")
    refused = refused[~refused["statistic"].isin(made["out_of_reach"])]
    if len(refused):
        last = refused[refused["wave"] == tables["waves"]["wave"].max()]
        if len(last):
            sentences.append(
                f"Ruled nothing out in the last wave, since the emulator could not be trusted: "
                f"{_listed(last['statistic'].astype(str).to_list())}."
            )
    return [*sentences, f"Claim level of these sets: {made['claim_level']}."]


def band(row: pd.Series) -> str:
    """Return the band of a figure."""
    return band_in_words(pd.Series({"low": row["target_low"], "high": row["target_high"]}))


def _part(share: float) -> str:
    if share >= 1e-4 or share <= 0.0:
        return f"{format_number(100 * share, 2)} %"
    return f"One part in {format_number(float(f'{1.0 / share:.2g}'), 0)}"


def verdict_of(made: Mapping[str, Any], row: pd.Series) -> str:
    """Return what becomes of a figure, in words that begin with `MET` when it is met."""
    if row["statistic"] in made["out_of_reach"]:
        return "✗ out of reach, set aside"
    if made["plausible_sets"]:
        if not row["central_met"]:
            return "✗ missed by the most central set"
        inside = row["target_low"] <= row["central"] <= row["target_high"]
        return f"{MET}{'' if inside else ', outside its band but within tolerance,'} by the most central set"
    if row["reached"] > 0:
        alone = format_number(100 * row["reached"], 0)
        return f"✗ no set is accepted; {alone} % of points meet this figure by itself"
    return "✗ no set is accepted; no point meets this figure"


def failures_first(made: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the fit with what is missed by most tolerances first."""
    fit = tables["fit"]
    value = fit["central"].where(fit["central"].notna(), fit["nearest"])
    miss = np.maximum(np.maximum(fit["target_low"] - value, value - fit["target_high"]), 0.0)
    met = [verdict_of(made, row).startswith(MET) for _, row in fit.iterrows()]
    order = np.lexsort((-(miss / fit["target_sd"]).to_numpy(), np.array(met, dtype=int)))
    return fit.iloc[order].reset_index(drop=True)


def _in_words(fit: pd.DataFrame) -> str:
    said = [f"{short(row['statistic'])} (nearest {number(row['nearest'])}; band {band(row)})"
            for _, row in fit.head(SHOWN).iterrows()]  # fmt: skip
    more = f" and {len(fit) - SHOWN} more" if len(fit) > SHOWN else ""
    return "; ".join(said) + more


def _nothing(made: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say which figures stand in the way: those that no run meets, or else those that rule out most."""
    first = f"No values of the {len(made['fitted'])} parameters agree with all figures; no set is accepted."
    fit, blame = failures_first(made, tables), tables["ruled_out"]
    fit = fit[~fit["statistic"].isin(made["out_of_reach"])]
    never = fit[fit["reached"] == 0]
    if len(never):
        way = f"No point met these, whatever became of the others: {_in_words(never)}."
    else:
        last = blame[(blame["wave"] == blame["wave"].max()) & ~blame["statistic"].isin(made["out_of_reach"])]
        hard = last.sort_values("share_ruled_out", ascending=False)["statistic"].astype(str).to_list()[:3]
        way = f"Each figure alone can be met; the ones that rule out most are {_listed(hard)}."
    return [first, f"{way} {FINDING}"]
