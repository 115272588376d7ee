"""What is kept of an experiment for a visitor: small tables, figures, manifest, the answer in words."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cas_model.experiments.sensitivity.analysis import END
from cas_model.experiments.sensitivity.indices import LEADING
from cas_model.report.dose_words import longest_course
from cas_model.report.number_format import plain

LARGE = ("runs", "years", "timings", "design", "series", "curves", "trace", "pairs", "regrets")
"""Tables that grow with the runs, or with pairs of options: whoever wants them runs the experiment."""
COLOURS = 128
MOST_BYTES = 200_000
"""Of a figure that is kept."""
FACTORS = 5
"""Strongest factors of an outcome whose indices are kept, for all outcomes."""
FACTS = (
    *("claim_level", "territory_label", "persons_per_agent", "months", "burn_in", "failed"),
    *("version", "python", "platform", "code_hash", "data_hash", "wall_seconds"),
)


def keep_experiment(
    folder: Path,
    manifest: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    sentences: list[str],
    target: Path,
) -> Path:
    """Write the small part of an experiment's results folder to `target`, which is replaced as a whole.

    Parameters
    ----------
    folder : Path
        The results, with their ``figures``.
    manifest, tables, sentences
        Read from it, and the answer to its question.
    target : Path
        Folder to make: ``answer.md``, ``manifest.json``, ``<table>.csv`` (`what_a_visitor_reads`, numbers to
        five digits) and ``figures/<name>.png``.

    Returns
    -------
    Path
        `target`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        _write(work, folder, manifest, tables, sentences)
        shutil.rmtree(target, ignore_errors=True)
        work.replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _write(
    work: Path,
    folder: Path,
    manifest: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    sentences: list[str],
) -> None:
    work.chmod(0o755)
    asked = manifest["experiment"]
    said = "\n".join(f"- {sentence}" for sentence in sentences)
    text = f"# {asked['title']}\n\n{asked['question'].strip()}\n\n{said}\n"
    (work / "answer.md").write_text(text, encoding="utf-8")
    kept = {key: manifest[key] for key in FACTS if key in manifest} | {"experiment": asked}
    (work / "manifest.json").write_text(
        json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    for name, table in tables.items():
        if name not in LARGE and len(table):
            part = what_a_visitor_reads(name, table, asked["primary"])
            part.to_csv(work / f"{name}.csv", index=False, float_format="%.5g")
    (work / "figures").mkdir()
    for figure in sorted((folder / "figures").glob("*.png")):
        keep_figure(figure, work / "figures" / figure.name)


def keep_figure(figure: Path, target: Path) -> None:
    """Save a figure with `COLOURS` colours, a quarter of its size, unless it is too large all the same."""
    from PIL import Image

    with Image.open(figure) as drawn:
        # Median cut would blend the few colours of a chart; the fast octree keeps them.
        kept = drawn.convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    kept.save(target, optimize=True)
    if target.stat().st_size > MOST_BYTES:
        target.unlink()


def what_a_visitor_reads(name: str, table: pd.DataFrame, primary: Sequence[str]) -> pd.DataFrame:
    """Return the primary outcomes of a table; of indices the last year and the strongest factors.

    Parameters
    ----------
    name : str
        Of the table. Of ``course`` the longest condition is kept.
    table : DataFrame
        As in the results folder.
    primary : sequence of str
        Outcomes that were asked about.
    """
    if "outcome" in table:
        table = table[table["outcome"].astype(str).isin(primary)]
    if name == "course":
        return longest_course(table)
    if table.empty or not {"factor", "value", "index"} <= set(table):
        return table
    ends = table[table["year"] == END]
    if name == "convergence":
        ends = ends[ends["index"].isin(LEADING.values())]
    largest = ends.groupby(["outcome", "factor"], observed=True)["value"].max()
    strongest = largest.groupby("outcome", observed=True).nlargest(FACTORS).index
    kept = set(strongest.get_level_values("factor").astype(str))
    rows: pd.DataFrame = ends[ends["factor"].astype(str).isin(kept)]
    return rows


def write_index(reference: Path) -> Path:
    """Write ``README.md`` of a folder of kept experiments: what each says, and how it was made."""
    parts = [
        "# What the model says",
        "The experiments of `experiments/`, kept small: the answer in words, tables as CSV, figures, the "
        "manifest. `make reference` makes them and this page. Each says on which code it ran: "
        "one of other code than its neighbours is of another state of the model.",
    ]
    for path in sorted(reference.glob("*/manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if "experiment" not in manifest:
            continue  # a validation, or conclusions
        answer = (path.parent / "answer.md").read_text(encoding="utf-8")
        sentences = [line for line in answer.splitlines() if line.startswith("- ")]
        minutes = float(manifest.get("wall_seconds", float("nan"))) / 60
        parts.append(
            f"## {manifest['experiment']['title']}\n\n" + "\n".join(sentences) + "\n\n"
            f"[Question and answer]({path.parent.name}/answer.md), specification "
            f"`{manifest['experiment']['specification']}`; {minutes:.0f} minutes; claim level "
            f"**{manifest['claim_level']}**; version {manifest['version']}, code {manifest['code_hash']}."
        )
    others = {
        "theories/README.md": "Programme theories on trial: `make theories`",
        "conclusions/answer.md": "Which differences hold whatever the parameters: `make conclusions`",
        "validation/targets.csv": "Published figures beside the model's: `make validation`",
        "validation/patterns.csv": "Patterns, pass or fail: `make validation`",
    }
    there = [f"- [{said}]({name})" for name, said in others.items() if (reference / name).exists()]
    if there:
        parts.append("## Kept beside them\n\n" + "\n".join(there))
    target = reference / "README.md"
    target.write_text(plain("\n\n".join(parts)) + "\n", encoding="utf-8")
    return target
