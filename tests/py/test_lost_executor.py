"""An executor that dies between two jobs: what it held of a shuffle is computed again."""
import operator

from rushlight import SparkContext


def test_the_shuffle_of_a_lost_executor_is_computed_again():
    with SparkContext("local-cluster[2,1,512]", "lost") as sc:
        pairs = sc.parallelize([(i % 5, 1) for i in range(1000)], 4)
        counts = pairs.reduceByKey(operator.add, 3)
        expected = [(key, 200) for key in range(5)]
        assert sorted(counts.collect()) == expected
        before = set(sc._engine.executor_ids())
        victim = min(before)
        assert sc._engine.kill_executor(victim, True)
        assert not sc._engine.kill_executor("no such one", True)
        assert sorted(counts.collect()) == expected
        assert victim not in sc._engine.executor_ids()
