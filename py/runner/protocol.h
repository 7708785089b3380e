/* protocol.h - what passes between a runner (C, no Python) and a Python worker, over a socketpair.
 *
 * A message is u32 kind · u32 length · payload, little-endian.  One task:
 *
 *   runner → worker   TASK (JSON)  COMMAND (pickle)  BATCH*  END_OF_INPUT
 *   worker → runner                        BATCH*  (ACCUMULATORS?  DONE (JSON) | ERROR (JSON))
 *
 * Both directions flow at once.  The runner never blocks on one of them: it polls for both, so a
 * lambda that never reads its input, or that writes megabytes for each line, cannot deadlock.  A
 * worker that is done early says DONE before it has seen END_OF_INPUT; the runner finishes the
 * message it is in, sends END_OF_INPUT, and the worker skips to it: it is then ready for a new
 * task.
 *
 * BATCH is core/data/encoding.h's one encoding, uncompressed.  What a batch holds:
 *   lines    (line: string)                                 elements are str
 *   bytes    (line: string)                                 elements are bytes
 *   binary   (record: binary)                               elements are bytes
 *   long     (number: bigint)                               elements are int
 *   runs     (run: binary, objects: int)                    a run is one pickled list of objects,
 *                                      or one written as worker_plain.c does: see its first byte
 *   pairs    (partition: int, run: binary, objects: int)    runs of (key, value), by partition
 *   rows     the columns of a table                         elements are Row
 * and as input only, with any of these but pairs, or itself, for a and b:
 *   zip(a,b)        the columns of a, those of b            a row's a with its b, one by one
 *   cartesian(a,b)                                          each of a row's a with each of its b
 *
 * TASK     {"stage":0,"stageAttempt":0,"partition":1,"attempt":0,"taskId":5,"split":1,
 *           "input":"lines" | "bytes" | "binary" | "long" | "runs" | "rows" | "zip(…,…)"
 *                 | "cartesian(…,…)",
 *           "output":"lines" | "runs" | "pairs" | "rows",
 *           "inputColumns":{"type":"struct",…},"outputColumns":{…},
 *           "memoryBytes":536870912,"localDir":path,"properties":{…},
 *           "cpus":1,"barrier":true,"broadcasts":[[id,version,path],…],
 *           "filesVersion":3,"filesRoot":path,"pyFiles":[name,…],
 *           "seed":"7/0/1/0","virtualTime":true}
 *          partition is the task's, split that of the RDD: below a union they differ.
 *          memoryBytes is spark.python.worker.memory: what is larger goes to files in localDir;
 *          over half of it, buckets are flushed early.
 *          inputColumns and outputColumns are the types of rows, as DataType.json () has them.
 *          "calls":text, JSON of {"batchRows":10000,"timeZone":"UTC",
 *                                 "calls":[{"args":[0,1],"evalType":100,"bytes":n,"type":{…}},…]}:
 *          the command is no list of ops, but one function behind the other, n bytes each, that are
 *          called with columns of the input; a result is a column of the output.  Frames, Series
 *          and Arrow's batches have at most batchRows rows (≤ 0: no limit).
 *          broadcasts are those that the command uses; a worker reads the file when the value is
 *          asked for, and again when the version has changed.
 *          filesVersion counts what addFile and its like have added; pyFiles are archives of
 *          modules in filesRoot, which may hold modules itself.
 *          seed, which may be missing, is what random begins with; in virtual time the worker's own
 *          times are of no use, and are told as 0.
 * ACCUMULATORS   a pickle that only Python opens: what the task has added to accumulators
 * DONE     {"startUs":…,"runUs":…,"objectsIn":…,"objectsOut":…,"elements":…,"memoryBytesSpilled":…,
 *           "diskBytesSpilled":…}
 *          startUs until the command was there and unpickled, runUs from then on.
 * ERROR    {"class":"ZeroDivisionError","traceback":"Traceback (most recent call last):\n…"}
 *
 * A task of a barrier stage may ask between any two of its messages, and waits for the answer,
 * before which batches that were on their way may still come:
 *
 *   worker → runner   BARRIER          u8 method (0 BARRIER, 1 ALL_GATHER) · message, UTF-8
 *   runner → worker   BARRIER_ANSWER   u8 1 · (u32 length · message) of each partition
 *                                      u8 0 · why it failed, UTF-8
 *
 * Between the runner pool and the helper process that forks workers (one control socketpair,
 * SOCK_SEQPACKET, one packet a message, text):
 *   → "fork <worker-id>" with the worker's end of its socketpair as SCM_RIGHTS
 *   ← "forked <worker-id> <pid>"  or  "failed <worker-id> <reason>"
 *   → "kill <worker-id>"          the helper is the parent: no pid can be mistaken
 *   ← "exited <worker-id> <status>"    status as waitpid gives it
 * The helper ends, and kills its workers, when its end of the control socket is closed.
 */
#pragma once

#include <glib.h>

typedef enum
{
  RUSH_PY_TASK = 1,
  RUSH_PY_COMMAND = 2,
  RUSH_PY_BATCH = 3,
  RUSH_PY_END_OF_INPUT = 4,
  RUSH_PY_DONE = 5,
  RUSH_PY_ERROR = 6,
  RUSH_PY_ACCUMULATORS = 7,
  RUSH_PY_BARRIER = 8,
  RUSH_PY_BARRIER_ANSWER = 9,
} RushPyMessageKind;

#define RUSH_PY_HEADER_BYTES 8
#define RUSH_PY_MAX_MESSAGE (1u << 30)

/* The columns of each kind of batch, for rush_schema_of (…, NULL): worker and runner agree here. */
#define RUSH_PY_LINES_FIELDS "line", &RUSH_STRING
#define RUSH_PY_RUNS_FIELDS "run", &RUSH_BINARY, "objects", &RUSH_INT32
#define RUSH_PY_PAIRS_FIELDS "partition", &RUSH_INT32, "run", &RUSH_BINARY, "objects", &RUSH_INT32
