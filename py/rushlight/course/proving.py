"""`rushlight course check`: lesson.proof on many labs, two at a time, and a table.

    lab                        checks mutants predictions  seconds
    1  Lazy word count              5      12           5      6.1  proved
    3  Partitions                   6      14           6      5.0  2 problems

Each lab is proved in a process of its own: what a wrong solution leaves behind is then that
process's to end, and cannot be taken for another lab's.
"""
import concurrent.futures
import dataclasses
import json
import os
import subprocess
import sys
import time

from rushlight.lesson.proof import prove

_AT_ONCE = 2
_ROW = "{:<42.42} {:>6} {:>7} {:>11} {:>8}  {}"


def prove_all(labs, quick, tell):
    """Proves labs; tells a table and what is wrong; the exit status.

    quick: the exercises in Python alone, with the data of one student, without the text's blocks.
    """
    begin = time.monotonic()
    left_out = [lab for lab in labs if quick and lab.exercise("python") is None]
    labs = [lab for lab in labs if lab not in left_out]
    tell(_ROW.format("lab", "checks", "mutants", "predictions", "seconds", "").rstrip())
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        futures = [pool.submit(_in_a_process, lab, quick) for lab in labs]
        for lab, future in zip(labs, futures):
            found = future.result()
            problems = found["problems"]
            bad += bool(problems)
            tell(_ROW.format(f"{lab.number:<3}{lab.title}", found["n_checks"],
                             found["n_mutants"], found["n_predictions"],
                             f"{found['seconds']:.1f}",
                             f"{len(problems)} problems" if problems else "proved"))
            for problem in problems:
                tell("    " + problem.replace("\n", "\n    "))
    if left_out:
        tell("left out, in C alone: lab " + ", ".join(str(lab.number) for lab in left_out))
    tell(f"{len(labs) - bad} of {len(labs)} labs proved, "
         f"{time.monotonic() - begin:.0f} s")
    return 1 if bad or not labs else 0


def _in_a_process(lab, quick):
    """A proof.Report's fields, of a lab that another process proves."""
    ended = subprocess.run([sys.executable, "-m", "rushlight.course.proving", lab.folder,
                            str(int(quick))], capture_output=True, text=True, cwd=os.getcwd())
    lines = ended.stdout.splitlines()
    if ended.returncode == 0 and lines:
        return json.loads(lines[-1])
    why = f"the proof ended with status {ended.returncode}: {ended.stderr.strip()[-2000:]}"
    return {"problems": [why], "n_checks": 0, "n_mutants": 0, "n_predictions": 0, "seconds": 0.0}


def _one(folder, quick):
    """In that process: the Report as a line of JSON."""
    from rushlight.lesson import load
    lab = load(folder)
    if quick:
        lab = dataclasses.replace(lab, exercises=(lab.exercise("python"),))
    report = prove(lab, seeds=1, text=False) if quick else prove(lab)
    print(json.dumps({name: getattr(report, name) for name in
                      ("problems", "n_checks", "n_mutants", "n_predictions", "seconds")}))


if __name__ == "__main__":
    _one(sys.argv[1], sys.argv[2] == "1")
