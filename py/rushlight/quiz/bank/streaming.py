"""Streaming guarantees, as far as they are arithmetic or definitions: Rushlight has no streaming.

Each question says so; sources are Spark's Structured Streaming guide and the classes that it names.
"""
from rushlight.quiz import Belief, topic

ask = topic("streaming")
GUIDE = "Structured Streaming Programming Guide"
NONE_HERE = "(Rushlight has no streaming: {}.)"
DEFINITION = NONE_HERE.format("a definition")
ARITHMETIC = NONE_HERE.format("pure arithmetic")
ONCE_ALWAYS = Belief("Structured Streaming is exactly-once, whatever source and sink",
                     "It takes a source that can be replayed and a sink that is idempotent or "
                     "transactional.")
ROW_BY_ROW = Belief("Spark handles events one by one",
                    "By default it runs micro-batches: small jobs, one after the other.")


@ask("exactly_once", 2, "What exactly-once takes")
def _(v):
    v.pick(1, 2)
    return v.choose("What does a query need to be exactly-once from end to end?",
                    "A source that can be replayed, a checkpoint, and an idempotent or "
                    "transactional sink",
                    "Offsets are written ahead; after a failure the same offsets are read again, "
                    "and the sink must make the second writing harmless. " + DEFINITION,
                    {"Nothing: it always is": ONCE_ALWAYS,
                     "A checkpoint alone": Belief("checkpoints make everything exactly-once",
                                                  "The sink may have seen the batch already."),
                     "Kafka as source and sink": Belief(
                         "Kafka makes it exactly-once", "Spark's Kafka sink is at-least-once.")},
                    source=GUIDE + ", Fault Tolerance Semantics")


@ask("kafka_sink", 3, "What the Kafka sink guarantees")
def _(v):
    v.pick(1, 2)
    return v.choose("What does Structured Streaming guarantee when it writes to Kafka?",
                    "At least once", "A task that is tried again writes its records again, and "
                    "Kafka cannot tell. " + DEFINITION,
                    {"Exactly once": ONCE_ALWAYS,
                     "At most once": Belief("failed batches are dropped", "They run again."),
                     "Nothing": Belief("sinks have no guarantees",
                                       "The guide lists one for each.")},
                    source=GUIDE + ", Output Sinks")


@ask("file_sink", 2, "What the file sink guarantees")
def _(v):
    v.pick(1, 2)
    return v.choose("What does Structured Streaming guarantee when it writes files?",
                    "Exactly once", "A log in _spark_metadata names the files of each batch; those "
                    "of failed attempts are not in it, and Spark does not read them. "
                    + DEFINITION,
                    {"At least once": Belief("files double after a failure",
                                             "They may lie there, but the log leaves them out."),
                     "At most once": Belief("failed batches are dropped", "They run again."),
                     "Nothing": Belief("sinks have no guarantees",
                                       "The guide lists one for each.")},
                    source=GUIDE + ", Output Sinks")


@ask("micro_batches", 1, "What a micro-batch is")
def _(v):
    v.pick(1, 2)
    return v.choose("How does Structured Streaming run a query, by default?",
                    "As a row of small jobs over new data",
                    "Each trigger finds the new offsets, plans the query over them, and runs it as "
                    "a batch. " + DEFINITION,
                    {"As one task that never ends": ROW_BY_ROW,
                     "As a job for each event": ROW_BY_ROW,
                     "As one batch at midnight": Belief("streaming is scheduled batches",
                                                        "Triggers are of seconds or less.")},
                    source=GUIDE + ", Overview")


@ask("batches_per_hour", 1, "Micro-batches of an hour")
def _(v):
    seconds = v.pick(5, 10, 30)
    return v.number(f"trigger(processingTime='{seconds} seconds'), each batch takes less. How many "
                    "batches start in an hour?", 3600 // seconds,
                    f"3,600 ÷ {seconds}. " + ARITHMETIC,
                    wrong={3600: ROW_BY_ROW, 60: Belief("one a minute", "As the trigger says.")})


@ask("behind", 2, "Does a stream keep up?")
def _(v):
    rate, rows, took = v.pick((1000, 20000, 10), (500, 10000, 30), (2000, 30000, 20))
    keeps = rows / took >= rate
    return v.choose(f"{rate:,} events a second arrive. A batch of {rows:,} rows takes {took} s, "
                    "one of twice as many twice as long. Does the query keep up?",
                    "Yes" if keeps else "No: it falls further and further behind",
                    f"It does {rows // took:,} rows a second, and {rate:,} come. " + ARITHMETIC,
                    {"No: it falls further and further behind" if keeps else "Yes": Belief(
                        "longer batches mean falling behind" if keeps else
                        "larger batches catch up", "What counts is rows a second, processed "
                        "against arrived."),
                     "That depends on the trigger": Belief(
                         "the trigger sets the speed", "It sets when batches start.")})


@ask("watermark_value", 2, "Where the watermark stands")
def _(v):
    seen, late = v.pick((12 * 60 + 14, 10), (12 * 60 + 21, 10), (9 * 60 + 40, 15))
    at = seen - late

    def clock(m):
        return f"{m // 60}:{m % 60:02}"
    return v.choose(f'withWatermark("time", "{late} minutes"). The latest event of all so far is '
                    f"of {clock(seen)}. Where does the watermark stand in the next trigger?",
                    clock(at), f"Latest event time − {late} minutes. " + ARITHMETIC,
                    {clock(seen): Belief("the watermark is the latest event",
                                         "It is that less the delay."),
                     clock(seen + late): Belief("the watermark is ahead",
                                                "It is behind: it says what may still come."),
                     "At the wall clock's time": Belief(
                         "watermarks go by the wall clock", "By the events' own times.")},
                    source=GUIDE + ", Handling Late Data and Watermarking")


@ask("late_event", 3, "A late event")
def _(v):
    mark, event = v.pick((12 * 60 + 11, 12 * 60 + 4), (12 * 60 + 11, 12 * 60 + 13),
                         (10 * 60 + 21, 10 * 60 + 8))
    window_end = event // 10 * 10 + 10
    kept = window_end > mark

    def clock(m):
        return f"{m // 60}:{m % 60:02}"
    yes, no = "It is counted.", "It may be dropped."
    return v.choose(f"Counts in windows of 10 minutes (12:00–12:10 …). The watermark stands at "
                    f"{clock(mark)}. An event of {clock(event)} arrives. What happens?",
                    yes if kept else no,
                    f"Its window ends at {clock(window_end)}, "
                    + ("after the watermark: the window's state is still there."
                       if kept else "before the watermark: the window's state is gone.") + " "
                    + ARITHMETIC,
                    {no if kept else yes: Belief(
                        "an event is compared with the watermark",
                        "The end of its window is."),
                     "It starts a new window.": Belief(
                         "late events make windows of their own", "Windows are fixed in time.")},
                    source=GUIDE + ", Handling Late Data and Watermarking")


@ask("sliding_windows", 2, "Windows that an event is in")
def _(v):
    size, slide = v.pick((10, 5), (60, 10), (30, 10))
    return v.number(f'window("time", "{size} minutes", "{slide} minutes"). In how many windows is '
                    "one event?", size // slide,
                    f"Windows overlap: {size} ÷ {slide}. " + ARITHMETIC,
                    wrong={1: Belief("an event is in one window", "So if windows do not "
                                     "overlap.")})


@ask("output_modes", 2, "Which output mode needs a watermark")
def _(v):
    v.pick(1, 2)
    return v.choose("An aggregation over windows of event time. In which output mode does it need "
                    "a watermark to start at all?", "append",
                    "In append a row is written once, when it can no longer change, and only a "
                    "watermark says when. " + DEFINITION,
                    {"complete": Belief("complete needs watermarks",
                                        "It writes everything each time, and keeps all state."),
                     "update": Belief("update needs watermarks",
                                      "It writes what changed; a watermark lets it forget."),
                     "none of them": Belief("watermarks are optional",
                                            "In append an aggregation without one is refused.")},
                    source=GUIDE + ", Output Modes")


@ask("replayed", 2, "How often an event is processed")
def _(v):
    batch, fails = v.pick((100, 1), (200, 2), (50, 3))
    return v.number(f"A batch of {batch} events fails {fails} time{'s' * (fails > 1)} just before "
                    "it is committed, and is run again each time, whole. How many events have been "
                    "processed when it is committed?", batch * (fails + 1),
                    "Processing is at least once; results are exactly once if the sink makes it "
                    "so. " + ARITHMETIC,
                    wrong={batch: Belief("exactly once means processed once",
                                         "It means that the result counts once.")})


@ask("state_size", 3, "State of a windowed count")
def _(v):
    keys, size, late = v.pick((1000, 10, 20), (500, 5, 10), (200, 10, 60))
    return v.number(f"Counts by {keys} keys in windows of {size} minutes that do not overlap, "
                    f"withWatermark of {late} minutes. The latest event is of 12:00 sharp, and "
                    f"each key comes in each window. Windows whose end is at or before the "
                    "watermark have been dropped. How many counters does the state hold?",
                    keys * (late // size + 1),
                    f"The watermark stands {late} minutes before 12:00. {late} ÷ {size} windows "
                    "lie between, and the one that begins at 12:00 is open: "
                    f"{late // size + 1} × {keys}. " + ARITHMETIC,
                    wrong={keys: Belief("only the open window has state",
                                        "Those that may still change have."),
                           keys * (late // size): Belief("the open window needs no state",
                                                         "It is what grows.")})
