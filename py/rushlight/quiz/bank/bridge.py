"""The bridge between Python and the JVM, and where Python runs.

Rushlight has no JVM: what is about Py4J is a definition with its source, the rest is run.
"""
from rushlight.quiz import Belief, holds, topic
from rushlight.quiz import _beliefs as B

ask = topic("bridge")
NO_JVM = "Real PySpark's affair; Rushlight's engine is in the driver's process. "


@ask("what_py4j_does", 1, "What Py4J carries")
def _(v):
    v.pick(1, 2)
    return v.choose("What goes through Py4J?", "Calls of the driver's Python to the driver's JVM",
                    NO_JVM + "DataFrame calls become calls on Java objects by name; what comes "
                    "back is a reference.",
                    {"All rows of a DataFrame": B.DATA_THROUGH_PY4J,
                     "Tasks, from the driver to executors": B.PY4J_EXECUTORS,
                     "Python functions, to their workers": Belief(
                         "functions go through Py4J", "They are pickled into the task, which "
                         "goes by Spark's RPC, and to the worker by a socket.")},
                    source="pyspark/java_gateway.py; py4j.org")


@ask("jvm_first", 1, "Which process starts first")
def _(v):
    v.pick(1, 2)
    return v.choose("`python app.py` makes a SparkContext. What happens first?",
                    "Python starts a JVM by spark-submit and connects to its gateway",
                    NO_JVM + "launch_gateway starts `spark-submit pyspark-shell`, reads the port "
                    "from a file, and connects.",
                    {"The JVM embeds a Python interpreter": Belief(
                        "Python runs inside the JVM", "They are two processes."),
                     "Python imports Spark's classes": Belief(
                         "Spark is loaded into Python", "Python holds proxies only."),
                     "The cluster manager starts Python on all nodes": B.PYTHON_EVERYWHERE},
                    source="pyspark/java_gateway.py, launch_gateway")


@ask("python_workers_where", 1, "Where Python workers run")
def _(v):
    v.pick(1, 2)
    return v.choose("On a cluster: where is a Python UDF called?",
                    "In Python worker processes beside the executors' JVMs",
                    "Each executor starts workers by its daemon (pyspark.daemon) on its own machine"
                    " and talks to them over sockets.",
                    {"In the driver's Python": Belief("UDFs run where they are written",
                                                      "They are pickled and sent to executors."),
                     "Inside the executors' JVM": Belief(
                         "the JVM interprets Python", "It cannot; that was Jython."),
                     "On one Python server for the cluster": B.PY4J_EXECUTORS},
                    source="org.apache.spark.api.python.PythonWorkerFactory")


@ask("needs_workers_builtin", 2, "A program without Python workers")
def _(v):
    n = v.pick(100, 500)
    run = v.run(f"""
        df = spark.range({n}).selectExpr("id % 7 AS k", "id AS v")
        df.groupBy("k").agg(F.sum("v"), F.avg("v")).collect()
        """)
    right = holds(not any("Python" in node or "Arrow" in node for node in run.nodes()),
                  "None: no node of the plan evaluates Python.")
    return v.choose("How many Python workers does this query use on the executors?", right,
                    "All is built-in: expressions run in the engine. Python only describes the "
                    "query, and gets seven rows back.",
                    {"One for each task": B.PYTHON_EVERYWHERE,
                     "One for each executor": B.PYTHON_EVERYWHERE,
                     "One for each aggregate": Belief("F.sum is a Python function",
                                                      "It makes an expression; nobody calls it "
                                                      "for rows.")})


@ask("udf_node", 2, "Where a UDF stands in a plan")
def _(v):
    add = v.pick(1, 2, 3)
    run = v.run(f"""
        plus = F.udf(lambda x: x + {add}, "long")
        spark.range(10).select(plus("id")).collect()
        """)
    nodes = [node for node in run.nodes() if "Eval" in node]
    return v.choose("Which node of the plan calls the function (4.2 or later, with pyarrow)?",
                    nodes[0],
                    "Rows go to Python workers and back in batches: over Arrow (ArrowEvalPython), "
                    "or pickled (BatchEvalPython) where pyarrow is missing, and before 4.2.",
                    {"Project": Belief("a UDF is an expression as any other",
                                       "Expressions of Python are taken out into a node."),
                     "WholeStageCodegen": Belief("UDFs are compiled", "Only built-ins are."),
                     "MapInPandas": Belief("all Python goes through pandas",
                                           "Only mapInPandas makes that node.")})


@ask("rdd_lambda_workers", 1, "Lambdas of RDDs")
def _(v):
    n = v.pick(6, 9)
    run = v.run(f"""
        import os
        here = os.getpid()
        pids = sc.parallelize(range({n}), 3).map(lambda _: os.getpid()).distinct().collect()
        here in pids
        """)
    return v.choose("What does the last line give, and why?",
                    holds(run.value is False, "False: lambdas run in worker processes."),
                    "The lambda is pickled and called in workers, even in local mode.",
                    {"True: in local mode the driver runs tasks": Belief(
                        "local mode calls lambdas in the driver",
                        "Its threads are the JVM's; Python is in workers."),
                     "True: the lambda was written there": B.DRIVER_VARIABLE,
                     "an error: os.getpid cannot be pickled": Belief(
                         "modules cannot be sent", "cloudpickle sends their names.")})


@ask("driver_variable", 1, "A list that tasks append to")
def _(v):
    n = v.pick(5, 10, 20)
    run = v.run(f"""
        seen = []
        sc.parallelize(range({n}), 2).foreach(lambda x: seen.append(x))
        len(seen)
        """)
    return v.number("What does the last line give?", run.value,
                    "Each task has a copy of the list, unpickled in its worker. Nothing comes "
                    "back: use an accumulator, or collect().",
                    wrong={n: B.DRIVER_VARIABLE, n // 2: Belief(
                        "the last task's copy comes back", "None does.")})


@ask("accumulator", 1, "An accumulator")
def _(v):
    n, slices = v.pick((10, 3), (20, 4), (15, 2))
    run = v.run(f"""
        seen = sc.accumulator(0)
        sc.parallelize(range({n}), {slices}).foreach(lambda x: seen.add(1))
        seen.value
        """)
    return v.number("What does the last line give?", run.value,
                    "Each task sends its sum with its result, and the driver adds it once a "
                    "partition.",
                    wrong={0: B.DRIVER_VARIABLE, slices: Belief("one addition a task",
                                                                "One an element.")})


@ask("pickled_rdd", 2, "What a Python RDD holds in the JVM")
def _(v):
    v.pick(1, 2)
    return v.choose("What are the elements of a Python RDD, seen from the JVM?",
                    "Byte arrays: batches of pickled objects",
                    "A PythonRDD is an RDD[Array[Byte]]; only Python can open it. That is why RDD "
                    "operators of PySpark cannot be optimized.",
                    {"Java objects of the same type": Belief(
                        "Python objects are translated", "Only at the border to DataFrames."),
                     "Rows with a schema": Belief("RDDs have schemas", "DataFrames do."),
                     "References to objects in Python": Belief(
                         "the JVM points into Python", "Processes share no pointers.")},
                    source="org.apache.spark.api.python.PythonRDD")


@ask("chain_calls", 2, "How often data go to Python")
def _(v):
    steps = v.pick(2, 3, 4)
    chain = "".join(f".map(lambda x: x + {i + 1})" for i in range(steps))
    run = v.run(f"""
        numbers = sc.parallelize(range(10), 2){chain}
        numbers.toDebugString().decode().count("PythonRDD[")
        """)
    return v.number("How many PythonRDDs does the lineage have, that is, how often do the data "
                    "go through Python workers?", run.value,
                    "PySpark chains functions of narrow operators into one PipelinedRDD: one "
                    "worker call for all of them.",
                    wrong={steps: Belief("each map is a round trip", "Chained maps are one "
                                         "function."), 0: Belief("map needs no Python",
                                                                 "Its lambda does.")})


@ask("breaks_chain", 3, "What breaks a chain of functions")
def _(v):
    broken = v.pick(True, False)
    run = v.run(f"""
        one = sc.parallelize(range(10), 2).map(lambda x: x + 1){".cache()" * broken}
        two = one.map(lambda x: x * 2)
        two.toDebugString().decode().count("PythonRDD[")
        """)
    return v.number("How many PythonRDDs does the lineage of `two` have?", run.value,
                    "cache() keeps pickled bytes in between, so the data leave Python and come "
                    "back." if broken else "Nothing stands in between: both functions are one "
                    "chain.",
                    wrong={1: Belief("functions are always chained", "Not over what is cached, "
                                     "checkpointed or shuffled."), 2: Belief(
                        "each map is a PythonRDD", "Chained ones are one.")})


@ask("connect", 2, "Spark Connect")
def _(v):
    v.pick(1, 2)
    return v.choose("What does a Spark Connect client send to the server?",
                    "An unresolved logical plan, in protobuf over gRPC",
                    "The client has no JVM and no Py4J; results come back as Arrow batches. "
                    "(Rushlight has no Connect: a definition.)",
                    {"Python code": Belief("the server runs the client's program",
                                           "Only UDFs are sent as code."),
                     "Py4J calls": Belief("Connect is Py4J over the network",
                                          "It replaced Py4J."),
                     "Optimized physical plans": Belief("clients optimize",
                                                        "Analysis and optimization are the "
                                                        "server's.")},
                    source="Spark Connect Overview, Spark's documentation")


@ask("collect_rows", 2, "How rows reach the driver's Python")
def _(v):
    v.pick(1, 2)
    return v.choose("By which way do rows of df.collect() come to the driver's Python?",
                    "Pickled, over a local socket that the JVM serves",
                    NO_JVM + "collectToPython serves the rows on a socket with a secret; Py4J "
                    "carries only port and secret.",
                    {"As Py4J's return value": B.DATA_THROUGH_PY4J,
                     "Through a temporary file": Belief(
                         "collect() writes files", "So for large parallelize(), the other way."),
                     "From executors to Python directly": B.PY4J_EXECUTORS},
                    source="org.apache.spark.api.python.PythonRDD.serveIterator")


@ask("connect_rdd", 2, "What Spark Connect leaves out")
def _(v):
    v.pick(1, 2)
    return v.choose("Which of these does not work through Spark Connect?",
                    "spark.sparkContext.parallelize([1, 2])",
                    "The client has no SparkContext, so no RDDs and nothing of Py4J. DataFrames, "
                    "SQL, UDFs and, since 4.0, pyspark.ml are there. (Rushlight has no Connect: a "
                    "definition.)",
                    {"spark.sql('SELECT 1').collect()": Belief(
                        "Connect is for DataFrames alone", "SQL text is a plan, too."),
                     "F.udf(lambda x: x + 1)": Belief(
                         "Connect cannot send Python", "UDFs are pickled into the plan."),
                     "df.write.parquet('out')": Belief(
                         "Connect only reads", "A write is a command in protobuf.")},
                    source="Spark Connect Overview, Spark's documentation")
