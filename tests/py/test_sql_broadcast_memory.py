"""Tables that are broadcast are charged to memory, and refused as Spark refuses them."""
import pytest

from rushlight.sql import functions as F


def joined(session, n):
    table = session.range(n).selectExpr("id as k", "id * 2 as v")
    return session.range(10).withColumnRenamed("id", "k").join(F.broadcast(table), "k")


def test_larger_than_the_setting(session_of):
    session = session_of()
    session.conf.set("spark.sql.maxBroadcastTableSize", "1k")
    with pytest.raises(Exception, match="Cannot broadcast the table that is larger than 1024.0 B"):
        joined(session, 1000).collect()
    session.conf.unset("spark.sql.maxBroadcastTableSize")
    assert joined(session, 1000).count() == 10


def test_larger_than_memory(session_of):
    session = session_of("12m")
    with pytest.raises(Exception) as caught:
        joined(session, 400000).collect()
    assert "Not enough memory to build and broadcast the table" in str(caught.value)
    assert "spark.sql.autoBroadcastJoinThreshold" in str(caught.value)
    assert joined(session, 1000).count() == 10
    session.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    assert session.range(10).join(session.range(400000), "id").count() == 10


def test_nothing_kept_goes_for_a_table_that_cannot_fit(session_of):
    session = session_of("12m")
    kept = session.range(1000).cache()
    assert kept.count() == 1000
    before = session.sparkContext._engine.kept_rdds()
    with pytest.raises(Exception, match="Not enough memory to build and broadcast the table"):
        joined(session, 400000).collect()
    assert session.sparkContext._engine.kept_rdds() == before
