"""The bank: each question computes, has one right answer, and agrees with real Spark.

quiz_counts.json holds what real PySpark did with the same programs (make_quiz_counts.py made it).
"""
import json
import os
import time

import pytest
from conftest import ROOT
from quiz_programs import SEEDS, Recorder, counts, key

from rushlight.quiz import TOPICS, bank
from rushlight.quiz import _answers as answers
from rushlight.quiz import _explaining as explaining

FACTS = os.path.join(os.path.dirname(ROOT), "shared", "facts", "open")
COUNTS = os.path.join(ROOT, "tests", "data", "quiz_counts.json")


@pytest.fixture(scope="module")
def computed():
    """{(id, seed): Asked}, the runs, and CPU seconds of the first seed."""
    asked, cpu = {}, None
    with Recorder() as bench:
        for seed in SEEDS:
            begin = time.process_time()
            for id, question in bank.questions().items():
                asked[id, seed] = question.asked(bench, seed)
            cpu = cpu or time.process_time() - begin
    return asked, bench.runs, cpu


def test_how_many_there_are():
    questions = bank.questions()
    assert len(questions) >= 200
    assert {q.topic for q in questions.values()} == set(TOPICS)
    assert min(sum(q.topic == topic for q in questions.values()) for topic in TOPICS) >= 10
    for level in (1, 2, 3):
        assert sum(q.level == level for q in questions.values()) >= 40
    titles = [q.title for q in questions.values()]
    assert len(set(titles)) == len(titles)


def test_most_are_computed_by_the_engine(computed):
    first = [a for (_, seed), a in computed[0].items() if seed == 0]
    assert sum(a.is_computed for a in first) >= 130
    assert sum("run" in a.ways for a in first) >= 100
    for a in first:
        assert a.is_computed or "arithmetic" in a.ways or a.source, a.question.id
        if "definition" in a.ways:
            assert a.source, a.question.id


def test_all_kinds_are_there(computed):
    kinds = [a.kind for a in computed[0].values()]
    assert min(kinds.count(kind) for kind in ("number", "choice", "what if")) >= 30


def test_all_in_time(computed):
    assert computed[2] < 30


def test_each_question_is_whole(computed):
    for (id, seed), a in computed[0].items():
        assert a.ask.strip() and len(a.why) > 20, id
        text = explaining.explanation(a)
        assert "Answer: " in text and "Read: page " in text, id
        assert "rushlight-quiz-" not in text, (id, "a folder of this run alone")
        assert " object at 0x" not in text, (id, "an address of this run alone")
        if a.options:
            texts = [" ".join(o.text.lower().split()) for o in a.options]
            assert len(set(texts)) == len(texts) >= 3, (id, seed, texts)
            assert sum(o.belief is None for o in a.options) == 1, id
            assert all(o.belief.says and o.belief.truth for o in a.options if o.belief), id
        else:
            assert a.tempting, (id, seed)
            for wrong, belief in a.tempting.items():
                assert belief.says and belief.truth, id
                assert not answers.is_right(a, wrong), (id, seed, wrong)


def test_texts_fit_a_terminal(computed):
    for (id, seed), a in computed[0].items():
        words = explaining.explanation(a).split("The trace")[0]
        assert max(map(len, words.splitlines())) <= explaining.WIDTH, (id, seed)


def test_the_trace_shows_what_is_asked_about(computed):
    """What is pushed into a scan, what was spilled, what a cache gave."""
    told = {id: explaining.explanation(a) for (id, seed), a in computed[0].items() if seed == 0}
    assert "PushedFilters: [IsNotNull(k), EqualTo(k," in told["serialization.udf_pushdown"]
    assert "PushedFilters: [IsNotNull(id), GreaterThan(id," in told["sql.push_filter"]
    assert "PushedFilters: []" in told["sql.cache_boundary"]
    assert "spilled to disk" in told["memory.spill"]
    assert "1 partition found in the cache" in told["caching.found"]
    assert "ZeroDivisionError: division by zero" in told["laziness.late_error"]
    assert "Task 1 in stage 0.0" in told["laziness.late_error"]
    assert "fetch failed" in told["faults.fetch_counts"]


def test_the_right_option_stands_anywhere(computed):
    seen = {}
    for (id, seed), a in computed[0].items():
        if a.options:
            seen.setdefault(id, set()).add(a.right)
    everywhere = [a.right for a in computed[0].values() if a.options]
    for place in range(3):
        assert everywhere.count(place) > len(everywhere) / 6
    assert sum(len(places) > 1 for places in seen.values()) > len(seen) / 2
    question = bank.questions()["components.who_cuts_stages"]
    assert len({question.asked(None, seed).right for seed in range(60)}) == 4


def test_variants_differ(computed):
    texts = {}
    for (id, _), a in computed[0].items():
        texts.setdefault(id, set()).add(explaining.question(a))
    assert sum(len(variants) > 1 for variants in texts.values()) > len(texts) / 2


def test_its_own_answer_is_right(computed):
    for (id, seed), a in computed[0].items():
        if a.options:
            assert answers.judge(a, a.options[a.right].text).right, (id, seed)
        else:
            assert answers.judge(a, explaining.answer(a)).right, (id, seed)


def test_the_same_seed_gives_the_same_question(computed):
    with Recorder() as bench:
        for id in ("counting.word_count", "joins.aqe_changes", "faults.killed_executor",
                   "memory.yarn_container", "partitions.hash_ints"):
            again = bank.questions()[id].asked(bench, 1)
            a = computed[0][id, 1]
            assert explaining.question(again) == explaining.question(a)
            assert explaining.answer(again) == explaining.answer(a)


# ── what is true of real Spark ──
def recorded():
    with open(COUNTS, encoding="utf-8") as f:
        return json.load(f)["programs"]


def test_programs_do_what_they_do_in_real_spark(computed):
    real = recorded()
    ours = {key(run): counts(run) for run in computed[1]}
    assert len(set(ours) & set(real)) >= 250
    wrong = {k: (seen, real[k]) for k, seen in ours.items() if k in real and seen != real[k]}
    assert wrong == {}


def test_every_program_was_recorded(computed):
    real = recorded()
    lacking = [run.source for run in computed[1] if key(run) not in real
               and not any(isinstance(text, bytes) for text in run.files.values())]
    assert lacking == []


FACT_QUESTIONS = {      # question: (fact, what of it)
    "laziness.transformations_only": ("rdd.transformations_only", "jobs"),
    "laziness.csv_header": ("read.csv_header", "jobs"),
    "laziness.infer_schema": ("read.csv_header_inferSchema", "jobs"),
    "laziness.dataframe_reads": ("read.csv_schema", "jobs"),
    "laziness.sort_by_key_call": ("rdd.sortByKey_not_run", "jobs"),
    "counting.join_copartitioned": ("rdd.join_copartitioned", "stages"),
    "counting.join_different": ("rdd.join_different_partition_counts", "stages"),
    "counting.tree_reduce": ("rdd.treeReduce", "stages"),
    "counting.take_sample": ("rdd.takeSample", "jobs"),
    "counting.df_count": ("df.count_range", "jobs"),
    "counting.order_by": ("move.orderBy", "jobs"),
    "counting.order_by_limit": ("move.orderBy_limit", "jobs"),
    "caching.not_an_action": ("cache.not_an_action", "jobs"),
    "caching.count_twice": ("cache.count_twice", "jobs"),
    "caching.count_twice_off": ("cache.count_twice_aqe_off", "jobs"),
    "joins.broadcast_jobs": ("join.broadcast_hint", "jobs"),
    "ml.assembler": ("ml.VectorAssembler", "jobs"),
    "ml.linear_fit": ("ml.LinearRegression_auto", "jobs"),
}


def test_answers_agree_with_the_facts(computed):
    path = os.path.join(FACTS, "facts.json")
    if not os.path.exists(path):
        pytest.skip("no recorded facts beside the project")
    with open(path, encoding="utf-8") as f:
        facts = json.load(f)["programs"]
    for id, (name, what) in FACT_QUESTIONS.items():
        assert computed[0][id, 0].answer == facts[name]["totals"][what], id
