"""What is kept of trials for a visitor: dossiers with figures, tests, manifests, and a page of verdicts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cas_model.report.number_format import plain
from cas_model.report.theory_words import Tables, verdict_sentences
from cas_model.theory.store import TESTS, read_trial

FILES = ("dossier.md", "theory.toml")
FACTS = (
    *("verdict", "claim_level", "seeds", "territory_label", "persons_per_agent", "months", "burn_in"),
    *("failed", "version", "python", "platform", "code_hash", "data_hash", "wall_seconds"),
)


def keep_dossiers(folders: Sequence[Path], out: Path) -> Path:
    """Copy the small part of each trial, and write the page of verdicts.

    Parameters
    ----------
    folders : sequence of Path
        Results of `cas-model theory test`, with their dossiers.
    out : Path
        Gets a folder for each: `FILES`, ``figures/*.svg``, the tests as CSV, a short manifest.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    UsageError
        A folder holds no trial.
    """
    read = [(folder, *read_trial(folder)) for folder in folders]
    lines = []
    for folder, manifest, tables in sorted(read, key=lambda trial: _order(trial[0].name)):
        target = out / folder.name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "figures", target / "figures", ignore=shutil.ignore_patterns("*.png"))
        for name in FILES:
            shutil.copyfile(folder / name, target / name)
        kept = {key: manifest[key] for key in FACTS}
        text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
        (target / "manifest.json").write_text(text, encoding="utf-8")
        tables[TESTS].to_csv(target / "tests.csv", index=False, float_format="%.5g")
        lines.append(_line(folder.name, manifest, tables))
    page = out / "README.md"
    said = [
        "# Programme theories on trial",
        "Each theory of `theories/` at full quality, corrected for their number together. `make theories` "
        "makes these dossiers. A verdict says what follows in the model, not what is so in Flanders.",
        "\n".join(
            ["| theory | verdict | in two sentences | seeds | made by |", "|---|---|---|---:|---|", *lines]
        ),
    ]
    page.write_text(plain("\n\n".join(said)) + "\n", encoding="utf-8")
    return page


def _order(name: str) -> tuple[int, str]:
    """Sort PT2 before PT10."""
    digits = "".join(c for c in name.partition("_")[0] if c.isdigit())
    return int(digits or 0), name


def _line(name: str, manifest: dict[str, Any], tables: Tables) -> str:
    verdict = str(manifest["verdict"]["kind"])
    circular = "; circular in strength" if manifest["verdict"]["circular"] else ""
    minutes = float(manifest["wall_seconds"]) / 60
    return (
        f"| [{manifest['theory']['title']}]({name}/dossier.md) | **{verdict}**{circular} "
        f"| {' '.join(verdict_sentences(manifest, tables)[:2])} "
        f"| {len(manifest['seeds'])} | code {manifest['code_hash']}, {minutes:.1f} minutes |"
    )
