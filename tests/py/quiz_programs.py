"""The programs of quiz questions, as data: what real Spark is asked about, too.

    python quiz_programs.py PROGRAMS.json       (then tests/data/make_quiz_counts.py)

A program stands for itself: source, master, settings, files.  Those that need Rushlight (faults,
simulated clusters, small pools) are left out.
"""
import json
import sys

from rushlight.quiz import Workbench, bank

SEEDS = (0, 1, 2)
LONG = 100          # a value whose text is longer is not compared
OURS = ("sc.faults", "spark.testing.")


class Recorder(Workbench):
    """A workbench that keeps what it has run."""

    def __init__(self):
        super().__init__()
        self.runs = []

    def run(self, source, *args, **how):
        run = super().run(source, *args, **how)
        if run.master.startswith("local[") and not run.faults and not any(
                word in source + str(run.conf) for word in OURS):
            self.runs.append(run)
        return run


def key(run):
    """What makes a program another one."""
    return json.dumps([run.master, sorted(run.conf.items()), run.source])


def text_files(run):
    """{name: text or size}; None if a file is binary: then the program is left out."""
    if any(isinstance(text, bytes) for text in run.files.values()):
        return None
    return run.files


def counts(run):
    """What is compared.  Of a program that fails, tasks may or may not have ended by then; of a
    plan, operators: where two sides of a join end at the same time, either may be broadcast."""
    if run.error is not None:
        return {"fails": True, "jobs": run.jobs}
    answer = {"jobs": run.jobs, "stages": run.stages, "skipped": run.skipped, "tasks": run.tasks}
    if isinstance(run.value, (bool, int, str, list)) and len(repr(run.value)) <= LONG:
        answer["value"] = repr(run.value)
    if run.plans and "ml." not in run.source:       # whose queries are MLlib's own
        answer["plan"] = sorted(run.nodes())
    return answer


def all_runs():
    """{key: Run} of all questions, for all seeds."""
    with Recorder() as bench:
        for question in bank.questions().values():
            for seed in SEEDS:
                question.asked(bench, seed)
        return {key(run): run for run in bench.runs if text_files(run) is not None}


if __name__ == "__main__":
    programs = [{"key": k, "source": run.source, "master": run.master, "conf": run.conf,
                 "files": run.files} for k, run in all_runs().items()]
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump(programs, out)
    print(len(programs), "programs")
