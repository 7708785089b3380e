"""Components and deploy modes: who does what, where it runs, what survives what."""
import re

from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("components")
CLUSTER = {"hosts": {"count": 6, "cores": 16, "memory": "64g"},
           "stages": [{"name": "scan", "tasks": 24, "duration": "5s"}]}


def scenario(kind, mode="client", count=3, cores=2, **more):
    """A job of one stage on a simulated cluster."""
    return {"name": "job", "seed": 1, "manager": {"kind": kind},
            "driver": {"deploy_mode": mode}, **CLUSTER,
            "executors": {"count": count, "cores": cores, "memory": "2g"}, **more}


@ask("who_schedules_tasks", 1, "Who sends tasks to executors")
def _(v):
    v.pick(1, 2)
    return v.choose("Which component decides on which executor a task runs?",
                    "TaskSchedulerImpl, in the driver",
                    "DAGScheduler cuts jobs into stages; TaskSchedulerImpl gives their tasks to "
                    "executors with a free core. Both are in the driver.",
                    {"The cluster manager": B.MASTER_SCHEDULES,
                     "The NodeManager of the worker's machine": Belief(
                         "YARN schedules tasks", "It starts containers, and knows no tasks."),
                     "The executors, among themselves": Belief(
                         "executors fetch work", "They are told what to run.")},
                    source="org.apache.spark.scheduler.TaskSchedulerImpl")


@ask("who_cuts_stages", 1, "Who cuts jobs into stages")
def _(v):
    v.pick(1, 2)
    return v.choose("Which component turns a job into stages?", "DAGScheduler",
                    "It walks the lineage backwards from the action's RDD and cuts at each shuffle "
                    "dependency.",
                    {"Catalyst": Belief("Catalyst makes stages", "It makes plans, of which RDDs "
                                        "come; RDDs' lineage is cut."),
                     "TaskScheduler": Belief("one scheduler does all",
                                             "It gets sets of tasks; stages are DAGScheduler's."),
                     "The cluster manager": B.MASTER_SCHEDULES},
                    source="org.apache.spark.scheduler.DAGScheduler")


@ask("job_stage_task", 1, "Job, stage, task")
def _(v):
    slices = v.pick(3, 4, 5)
    run = v.run(f"""
        pairs = sc.parallelize(range(30), {slices}).map(lambda x: (x % 3, x))
        pairs.reduceByKey(lambda a, b: a + b, {slices}).collect()
        """)
    right = holds(run.jobs == 1 and run.stages == 2, "job → stage → task")
    return v.choose("An action starts something that is cut into parts, which are cut into the "
                    "smallest pieces that are sent to executors. In which order do the words "
                    "stand?", right,
                    f"This action: {run.counts}.",
                    {"stage → job → task": Belief("a stage has jobs", "A job has stages."),
                     "task → stage → job": Belief("tasks have stages", "A task is of one stage, "
                                                  "for one partition."),
                     "job → task → stage": Belief("each task has its stages",
                                                  "Tasks of a stage do the same work.")})


@ask("local_threads", 1, "Cores of local[N]")
def _(v):
    cores = v.pick(2, 3, 5)
    run = v.run("""
        sc.defaultParallelism
        """, master=f"local[{cores}]")
    return v.number("What does the line give?", run.value,
                    f"local[{cores}] is one process, driver and executor, with {cores} threads "
                    "for tasks.",
                    wrong={1: Belief("local mode is single-threaded", "local is; local[N] has N."),
                           200: B.TWO_HUNDRED})


@ask("local_executors", 2, "Executors of local[N]")
def _(v):
    cores = v.pick(2, 4)
    run = v.run("""
        len(sc.faults.executors())
        """, master=f"local[{cores}]", shown=False)
    return v.number(f"How many executors has a program with master local[{cores}]?", run.value,
                    "One, called “driver”: the driver's process runs the tasks itself. "
                    "local-cluster[N,cores,memory] starts executors beside it.",
                    wrong={cores: Belief("a core is an executor", "An executor has cores."),
                           0: Belief("local mode has no executors", "The driver is it.")})


@ask("waves", 1, "Waves of tasks")
def _(v):
    tasks, execs, cores = v.pick((100, 5, 4), (200, 10, 4), (90, 4, 5), (64, 4, 4))
    story = v.simulate({"name": "waves", "seed": 1,
                        "executors": {"count": execs, "cores": cores, "memory": "2g"},
                        "hosts": {"count": execs, "cores": cores},
                        "stages": [{"name": "scan", "tasks": tasks, "duration": "10s"}]},
                       tells="begins|ended")
    waves = -(-tasks // (execs * cores))
    measured = round((story.seconds - story.job_started_s) / 10)
    assert waves == measured, (waves, measured)
    return v.number(f"A stage of {tasks} tasks of the same length on {execs} executors of {cores} "
                    "cores. In how many waves does it run?", measured,
                    f"{execs} × {cores} = {execs * cores} slots, {tasks} ÷ {execs * cores}, "
                    "rounded up.",
                    wrong={-(-tasks // execs): Belief("an executor runs one task at a time",
                                                      "One a core."), 1: Belief(
                        "all tasks start at once", "Only as many as there are slots.")})


@ask("task_cpus", 2, "spark.task.cpus")
def _(v):
    execs, cores, cpus = v.pick((5, 8, 2), (4, 6, 3), (10, 4, 2))
    v.setting("spark.task.cpus")
    return v.number(f"{execs} executors of {cores} cores, spark.task.cpus={cpus}. How many tasks "
                    "run at the same time?", execs * (cores // cpus),
                    f"Each task takes {cpus} cores: {cores} ÷ {cpus} tasks an executor.",
                    wrong={execs * cores: B.TASK_PER_CORE, execs: Belief(
                        "an executor runs one task at a time", "One for each set of CPUs.")})


@ask("client_driver", 1, "Where the driver runs: client")
def _(v):
    kind = v.pick("standalone", "yarn")
    story = v.simulate(scenario(kind), tells="driver|Driver", most_told=3)
    right = holds(story.count("runs the driver on its own machine") == 1,
                  "On the machine where spark-submit was called")
    return v.choose(f"--master {'yarn' if kind == 'yarn' else 'spark://…'} --deploy-mode client. "
                    "Where does the driver run?", right,
                    "In client mode the driver is the submitting process; close the laptop, and "
                    "the application is over.",
                    {"In a container or worker of the cluster": B.CLIENT_CLUSTER,
                     "In the first executor": Belief("an executor plays the driver",
                                                     "So only in local mode, the other way round."),
                     "In the cluster manager's process": B.MASTER_SCHEDULES})


@ask("cluster_driver", 1, "Where the driver runs: YARN, cluster mode")
def _(v):
    count = v.pick(2, 3, 4)
    story = v.simulate(scenario("yarn", "cluster", count), tells="ApplicationMaster|driver",
                       most_told=4)
    right = holds(story.count("runs the driver on its own machine") == 0,
                  "In the ApplicationMaster's container")
    return v.choose("--master yarn --deploy-mode cluster. Where does the driver run?", right,
                    "In cluster mode YARN starts the ApplicationMaster, and the driver runs in it.",
                    {"On the machine where spark-submit was called": B.ALWAYS_CLIENT,
                     "In the ResourceManager": B.MASTER_SCHEDULES,
                     "In a container beside the ApplicationMaster's": Belief(
                         "the driver has a container of its own",
                         "In cluster mode it shares the ApplicationMaster's.")})


@ask("am_in_client", 2, "The ApplicationMaster in client mode")
def _(v):
    count = v.pick(2, 3, 4)
    story = v.simulate(scenario("yarn", "client", count), tells="ApplicationMaster", most_told=4)
    right = holds(story.count("starts attempt 1 of the ApplicationMaster") == 1,
                  "There is one, and it only asks for executors.")
    return v.choose("--master yarn --deploy-mode client. What about an ApplicationMaster?", right,
                    "YARN knows applications by their ApplicationMaster. In client mode it is a "
                    "small container that asks for executors, while the driver is elsewhere.",
                    {"There is none: the driver asks for executors.": Belief(
                        "only cluster mode has an ApplicationMaster", "YARN always has one."),
                     "There is one, and the driver runs in it.": B.CLIENT_CLUSTER,
                     "There is one for each executor.": Belief(
                         "each container has a master", "One an application.")})


@ask("containers", 2, "Containers of an application on YARN")
def _(v):
    count, mode = v.pick(3, 5, 8), v.pick("client", "cluster")
    story = v.simulate(scenario("yarn", mode, count), tells="allocates|starts attempt")
    seen = story.count(r"allocates container") + story.count("starts attempt")
    return v.number(f"--master yarn --deploy-mode {mode} --num-executors {count}. How many "
                    "containers does YARN start?", seen,
                    f"{count} executors and one ApplicationMaster, "
                    + ("in which the driver runs." if mode == "cluster" else
                       "while the driver runs outside of the cluster."),
                    wrong={count: Belief("only executors have containers",
                                         "The ApplicationMaster has one, in either mode."),
                           count + 2: Belief(
                        "driver and ApplicationMaster have a container each",
                        "In cluster mode they share one, in client mode the driver has none.")})


@ask("cores_sum", 1, "Cores and memory of a submit")
def _(v):
    n, memory, cores = v.pick((10, 8, 4), (5, 16, 5), (20, 4, 2))
    return v.number(f"--num-executors {n} --executor-memory {memory}g --executor-cores {cores}. "
                    "How many tasks can run at the same time?", n * cores,
                    f"{n} × {cores}, with spark.task.cpus=1. (Pure arithmetic.)",
                    wrong={n: Belief("an executor runs one task", "One a core."),
                           n * memory: Belief("memory counts tasks", "Cores do.")})


@ask("standalone_executors", 3, "Executors of a standalone cluster, without a number")
def _(v):
    workers, cores, each = v.pick((3, 8, 2), (4, 6, 3), (2, 16, 4))
    story = v.simulate({"name": "x", "seed": 1, "manager": {"kind": "standalone"},
                        "executors": {"cores": each, "memory": "1g",
                                      "count": workers * cores // each},
                        "hosts": {"count": workers, "cores": cores, "memory": "64g"},
                        "stages": [{"name": "scan", "tasks": 200, "duration": "5s"}]},
                       tells="launches executor", most_told=4)
    return v.number(f"A standalone cluster of {workers} workers with {cores} cores and much memory."
                    f" spark.executor.cores={each}, no other setting. How many executors does an "
                    "application get?", story.most_executors,
                    "It takes all cores unless spark.cores.max says otherwise: "
                    f"{workers} × {cores} ÷ {each}.",
                    wrong={workers: Belief("a worker runs one executor",
                                           "So if spark.executor.cores is not set."), 2: Belief(
                        "two executors are the default", "So on YARN.")})


@ask("yarn_default_executors", 2, "Executors on YARN, without a number")
def _(v):
    v.pick(1, 2)
    spec = scenario("yarn")
    del spec["executors"]["count"]
    story = v.simulate(spec, tells="asks for", most_told=2)
    return v.number("--master yarn, no number of executors, no dynamic allocation. How many "
                    "executors does the application ask for?",
                    int(story.find(r"asks for (\d+) container")),
                    "spark.executor.instances is 2 where nobody says otherwise.",
                    wrong={1: Belief("one unless asked for", "Two."), 6: Belief(
                        "as many as there are nodes", "So it seems on standalone, which gives "
                        "all cores.")})


@ask("am_dies", 3, "The driver's machine dies, cluster mode")
def _(v):
    at = v.pick(12, 15)
    spec = scenario("yarn", "cluster", hosts={"count": 4, "cores": 16, "memory": "64g"})
    spec["stages"] = [{"name": "scan", "tasks": 60, "duration": "10s"}]
    first = v.simulate(spec, tells="nothing")
    host = int(first.find(r"starts attempt 1 of the ApplicationMaster in .* on host-(\d+)"))
    spec["faults"] = [{"at": f"{at}s", "do": "kill_host", "host": host}]
    story = v.simulate(spec, tells="attempt|dies", most_told=5)
    right = holds(story.restarts == 1 and not story.failure,
                  "YARN starts another attempt, and the program begins anew.")
    return v.what_if("--master yarn --deploy-mode cluster. The machine with the driver dies. What "
                     "happens?", right,
                     "yarn.resourcemanager.am.max-attempts is 2. The second attempt runs the whole "
                     "program again: what the first driver knew is lost.",
                     {"The application has failed.": Belief(
                         "a lost driver ends the application",
                         "So in client mode, and on Kubernetes."),
                      "Executors go on with the job.": Belief(
                          "executors survive the driver", "They end with it."),
                      "Another driver goes on where the first stopped.": Belief(
                          "the DAG is kept in the cluster", "Lineage is in the driver's memory.")})


@ask("mesos", 2, "Since when there is no Mesos")
def _(v):
    v.pick(1, 2)
    return v.choose("In which version of Spark was support for Mesos removed?", "4.0",
                    "It was deprecated in 3.2 (SPARK-35050) and removed in 4.0 (SPARK-44442).",
                    {"3.2": B.MESOS_32, "3.0": Belief("Kubernetes replaced Mesos in 3.0",
                                                      "Kubernetes came in 2.3; both lived on."),
                     "It still is there": Belief("Mesos is supported",
                                                 "Many sheets list it; they are dated.")},
                    source="Spark's migration guide and release notes of 3.2 and 4.0")


@ask("entry_point", 1, "SparkSession and SparkContext")
def _(v):
    n = v.pick(5, 8)
    run = v.run(f"""
        again = spark.builder.getOrCreate()
        [spark.sparkContext is sc, again.sparkContext is sc, spark.range({n}).count()]
        """)
    right = holds(run.value == [True, True, n], "One: sessions share the SparkContext.")
    return v.choose("A program calls SparkSession.builder.getOrCreate() several times. How many "
                    "SparkContexts are there?", right,
                    "A session is the entry point of SQL with settings and views of its own, over "
                    "the one SparkContext of the process.",
                    {"One for each session": Belief("a session is a connection",
                                                    "It is a namespace over one context."),
                     "None: SparkSession replaced it": Belief(
                         "SparkContext is gone since 2.0", "spark.sparkContext is it."),
                     "One for each executor": Belief("executors have contexts",
                                                     "They have task contexts; the SparkContext "
                                                     "is the driver's.")})


@ask("dynamic_allocation", 2, "Dynamic allocation by default")
def _(v):
    value = v.setting("spark.dynamicAllocation.enabled")
    idle = v.setting("spark.dynamicAllocation.executorIdleTimeout")
    v.pick(1, 2)
    return v.choose("Without any setting: does Spark give idle executors back?",
                    holds(value == "false", "No: dynamic allocation is off."),
                    "spark.dynamicAllocation.enabled is false. If it is on, an executor that has "
                    f"done nothing for {idle} goes, unless it holds cached blocks, or shuffle "
                    "files that nobody else serves.",
                    {"Yes, after 60 seconds": Belief("dynamic allocation is on",
                                                     "Some distributions turn it on; Spark "
                                                     "does not."),
                     "Yes, at the end of each job": Belief("executors belong to jobs",
                                                           "They belong to the application.")})


@ask("grant_time", 2, "How many executors the scheduler waits for")
def _(v):
    n = v.pick(10, 20, 50)
    ratio = 0.8
    return v.number(f"On YARN an application asks for {n} executors, without dynamic allocation. "
                    "How many must have registered before its first task starts, if that takes "
                    "less than 30 s?", round(n * ratio),
                    "spark.scheduler.minRegisteredResourcesRatio is 0.8 on YARN and Kubernetes (0 "
                    "on standalone); after spark.scheduler.maxRegisteredResourcesWaitingTime "
                    f"({v.setting('spark.scheduler.maxRegisteredResourcesWaitingTime')}) it starts "
                    "anyway.",
                    wrong={n: Belief("all executors must be there", "Four fifths are enough."),
                           1: Belief("the first executor starts the job", "So on standalone.")})


@ask("pods", 2, "Pods of an application on Kubernetes")
def _(v):
    count = v.pick(3, 5, 8)
    story = v.simulate(scenario("kubernetes", "cluster", count), tells="pod", most_told=5)
    pods = {match[0] for _, _, step in story.steps
            for match in re.finditer(r"app-\w+-(?:exec-\d+|driver)", step)}
    return v.number(f"--master k8s://… --deploy-mode cluster --num-executors {count}. How many "
                    "pods does the application have while it runs?", len(pods),
                    f"One for the driver, which asks for the {count} others itself. There is no "
                    "ApplicationMaster on Kubernetes.",
                    wrong={count: Belief("only executors have pods",
                                         "In cluster mode the driver runs in one, too."),
                           count + 2: Belief(
                        "driver and ApplicationMaster have a pod each",
                        "ApplicationMasters are YARN's."), 1: Belief(
                        "executors are containers of one pod", "Each has a pod.")})
