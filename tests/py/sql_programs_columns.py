"""Columns: how expressions look, and what misuse says."""
import datetime
import decimal

from pyspark.sql import Window, functions as F
from pyspark.sql.functions import col, lit
from sql_programs import error, program, table

a, b, c = col("a"), col("b"), col("c")
EXPRESSIONS = {
    "arithmetic": lambda: [a + 1, 1 + a, a - b, 2 - a, a * 2.5, 3 * a, a / b, 1 / a, a % 2, 7 % a, -a, a ** 2,
                           2 ** a],
    "comparison": lambda: [a == 1, a != 1, a < b, a <= 2, a > 3, a >= "x", a.eqNullSafe(None),
                           a.between(1, 3), a.isin(1, 2), a.isin([1, "b"]), a.isin({5})],
    "logic": lambda: [a & b, a | b, ~a, a & True, True | a, (a > 1) & (b < 2) | ~c, a.isNull(),
                      a.isNotNull(), a.isNaN()],
    "bits": lambda: [a.bitwiseAND(b), a.bitwiseOR(1), a.bitwiseXOR(2)],
    "text": lambda: [a.contains("x"), a.startswith("x"), a.endswith(b), a.like("x%"),
                     a.rlike("^x"), a.ilike("%X"), a.substr(1, 3), a.substr(b, c), a[1:3]],
    "parts": lambda: [a[0], a["k"], a.getField("f"), a.getItem("k"), a.getItem(1), a.f, a["x"]["y"],
                      a.withField("n", lit(1)), a.dropFields("x", "y")],
    "names": lambda: [a.alias("z"), a.name("z"), a.alias("x", "y"), a.alias("z", metadata={"u": 1}),
                      col("a.b"), col("`a.b`"), col("*"), col("t.*"), F.expr("a + 1")],
    "casts": lambda: [a.cast("int"), a.astype("string"), a.try_cast("date"),
                      a.cast("decimal(4,2)"), a.cast("array<int>")],
    "order": lambda: [a.asc(), a.desc(), a.asc_nulls_last(), a.desc_nulls_first(),
                      a.asc_nulls_first(), a.desc_nulls_last()],
    "choice": lambda: [F.when(a > 1, "x"), F.when(a > 1, b).otherwise(0),
                       F.when(a == 1, 1).when(a == 2, 2).otherwise(None)],
    "literals": lambda: [lit(1), lit(1.5), lit("it's"), lit(None), lit(True),
                         lit(2**40), lit(decimal.Decimal("1.50")), lit(datetime.date(2020, 1, 2)),
                         lit([1, 2]), lit(1e20), lit(0.1), lit(-1), lit("a\nb")],
    "windows": lambda: [F.sum("a").over(Window.partitionBy("b")),
                        F.rank().over(Window.partitionBy("b").orderBy(c.desc())),
                        F.sum("a").over(Window.orderBy("b").rowsBetween(-1, 1)),
                        F.sum("a").over(Window.orderBy("b").rowsBetween(
                            Window.unboundedPreceding, Window.currentRow)),
                        F.max("a").over(Window.partitionBy().orderBy("b").rangeBetween(-2, 0))],
    "functions": lambda: [F.sum("a"), F.count("*"), F.count("a"), F.countDistinct("a", "b"),
                          F.avg("a"), F.sum_distinct("a"), F.first("a", True), F.coalesce("a", b),
                          F.concat("a", lit("-"), "b"), F.upper("a"), F.year("a"), F.round("a", 2),
                          F.array("a", "b"), F.struct("a", b), F.explode("a"), F.rand(5),
                          F.to_date("a"), F.to_date("a", "yyyy"), F.date_add("a", 3), F.lag("a"),
                          F.substring("a", 1, 2), F.split("a", ","), F.regexp_replace("a", "x", "y"),
                          F.desc("a"),
                          F.date_format("a", "yyyy"), F.greatest("a", "b"), F.ntile(4),
                          F.percentile_approx("a", [0.5], 100), F.collect_list("a"),
                          F.when(a.isNull(), F.length("b")), F.isnull("a"), F.abs("a"),
                          F.expr("sum(a) over (partition by b)")],
}


@program
def columns_look_so(spark, tmp):
    return {family: [repr(e) for e in entries()] for family, entries in EXPRESSIONS.items()}


table("columns",
      of_a_frame=lambda spark: [repr(x) for x in (
          spark.range(1).id, spark.range(1)["id"], spark.range(1)[0])],
      if_of_a_column=lambda spark: error(bool, a),
      in_a_column=lambda spark: error(lambda: 1 in a),
      iterated=lambda spark: error(list, a),
      called=lambda spark: error(lambda: a(1))[0],
      when_of_nothing=lambda spark: error(lambda: a.when(a > 1, 2)),
      otherwise_twice=lambda spark: error(lambda: F.when(a, 1).otherwise(2).otherwise(3)),
      when_after_otherwise=lambda spark: error(lambda: F.when(a, 1).otherwise(2).when(b, 3)),
      when_of_no_column=lambda spark: error(lambda: F.when(True, 1))[:2],
      substr_mixed=lambda spark: error(lambda: a.substr(1, b))[:2],
      substr_text=lambda spark: error(lambda: a.substr("1", "2"))[:2],
      slice_step=lambda spark: error(lambda: a[1:5:2])[:2],
      cast_to_nothing=lambda spark: error(lambda: a.cast(5))[:2],
      cast_to_unknown=lambda spark: error(lambda: a.cast("blah"))[:2],
      alias_misused=lambda spark: [error(lambda: a.alias("x", "y", metadata={}))[:2],
                                   error(lambda: a.alias("x", meta=1))[0]],
      over_nothing=lambda spark: error(lambda: F.sum("a").over("b"))[:2],
      function_of_a_number=lambda spark: error(F.upper, 5)[:2],
      unknown_function=lambda spark: error(lambda: F.nothing)[0],
      name_broken=lambda spark: error(lambda: col("a`b"))[:2])
