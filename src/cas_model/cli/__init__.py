"""The command line: ``cas-model ...``; thin, and quick to start because commands import what they need."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Annotated, Any

import typer

from cas_model.cli import (
    bench,
    calibrate,
    conclusions,
    describe,
    documents,
    experiment,
    listing,
    options,
    serve,
    simulate,
    theory,
    validate,
)
from cas_model.config.errors import CasModelError

DONE, FAILED = 0, 1
_INTERRUPTED = 130

app = typer.Typer(
    name="cas-model",
    help="A laboratory for the governance and funding of integrated care in Flanders.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
simulate.add_commands(app)
listing.add_commands(app)
describe.add_commands(app)
bench.add_commands(app)
documents.add_commands(app)
experiment.add_commands(app)
theory.add_commands(app)
calibrate.add_commands(app)
conclusions.add_commands(app)
validate.add_commands(app)
serve.add_commands(app)


@app.callback()
def _everything(
    debug: Annotated[bool, typer.Option("--debug", help="Show the full traceback of a failure.")] = False,
) -> None:
    """Options that hold for every command (`--debug` is read before parsing, see `run_command`)."""


def main() -> None:
    """Run the command line and leave with its exit code: 0 done, 1 failed, 2 wrong use."""
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(run_command(sys.argv[1:]))


def _stop(number: int, frame: FrameType | None) -> None:
    # A polite kill cleans up as Ctrl-C does.
    raise KeyboardInterrupt


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; an error becomes one message, never a traceback.

    Parameters
    ----------
    arguments : sequence of str
        What follows ``cas-model``; ``--debug`` may stand anywhere.
    """
    options.INVOCATION.set(tuple(arguments))
    words = [word for word in arguments if word != "--debug"]
    try:
        code = app(args=words, prog_name="cas-model", standalone_mode=False)
        if code == _INTERRUPTED:
            return _say_stopped()
        return code if isinstance(code, int) else DONE
    except KeyboardInterrupt:
        return _say_stopped()
    except BrokenPipeError:
        # The reader (`head`, a pager) has left; there is nobody to tell.
        sys.stdout = None
        return FAILED
    except Exception as error:
        if options.debugging():
            raise
        return _report(error)


def _say_stopped() -> int:
    print("Stopped before the end; nothing was left behind.", file=sys.stderr)
    return FAILED


def _report(error: Exception) -> int:
    if isinstance(error, CasModelError):
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    if type(error).__name__ == "Abort":
        return _say_stopped()
    shown: Any = getattr(error, "show", None)
    if callable(shown):  # wrong use found by the parser: usage line, problem, nearest option
        shown()
        return int(getattr(error, "exit_code", FAILED))
    if isinstance(error, MemoryError):
        reason, fix = "there is not enough memory", "raise --persons-per-agent or lower --jobs"
    elif isinstance(error, OSError):
        reason, fix = (
            f"{error.strerror or error}: {error.filename or ''}".rstrip(": "),
            "check the path and the disk",
        )
    else:
        reason = f"an unexpected {type(error).__name__}: {error}"
        fix = "run the command again with --debug and report what it shows"
    print(f"error: {reason}\n  fix: {fix}", file=sys.stderr)
    return FAILED
