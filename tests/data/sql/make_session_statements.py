"""Records what real Spark answers to statements that are no queries: session_statements.jsonl.

    SPARK_LOCAL_IP=127.0.0.1 python make_session_statements.py    with pyspark 4.3; 2 min

One line a statement, in order, all in one session: its columns and rows, or its error's condition,
SQLSTATE and message.  {tmp} stands for a folder that is empty at first; times and sizes that differ
from run to run are not kept.
"""
import json
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

STATEMENTS = """
SHOW DATABASES
SHOW TABLES
CREATE TABLE t (k INT, s STRING) USING parquet
CREATE TABLE t (k INT) USING parquet
CREATE TABLE IF NOT EXISTS t (k INT) USING parquet
CREATE TABLE nowhere.t (k INT) USING parquet
CREATE TABLE odd (k INT) USING nothing_like_it
SELECT * FROM t
INSERT INTO t VALUES (1, 'a'), (2, 'b')
SELECT * FROM t ORDER BY k
INSERT INTO t (s, k) VALUES ('c', 3)
INSERT INTO t (k) VALUES (4)
SELECT * FROM t ORDER BY k
INSERT INTO t VALUES (1)
INSERT INTO t VALUES (1, 'a', 2)
INSERT INTO t VALUES ('x', 'a')
INSERT INTO t SELECT 'x', 'a'
INSERT INTO t VALUES (DATE'2020-01-01', 'a')
INSERT INTO t VALUES (3000000000L, 'a')
INSERT INTO t VALUES (5.5D, 6)
INSERT INTO t (k, k) VALUES (1, 2)
INSERT INTO t (k, nope) VALUES (1, 2)
INSERT INTO t BY NAME SELECT 'n' AS s, 9 AS k
INSERT INTO t BY NAME SELECT 'n' AS s, 9 AS other
INSERT INTO nowhere VALUES (1)
SELECT * FROM t ORDER BY k
INSERT OVERWRITE t VALUES (7, 'only')
SELECT * FROM t
INSERT OVERWRITE t SELECT k + 1, s FROM t
CREATE TABLE p (v INT, a INT, b STRING) USING parquet PARTITIONED BY (a, b)
CREATE TABLE p2 (v INT) USING parquet PARTITIONED BY (nope)
CREATE TABLE p3 (v INT) USING parquet PARTITIONED BY (v)
INSERT INTO p VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'x')
INSERT INTO p PARTITION (a = 3, b = 'z') VALUES (4), (5)
INSERT INTO p PARTITION (a = 3, b) VALUES (6, 'w')
INSERT INTO p PARTITION (a, b = 'w') VALUES (6, 5)
INSERT INTO p PARTITION (c = 3) VALUES (6, 5, 6)
INSERT INTO p PARTITION (a = 'x', b = 'w') VALUES (6)
INSERT INTO p VALUES (8, 8, NULL)
SELECT * FROM p ORDER BY v
SHOW PARTITIONS p
SHOW PARTITIONS t
SHOW PARTITIONS nowhere
INSERT OVERWRITE p PARTITION (a = 3, b = 'z') VALUES (40)
SELECT * FROM p ORDER BY v
INSERT OVERWRITE p PARTITION (a = 1) IF NOT EXISTS VALUES (40, 'x')
INSERT OVERWRITE p PARTITION (a = 1, b = 'x') IF NOT EXISTS VALUES (40)
SELECT * FROM p ORDER BY v
INSERT OVERWRITE p VALUES (50, 5, 'five')
SELECT * FROM p ORDER BY v
SET spark.sql.sources.partitionOverwriteMode=dynamic
INSERT INTO p VALUES (60, 6, 'six')
INSERT OVERWRITE p VALUES (61, 6, 'six')
SELECT * FROM p ORDER BY v
SET spark.sql.sources.partitionOverwriteMode=static
DESCRIBE p
DESCRIBE EXTENDED p
DESCRIBE p v
DESCRIBE p nope
DESCRIBE nowhere
SHOW CREATE TABLE p
SHOW COLUMNS FROM p
SHOW TBLPROPERTIES p
CREATE TABLE c USING parquet AS SELECT 1 AS x, 'y' AS y
CREATE TABLE c USING parquet AS SELECT 2 AS x
CREATE TABLE IF NOT EXISTS c USING parquet AS SELECT 2 AS x
CREATE TABLE cp USING parquet PARTITIONED BY (y) AS SELECT 1 AS x, 'y' AS y
CREATE TABLE cd USING parquet AS SELECT 1 AS x, 2 AS x
SELECT * FROM c
SELECT * FROM cp
SHOW CREATE TABLE cp
CREATE TABLE e (x INT COMMENT 'ex', y STRING NOT NULL) USING csv OPTIONS (header 'true') COMMENT 'of files' LOCATION '{tmp}/e' TBLPROPERTIES ('k' = 'v')
INSERT INTO e VALUES (1, 'one')
SELECT * FROM e
SHOW CREATE TABLE e
DESCRIBE EXTENDED e
SHOW TBLPROPERTIES e
SHOW TBLPROPERTIES e (k)
SHOW TBLPROPERTIES e (missing)
CREATE TABLE bk (x INT, y INT) USING parquet CLUSTERED BY (x) INTO 4 BUCKETS
INSERT INTO bk SELECT id, id FROM range(10)
SELECT count(*) FROM bk
SHOW CREATE TABLE bk
CREATE TABLE e2 USING csv OPTIONS (header 'true', inferSchema 'true') LOCATION '{tmp}/e'
SELECT * FROM e2
DESCRIBE e2
CREATE TABLE e3 USING csv
ANALYZE TABLE p COMPUTE STATISTICS
ANALYZE TABLE p COMPUTE STATISTICS NOSCAN
ANALYZE TABLE p COMPUTE STATISTICS FOR COLUMNS v, nope
ANALYZE TABLE p COMPUTE STATISTICS FOR ALL COLUMNS
DESCRIBE EXTENDED p v
ANALYZE TABLE nowhere COMPUTE STATISTICS
CREATE TEMPORARY VIEW v AS SELECT 1 AS one, 2 AS two
CREATE TEMPORARY VIEW v AS SELECT 3
CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 3 AS three
ANALYZE TABLE v COMPUTE STATISTICS
INSERT INTO v VALUES (1)
DROP TABLE v
CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 3 AS three
CREATE TEMPORARY VIEW t AS SELECT 'shadow' AS which
SELECT * FROM t
SELECT * FROM default.t
DROP VIEW t
SELECT * FROM t
CREATE GLOBAL TEMPORARY VIEW g AS SELECT 'g' AS g
SELECT * FROM global_temp.g
SELECT * FROM g
SHOW TABLES IN global_temp
SHOW VIEWS
SHOW TABLES
SHOW TABLES LIKE 'p|c*'
CREATE VIEW pv AS SELECT k, s FROM t
CREATE VIEW pv AS SELECT 1
CREATE VIEW IF NOT EXISTS pv AS SELECT 1
CREATE VIEW pv2 (a, b COMMENT 'bee') AS SELECT * FROM pv
CREATE VIEW pv3 (a) AS SELECT * FROM pv
CREATE VIEW pv3 (a, b, c) AS SELECT * FROM pv
CREATE VIEW tv AS SELECT * FROM v
SELECT * FROM pv2
DESCRIBE pv2
DESCRIBE EXTENDED pv2
SHOW CREATE TABLE pv2
INSERT INTO t VALUES (70, 'through')
SELECT * FROM pv2 ORDER BY a
SHOW TABLES
DROP TABLE pv
DROP VIEW p
DROP VIEW IF EXISTS nowhere
DROP VIEW nowhere
DROP TABLE nowhere
DROP TABLE IF EXISTS nowhere
TRUNCATE TABLE t
SELECT * FROM pv2
TRUNCATE TABLE e
TRUNCATE TABLE pv
TRUNCATE TABLE nowhere
ALTER TABLE t RENAME TO t2
ALTER TABLE t2 RENAME TO c
ALTER TABLE nowhere RENAME TO c
SELECT * FROM t
SELECT * FROM pv2
ALTER TABLE t2 RENAME TO t
SELECT * FROM pv2
ALTER VIEW pv RENAME TO pv4
ALTER TABLE pv RENAME TO pv4
CREATE DATABASE d
CREATE DATABASE d
CREATE DATABASE IF NOT EXISTS d COMMENT 'again'
CREATE DATABASE l COMMENT 'there' LOCATION '{tmp}/l'
DESCRIBE DATABASE l
DESCRIBE DATABASE EXTENDED l
DESCRIBE DATABASE nowhere
USE d
SELECT current_database(), current_catalog()
SHOW TABLES
CREATE TABLE t (inner INT) USING json
SELECT * FROM t
SELECT * FROM default.c
SELECT * FROM spark_catalog.d.t
SHOW TABLES
SHOW TABLES IN default LIKE 'c*'
SHOW TABLES IN nowhere
USE nowhere
USE default
DROP DATABASE d
DROP DATABASE d CASCADE
DROP DATABASE nowhere
DROP DATABASE IF EXISTS nowhere
DROP DATABASE default
SHOW DATABASES LIKE 'd*|l'
CREATE DATABASE global_temp
SET spark.sql.shuffle.partitions
SET spark.sql.shuffle.partitions=7
SET spark.sql.shuffle.partitions
SET some.key
SET some.key=some value
SET spark.sql.shuffle.partitions=abc
RESET spark.sql.shuffle.partitions
SET spark.sql.shuffle.partitions
CACHE TABLE c
CACHE TABLE c
CACHE LAZY TABLE cc AS SELECT * FROM c
SELECT * FROM cc
UNCACHE TABLE c
UNCACHE TABLE nowhere
UNCACHE TABLE IF EXISTS nowhere
CACHE TABLE nowhere
CLEAR CACHE
REFRESH TABLE c
REFRESH TABLE nowhere
DESCRIBE QUERY SELECT 1 AS a, 'x' AS b
SHOW COLUMNS FROM nowhere
SHOW CREATE TABLE v
SHOW CREATE TABLE nowhere
EXPLAIN SELECT 1
SELECT * FROM csv.`{tmp}/e`
SELECT * FROM csv.`{tmp}/none`
SELECT * FROM nosuch.`{tmp}/e`
INSERT INTO csv.`{tmp}/e` VALUES (1)
DROP TABLE t
DROP TABLE p
SELECT * FROM pv
SHOW TABLES
""".strip().split("\n")

CHANGING = {"Created Time", "Last Access", "Created By", "Owner", "Statistics", "Location", "View Text",
            "Serde Library", "InputFormat", "OutputFormat"}


def plain(text, tmp):
    """@text without what differs from run to run, and without the plan behind a message."""
    text = text.replace(tmp, "{tmp}").split(";\n'")[0]
    text = re.sub(r"#\d+L?", "#n", text)
    return re.sub(r"\s*SQLSTATE: (\w+)", r" SQLSTATE: \1", text)


def answer(spark, statement, tmp):
    """What one statement gives."""
    try:
        frame = spark.sql(statement.replace("{tmp}", tmp))
        rows = [list(row) for row in frame.collect()]
    except Exception as e:
        text = plain(str(e).split("\n\nJVM stacktrace")[0], tmp)
        known = re.search(r"\[([A-Z0-9_.]+)\] .*? SQLSTATE: (\w+)", text, re.S)
        if hasattr(e, "getCondition"):
            return {"error": e.getCondition(), "sqlstate": e.getSqlState(), "message": text}
        # A class of the JVM that PySpark does not translate.
        return {"error": known and known[1], "sqlstate": known and known[2],
                "message": known[0] if known else text.split("\n\tat ")[0]}
    rows = [[plain(c, tmp) if isinstance(c, str) else c for c in row] for row in rows
            if not row or row[0] not in CHANGING]
    return {"columns": [[f.name, f.dataType.simpleString()] for f in frame.schema.fields],
            "rows": rows}


def main():
    from pyspark.sql import SparkSession
    tmp = tempfile.mkdtemp()
    spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
             .config("spark.sql.warehouse.dir", tmp + "/warehouse")
             .config("spark.eventLog.enabled", os.environ.get("EVENT_LOG") is not None)
             .config("spark.eventLog.dir", os.environ.get("EVENT_LOG", tmp))
             .getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    with open(os.path.join(HERE, "session_statements.jsonl"), "w", encoding="utf-8") as f:
        for statement in STATEMENTS:
            line = {"statement": statement, **answer(spark, statement, tmp)}
            print(json.dumps(line, ensure_ascii=False, default=str), file=f, flush=True)
    spark.stop()


if __name__ == "__main__":
    sys.exit(main())
