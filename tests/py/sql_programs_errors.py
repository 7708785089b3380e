"""What wrong queries raise: class, condition, state, parameters, place, words."""
import datetime

from pyspark.sql import functions as F
from pyspark.sql.functions import col
from sql_programs import error, people, program, table


def sql(text):
    return lambda spark: error(lambda: spark.sql(text).collect())


def frame(run):
    return lambda spark: error(lambda: run(people(spark)))


table("error",
      syntax=sql("select 1 +"), syntax_where=sql("select 1\nfrom range(3)\nwhere id > > 1"),
      unclosed=sql("select 'abc"), empty=sql(""), no_table=sql("select * from nothing"),
      no_column=sql("select idd from range(3)"), no_function=sql("select nosuch(1)"),
      divide=sql("select 1/0"), divide_of_rows=sql("select 6 / id from range(3)"),
      overflow=sql("select 2147483647 + 1"), overflow_long=sql("select 9223372036854775807L + 1L"),
      cast_number=sql("select cast('abc' as int)"), cast_date=sql("select cast('abc' as date)"),
      cast_overflow=sql("select cast(300 as tinyint)"),
      index=sql("select array(1, 2)[5]"), element=sql("select element_at(array(1), 0)"),
      type_mismatch=sql("select 1 + true"), arguments=sql("select upper('a', 'b')"),
      aggregate_in_where=sql("select id from range(3) where sum(id) > 1"),
      not_grouped=sql("select id, count(*) from range(3)"),
      nested_aggregate=sql("select sum(count(*)) from range(3)"),
      scalar_rows=sql("select (select id from range(3))"),
      ambiguous=sql("select id from range(2) a join range(2) b on a.id = b.id"),
      union_width=sql("select 1 union select 1, 2"), order_ordinal=sql("select 1 order by 3"),
      frame_no_column=frame(lambda df: df.select("nam")),
      frame_no_attribute=frame(lambda df: df.nam), frame_no_item=frame(lambda df: df["nam"]),
      frame_filter_text=frame(lambda df: df.filter("agee > 1")),
      frame_filter_type=frame(lambda df: df.filter("age + 1")),
      frame_filter_number=frame(lambda df: df.filter(5)),
      frame_divide=frame(lambda df: df.select(col("age") / 0).collect()),
      frame_divide_name=frame(lambda df: df.select(F.lit(1) / (col("age") - 36)).collect()),
      frame_cast=frame(lambda df: df.select(col("name").cast("int")).collect()),
      frame_type=frame(lambda df: df.select(col("name") + datetime.timedelta(1)).collect()),
      frame_union=frame(lambda df: df.union(df.select("age"))),
      frame_by_name=frame(lambda df: df.unionByName(df.select("age"))),
      frame_join_how=frame(lambda df: df.join(df, "name", "sideways")),
      frame_join_name=frame(lambda df: df.join(df, "nothing")),
      frame_join_how_type=frame(lambda df: df.join(df, "name", 3)),
      frame_ambiguous=frame(lambda df: df.join(df, df.name == df.name).select(df.name)),
      frame_agg_nothing=frame(lambda df: df.groupBy("name").agg()),
      frame_sum_of_text=frame(lambda df: df.groupBy("age").sum("name")),
      frame_group_missing=frame(lambda df: df.groupBy("zz").count()),
      frame_sort_nothing=frame(lambda df: df.sort()),
      frame_limit_negative=frame(lambda df: df.limit(-1).collect()),
      frame_repartition_zero=frame(lambda df: df.repartition(0)),
      frame_repartition_type=frame(lambda df: df.repartition(1.5)),
      frame_sample=frame(lambda df: df.sample("x")), frame_sample_range=frame(lambda df: df.sample(1.5)),
      frame_split=frame(lambda df: df.randomSplit([-1.0, 2.0])),
      frame_show=frame(lambda df: df.show("x")), frame_show_vertical=frame(lambda df: df.show(1, True, 3)),
      frame_show_truncate=frame(lambda df: df.show(truncate="x")),
      frame_with_column=frame(lambda df: df.withColumn("a", 3)),
      frame_with_columns=frame(lambda df: df.withColumns([1])),
      frame_to_df=frame(lambda df: df.toDF("a")), frame_fill=frame(lambda df: df.fillna([1])),
      frame_drop_na=frame(lambda df: df.dropna("some")), frame_drop=frame(lambda df: df.drop(3)),
      frame_replace=frame(lambda df: df.replace([1, 2], [3])),
      frame_replace_nothing=frame(lambda df: df.replace("a")),
      frame_duplicates=frame(lambda df: df.dropDuplicates(["zz"])),
      frame_duplicates_type=frame(lambda df: df.dropDuplicates("name")),
      frame_alias=frame(lambda df: df.alias(3)), frame_explain=frame(lambda df: df.explain(True, "simple")),
      frame_explain_mode=frame(lambda df: df.explain("sideways")),
      frame_quantile=frame(lambda df: df.approxQuantile("age", [2.0], 0.1)),
      frame_quantile_type=frame(lambda df: df.approxQuantile("age", 0.5, 0.1)),
      frame_corr=frame(lambda df: df.corr("age", "score", "spearman")),
      frame_crosstab=frame(lambda df: df.crosstab("a", 3)),
      frame_transform=frame(lambda df: df.transform(lambda d: 3)),
      frame_item_type=frame(lambda df: df[1.5]), frame_to_pandas_call=frame(lambda df: df.nothing()),
      frame_pivot_column=frame(lambda df: df.groupBy("age").pivot("zz")),
      frame_agg_column=frame(lambda df: df.agg("age")), frame_with_renamed=frame(
          lambda df: df.withColumnsRenamed("x")),
      frame_head_negative=frame(lambda df: df.head(-1)))


table("misuse",
      conf_key=lambda spark: error(lambda: spark.conf.get(3)),
      conf_value=lambda spark: error(lambda: spark.conf.set("spark.sql.shuffle.partitions", "x")),
      conf_negative=lambda spark: error(lambda: spark.conf.set("spark.sql.shuffle.partitions", -1)),
      conf_static=lambda spark: error(
          lambda: spark.conf.set("spark.sql.warehouse.dir", "/x"))[:3],
      conf_core=lambda spark: error(lambda: spark.conf.set("spark.executor.memory", "1g"))[:3],
      conf_unknown=lambda spark: error(lambda: spark.conf.get("spark.nothing")),
      conf_bool=lambda spark: error(lambda: spark.conf.set("spark.sql.ansi.enabled", "maybe")),
      range_step=lambda spark: error(lambda: spark.range(1, 5, 0).collect())[:2],
      table_missing=lambda spark: error(lambda: spark.table("no.such")),
      table_broken=lambda spark: error(lambda: spark.table("a b"))[:2],
      sql_parameter=lambda spark: error(lambda: spark.sql("select :x")),
      sql_parameters=lambda spark: error(lambda: spark.sql("select :x", {"y": 1}))[:2],
      read_missing=lambda spark: error(lambda: spark.read.parquet("/no/such")),
      read_format=lambda spark: error(lambda: spark.read.format("nosuch").load("/x"))[:2],
      read_schema=lambda spark: error(lambda: spark.read.schema(3))[:2],
      write_mode=lambda spark: error(lambda: spark.range(1).write.mode("some").parquet("/x/y")),
      view_name=lambda spark: error(lambda: spark.range(1).createTempView("a b"))[:2])


@program
def ansi_off(spark, tmp):
    spark.conf.set("spark.sql.ansi.enabled", "false")
    try:
        return [repr(spark.sql(t).collect()) for t in (
            "select 1/0 as x", "select cast('abc' as int) as x", "select 2147483647 + 1 as x",
            "select array(1)[3] as x", "select cast('x' as date) as x", "select '1' + 1 as x")] + [
            repr(people(spark).select((col("age") / 0).alias("x")).collect())]
    finally:
        spark.conf.unset("spark.sql.ansi.enabled")
