"""Where batches run: worker processes of this machine, or a Dask cluster."""

from __future__ import annotations

import importlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cas_model.config.errors import UsageError
from cas_model.experiments.sensitivity.models import RunModel
from cas_model.experiments.sensitivity.run_store import RunStore
from cas_model.experiments.sensitivity.runner import (
    InThisProcess,
    PlannedRun,
    Pool,
    RunQueue,
    Tally,
    run_batch,
)
from cas_model.experiments.workers import accept_replaced_workers

AHEAD = 2
"""Batches per worker of a cluster that wait beside it, so that it is never idle."""
REACH_SECONDS = 10


def pool_of(jobs: int = 1, cluster: str = "") -> Pool:
    """Return the cluster at an address, or so many processes of this machine.

    Raises
    ------
    UsageError
        There is no cluster at the address, or the package that speaks to it is not installed.
    """
    if cluster:
        return DaskCluster(cluster)
    return LocalProcesses(jobs) if jobs > 1 else InThisProcess()


@cache
def _follow_parent() -> None:
    """Let this worker end when its parent is killed; Ctrl-C is for the parent to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _run_in_worker(model: RunModel, store: RunStore, batch: Sequence[PlannedRun]) -> Tally:
    _follow_parent()
    return run_batch(model, store, batch)


@dataclass
class LocalProcesses:
    """Worker processes that joblib keeps; one that is killed is replaced when the queue is taken up again."""

    jobs: int

    def tallies(self, model: RunModel, store: RunStore, queue: RunQueue) -> Iterator[Tally]:
        """Yield the tally of each batch; ends early when a worker was killed."""
        from joblib import Parallel, delayed
        from joblib.externals.loky import get_reusable_executor
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        accept_replaced_workers()
        pool = Parallel(n_jobs=self.jobs, backend="loky", return_as="generator_unordered", batch_size=1)
        try:
            yield from pool(delayed(_run_in_worker)(model, store, batch) for batch in queue.batches())
        except TerminatedWorkerError:
            return
        except BaseException:
            get_reusable_executor().shutdown(wait=False, kill_workers=True)
            raise


class DaskCluster:
    """A running Dask cluster, whose workers see the folder of the experiment (a shared disk).

    Give its workers one thread each: ``dask worker ADDRESS --nworkers 16 --nthreads 1``. What a killed
    worker was on, Dask gives to another.

    Parameters
    ----------
    address : str
        Of the scheduler, e.g. ``tcp://10.0.0.1:8786``.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        with self._client() as client:
            self.jobs = max(1, sum(client.nthreads().values()))

    def _client(self) -> Any:
        where = f"--cluster {self.address}"
        try:
            distributed = importlib.import_module("distributed")
        except ImportError:
            raise UsageError(
                "the package `distributed` is not installed", where=where,
                fix="pip install 'cas-model[cluster]'",
            ) from None  # fmt: skip
        try:
            return distributed.Client(self.address, timeout=REACH_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise UsageError(
                f"no Dask scheduler answers ({error})", where=where, allowed="an address as tcp://HOST:8786",
                fix="start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1`",
            ) from None  # fmt: skip

    def tallies(self, model: RunModel, store: RunStore, queue: RunQueue) -> Iterator[Tally]:
        """Yield the tally of each batch; one that killed several workers has none."""
        distributed = importlib.import_module("distributed")
        shared = RunStore(store.folder.resolve())
        with self._client() as client:
            batches = queue.batches()
            running = distributed.as_completed(loop=client.loop)

            def submit() -> None:
                batch = next(batches, None)
                if batch is not None:
                    running.add(client.submit(run_batch, model, shared, batch, pure=False))

            for _ in range(AHEAD * self.jobs):
                submit()
            for future in running:
                try:
                    tally = future.result()
                except distributed.scheduler.KilledWorker:
                    tally = None
                if tally is not None:
                    yield tally
                submit()
