"""explain("codegen"): the C of fused stages, as DataFrames and SQL text show it.

That the C is right is what tests/sql/codegen tests: it compiles stages and compares their rows with
the engine's. With RUSH_CODEGEN=all (make check) its programs are run here over all queries that
they have, those of tests/sql/logic, and TPC-H's 22.
"""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build" / "tests" / "sql" / "codegen"
HEADER = ROOT / "sql" / "codegen"


@pytest.fixture(scope="module")
def spark(session_of):
    return session_of()


def generated(text):
    """The C files in the text of explain("codegen")."""
    return [part.split("\n== Subtree")[0] for part in text.split("Generated code:\n")[1:]]


def test_explain_prints_a_function_for_each_stage(spark, capsys):
    df = spark.range(10).where("id > 2").selectExpr("id % 3 as k", "id").groupBy("k").sum("id")
    df.explain("codegen")
    text = capsys.readouterr().out
    assert text.startswith("Found 2 WholeStageCodegen subtrees.\n== Subtree 1 / 2 ==\n"
                           "*(1) HashAggregate(")
    assert [f"stage_{i + 1} (rl_stage *stage)" in code
            for i, code in enumerate(generated(text))] == [True, True]


def test_numbers_are_those_of_the_plan(spark, capsys):
    df = spark.range(3).selectExpr("id + 1 as x")
    df.explain()
    plan = capsys.readouterr().out
    df.explain(mode="codegen")
    text = capsys.readouterr().out
    for line in plan.splitlines()[1:]:
        assert line in text.splitlines() or not line


def test_explain_codegen_in_sql(spark):
    rows = spark.sql("explain codegen select id + 1 from range(3) where id > 1").collect()
    assert rows[0].plan.startswith("Found 1 WholeStageCodegen subtrees.\n")
    assert "__builtin_add_overflow (id, 1, " in rows[0].plan


def test_nothing_is_fused(spark):
    rows = spark.sql("explain codegen select * from values (1) as t (a)").collect()
    assert rows[0].plan == "Found 0 WholeStageCodegen subtrees.\n"


def test_an_adaptive_plan_that_has_run_shows_its_stages(spark, capsys):
    df = spark.range(10).selectExpr("id % 3 as k").groupBy("k").count()
    df.collect()
    df.explain("codegen")
    assert capsys.readouterr().out.startswith("Found 2 WholeStageCodegen subtrees.\n")


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_the_text_compiles_alone(spark, tmp_path):
    query = """explain codegen select k, upper(s), sum(n) over (order by n) from
               (select id % 7 as k, id as n, cast(id as string) as s from range(9)) where k <> 3"""
    for code in generated(spark.sql(query).collect()[0].plan):
        file = tmp_path / "stage.c"
        file.write_text(code)
        subprocess.run(["cc", "-std=gnu11", "-Wall", "-Werror", f"-I{HEADER}", "-c", str(file),
                        "-o", str(tmp_path / "stage.o")], check=True)


@pytest.mark.skipif(os.environ.get("RUSH_CODEGEN") != "all", reason="a part of make check")
@pytest.mark.parametrize("program", ["test_codegen", "test_codegen_files"])
def test_all_generated_stages(program, tmp_path):
    generator = shutil.which("tpchgen-cli", path=os.path.dirname(sys.executable))
    assert generator, "tpchgen-cli of requirements-test.txt is not installed"
    subprocess.run([generator, "csv", "-s", "0.001", "--output-dir", str(tmp_path)], check=True,
                   capture_output=True)
    env = dict(os.environ, G_TEST_SRCDIR=str(ROOT / "tests"), RUSH_TPCH_CSV=str(tmp_path),
               TZ="UTC")
    done = subprocess.run([str(PROGRAMS / program), "-k", "-m", "slow"], env=env,
                          capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
