"""rushlight simulate: programs without data on simulated clusters."""
import json
import pathlib
import subprocess
import sys

import pytest

SCENARIOS = pathlib.Path(__file__).parents[2] / "sim" / "scenarios"
SCENARIO = {
    "name": "small", "seed": 7, "mode": "model",
    "executors": {"count": 4, "cores": 2, "memory": "2g"},
    "hosts": {"count": 4, "racks": 2, "cores": 4, "memory": "16g"},
    "stages": [{"name": "maps", "tasks": 40, "duration": {"exponential": "2s"},
                "shuffle_write": "16m"},
               {"name": "reduces", "tasks": 8, "duration": "3s", "reads": ["maps"]}],
}


def command(*arguments):
    return subprocess.run([sys.executable, "-m", "rushlight.cli", "simulate",
                           *map(str, arguments)], capture_output=True, text=True, timeout=60)


def simulate(folder, *arguments, **changes):
    path = folder / "scenario.json"
    path.write_text(json.dumps({**SCENARIO, **changes}))
    return command(path, *arguments)


def test_a_run_tells_its_story_and_its_digest(tmp_path):
    answer = simulate(tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "Master             registers application" in answer.stdout
    assert "executors: the first after 2.001 s, 4 at once, 4 in all, 0 lost" in answer.stdout
    again = simulate(tmp_path)
    assert again.stdout == answer.stdout
    assert simulate(tmp_path, seed=8).stdout.splitlines()[-1] != answer.stdout.splitlines()[-1]


def test_the_event_log_can_be_replayed(tmp_path):
    answer = simulate(tmp_path, "--event-log", tmp_path / "logs", "--steps", 0)
    (log,) = (tmp_path / "logs").iterdir()
    assert f"event log: {log}" in answer.stdout
    replayed = subprocess.run([sys.executable, "-m", "rushlight.cli", "replay", str(log)],
                              capture_output=True, text=True, timeout=60)
    assert "small: 1 job, 2 stages, 48 tasks" in replayed.stdout, replayed


@pytest.mark.parametrize("kind, words", [
    ("standalone", "Master             launches executor"),
    ("yarn", "ResourceManager"), ("kubernetes", "pod"), ("mesos", "deprecated")])
def test_each_manager_has_its_own_story(tmp_path, kind, words):
    answer = simulate(tmp_path, manager={"kind": kind})
    assert answer.returncode == 0 and words in answer.stdout, answer


FAULTS = {
    "a process": {"at": "4s", "do": "kill_executor", "executor": "1"},
    "a machine": {"at": "4s", "do": "kill_host", "host": 1},
    "a machine for a while": {"at": "4s", "do": "kill_host", "host": 1, "lasts": "30s"},
    "a rack": {"at": "4s", "do": "kill_rack", "rack": 1},
    "a cable": {"at": "4s", "do": "cut_host", "host": 2, "lasts": "20s"},
    "a cable for good": {"at": "4s", "do": "cut_rack", "rack": 0},
    "patience": {"at": "3s", "do": "slow_host", "host": 0, "factor": 5, "lasts": "10s"},
    "an output": {"when": {"stage": 1}, "do": "drop_shuffle", "shuffle": 0, "map": 3},
    "luck": {"when": {"stage": 0}, "times": 3, "do": "fail_task"},
    "an executor, in peace": {"at": "4s", "do": "decommission_executor", "executor": "2"},
    "order": {"at": "0s", "do": "delay_messages", "by": "700ms", "fraction": 0.5},
    "certainty": {"at": "0s", "do": "duplicate_messages", "fraction": 0.5},
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_job_ends_in_spite_of_losing(tmp_path, what):
    answer = simulate(tmp_path, faults=[FAULTS[what]])
    assert (answer.returncode, answer.stderr) == (0, ""), answer
    assert answer.stdout == simulate(tmp_path, faults=[FAULTS[what]]).stdout


def test_a_task_that_always_fails_ends_the_job(tmp_path):
    fault = {"when": {"stage": 0, "partition": 5}, "times": 99, "do": "fail_task",
             "message": "no luck"}
    answer = simulate(tmp_path, faults=[fault])
    assert answer.returncode == 1
    assert "Task 5 in stage 0.0 failed 4 times" in answer.stderr and "no luck" in answer.stderr


def test_a_refusal_says_what_lacked(tmp_path):
    answer = simulate(tmp_path, executors={"count": 9, "cores": 4, "memory": "2g"})
    assert answer.returncode == 0
    assert "4 at once" in answer.stdout
    assert "less than was asked for: no worker has 4 free cores and 2.0 GiB" in answer.stdout


@pytest.mark.parametrize("changes, message", [
    ({"hosts": {"count": 0}}, "count"),
    ({"executors": {"count": 1, "cores": 99, "memory": "2g"}}, "99"),
    ({"faults": [{"at": "1s", "do": "drop_cached", "rdd": 1}]}, "tasks without data keep nothing"),
    ({"sead": 7}, "seed"),
])
def test_bad_scenarios_are_one_sentence(tmp_path, changes, message):
    answer = simulate(tmp_path, **changes)
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1 and message in answer.stderr, answer


def test_executors_come_while_tasks_wait_and_go_when_idle(tmp_path):
    """Some tasks take five minutes; executors that have none of them are of no use after one."""
    stages = [{"name": "some are long", "tasks": 20,
               "duration": {"values": ["4s", "4s", "4s", "4s", "300s"]}}]
    answer = simulate(tmp_path, "--conf", "spark.dynamicAllocation.enabled=true",
                      executors={"cores": 2, "memory": "2g"}, stages=stages)
    assert answer.returncode == 0, answer
    n_lost = int(answer.stdout.split(" in all, ")[1].split(" lost")[0])
    assert "8 at once, 8 in all" in answer.stdout and 1 <= n_lost < 8


def test_a_driver_that_is_started_again_begins_from_nothing(tmp_path):
    everything = [{"at": "14s", "do": "kill_rack", "rack": rack, "lasts": "30s"} for rack in (0, 1)]
    settings = ("--conf", "spark.driver.supervise=true", "--steps", 1000)
    answer = simulate(tmp_path, *settings, driver={"deploy_mode": "cluster"}, faults=everything)
    assert answer.returncode == 0, answer
    assert "driver: lost and started again once; its job had run " in answer.stdout
    assert "knew all that is lost now: the " in answer.stdout
    assert answer.stdout.count("begins stage 0") == 2
    assert simulate(tmp_path, *settings, driver={"deploy_mode": "cluster"},
                    faults=everything).stdout == answer.stdout


def test_a_cluster_without_a_program_gets_one(tmp_path):
    answer = command("sim://?executors=50&cores=4&hosts=20", "--steps", 0)
    assert answer.returncode == 0 and "50 at once, 50 in all" in answer.stdout
    for scenario in sorted(SCENARIOS.glob("*.json")):
        if scenario.name == "ten-thousand-executors.json":
            continue
        answer = command(scenario, "--steps", 0)
        if scenario.name == "python-beyond-its-container.json":
            assert "Executor 12 on host-1 was killed for its memory:\n" in answer.stderr
            continue
        if scenario.name == "everything-goes-wrong.json":     # its driver's rack is cut off
            assert "driver: lost and started again once; " in answer.stdout
        assert answer.stderr == "" and answer.returncode == 0, (scenario, answer)


def test_the_story_has_stages_and_is_cut_with_a_word(tmp_path):
    lines = simulate(tmp_path).stdout
    assert "begins stage 1, reduces: 8 tasks" in lines and "has ended stage 0" in lines
    assert "steps more (--steps)" in simulate(tmp_path, "--steps", 3).stdout
    lost = simulate(tmp_path, faults=[{"at": "4s", "do": "kill_executor", "executor": "99"}])
    assert "executor 99 is to die, and is not there" in lost.stdout


@pytest.mark.parametrize("kind", ["standalone", "yarn", "kubernetes", "mesos"])
@pytest.mark.parametrize("at", ["10s", "20s", "30s"])
def test_a_lost_host_breaks_no_rule(tmp_path, kind, at):
    """Managers may take an executor back in the middle of the scheduler's message."""
    stages = [{"name": "one", "tasks": 40, "duration": "20s"}]
    answer = simulate(tmp_path, manager={"kind": kind}, stages=stages,
                      faults=[{"at": at, "do": "kill_host", "host": 1}])
    assert answer.returncode == 0 and "CRITICAL" not in answer.stderr, answer


def test_the_rack_is_lost_in_the_second_stage():
    story = command(SCENARIOS / "two-stages-one-rack-lost.json").stdout
    assert story.index("begins stage 1") < story.index("host-5 dies")


def test_settings_that_do_not_go_together_are_refused(tmp_path):
    answer = simulate(tmp_path, "--conf", "spark.network.timeout=5s")
    assert answer.returncode == 1
    assert "must be greater than the value of spark.executor.heartbeatInterval" in answer.stderr


def test_settings_are_heeded(tmp_path):
    slow = {"stragglers": {"tasks": {"fraction": 0.1, "slowdown": 10}}}
    plain = simulate(tmp_path, **slow)
    copied = simulate(tmp_path, "--conf", "spark.speculation=true", **slow)
    seconds = [float(answer.stdout.split("small: ")[1].split(" s")[0])
               for answer in (plain, copied)]
    assert seconds[1] < seconds[0]
    assert "no.such" in simulate(tmp_path, "--conf", "spark.no.such").stderr
