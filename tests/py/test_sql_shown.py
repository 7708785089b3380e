"""Tables that show () prints, and texts of expressions that make no sense."""
import pytest


@pytest.fixture(scope="module")
def spark(session_of):
    return session_of()


def test_columns_of_one_name_are_shown(spark, capsys):
    left = spark.createDataFrame([(1, "a")], "id int, v string")
    right = spark.createDataFrame([(1, "b")], "id int, w string")
    left.join(right, left.id == right.id).show()
    spark.sql("select 1 a, 2 a").show()
    assert capsys.readouterr().out == """\
+---+---+---+---+
| id|  v| id|  w|
+---+---+---+---+
|  1|  a|  1|  b|
+---+---+---+---+

+---+---+
|  a|  a|
+---+---+
|  1|  2|
+---+---+

"""


@pytest.mark.parametrize("text", ["id = ", "", "id +", ")", "'"])
def test_a_text_that_is_no_expression_is_an_error(spark, text):
    from rushlight.errors import ParseException
    from rushlight.sql import functions as F
    frame = spark.range(3)
    for use in (frame.filter, F.expr, frame.selectExpr):
        with pytest.raises(ParseException, match="PARSE_"):
            use(text)


def test_pictures_tell_of_one_run(spark):
    frame = spark.range(10).where("id >= 0").selectExpr("id + 1 as k")
    frame.collect()
    frame.collect()
    newest = int(spark.executions().splitlines()[-1].split()[1])
    for picture in (frame.dag(), spark.dag(newest - 1), spark.dag(newest)):
        assert "10 rows" in picture.dot and "20 rows" not in picture.dot
