/* worker_chain.c - a command becomes stages; the ops that take one element at a time.
 *
 * A chain is a list of ops (chain_ops.def).  Those that take an element and give none, one or many
 * stand together in segments; those that want all of their input ("breaks") stand between them:
 *
 *      map  flatMap  filter │ combine │ mapValues │ mapPartitions │ map  partition
 *      └──── segment ─────┘   break     segment      break          └seg.┘ output's business
 *
 * In PySpark a chain is a tower of Python iterators: each element climbs through a generator frame
 * an op.  Here a segment is a small array, and an element goes through it in one loop; only user
 * functions are Python.  A flatMap in the middle starts a walk over what its function returned, and
 * the loop goes on behind it; walks nest, the innermost is at the top of a stack:
 *
 *      steps    map   flatMap(a)   map   flatMap(b)   filter
 *      walking         ▲ 1                ▲ 3 = top: the next element comes from here, to step 4
 *
 * Invariant: between two calls of next (), steps behind the top of the stack hold no element.
 */
#include "py/ext/worker_private.h"

typedef enum
{
#define RUSH_CHAIN_OP(KIND, name, n_arguments) CHAIN_##KIND,
#include "py/ext/chain_ops.def"
#undef RUSH_CHAIN_OP
} ChainOp;

static const struct
{
  const char *name;
  Py_ssize_t n_arguments;
} chain_ops[] = {
#define RUSH_CHAIN_OP(KIND, name, n_arguments) { name, n_arguments },
#include "py/ext/chain_ops.def"
#undef RUSH_CHAIN_OP
};

typedef struct
{
  ChainOp op;
  PyObject *function; /* (owned) the op's first argument, or NULL */
  PyObject *second;   /* (unowned) and its second one */
  Walk walk;          /* flatMap, flatMapValues */
  PyObject *key;      /* (owned) flatMapValues, joinSides: the key of what is being walked */
  PyObject *place;    /* (unowned) */
} Step;

typedef struct
{
  Stage stage;
  guint n_steps;
  guint n_walking;
  guint *walking; /* [n_steps] numbers of the steps that walk, innermost last */
  Step steps[];
} Segment;

/* ── one element through the steps ── */

/* f (x) */
static inline PyObject *
call_step (const Step *step, PyObject *x)
{
  PyObject *y = worker_call (step->function, x);
  if (G_UNLIKELY (y == NULL))
    worker_explain_call (step->place, step->function, x);
  return y;
}

/* f (x[1]) */
static inline PyObject *
call_on_value (const Step *step, PyObject *x)
{
  PyObject *value = worker_item (x, 1, step->place);
  if (value == NULL)
    return NULL;
  PyObject *y = call_step (step, value);
  Py_DECREF (value);
  return y;
}

typedef enum
{
  STEP_GAVE,    /* the element goes on */
  STEP_DROPPED, /* it does not, or its parts will come from a walk */
  STEP_FAILED,
} StepOutcome;

static inline StepOutcome
test (const Step *step, PyObject *x)
{
  PyObject *answer = call_step (step, x);
  if (answer == NULL)
    return STEP_FAILED;
  int truth = PyObject_IsTrue (answer);
  Py_DECREF (answer);
  return truth > 0 ? STEP_GAVE : truth == 0 ? STEP_DROPPED : STEP_FAILED;
}

/* Consumes @iterable, which may be NULL. */
static inline StepOutcome
begin_walk (Segment *self, guint number, PyObject *iterable)
{
  Step *step = &self->steps[number];

  if (iterable == NULL)
    return STEP_FAILED;
  if (!walk_begin (&step->walk, iterable))
    {
      worker_explain (step->place, "result", iterable);
      Py_DECREF (iterable);
      return STEP_FAILED;
    }
  self->walking[self->n_walking++] = number;
  return STEP_DROPPED;
}

/* (k, tagged) → a walk over pairs of values. */
static inline StepOutcome
begin_join (Segment *self, guint number, PyObject *x)
{
  Step *step = &self->steps[number];
  PyObject *tagged = worker_item (x, 1, step->place);

  if (tagged == NULL)
    return STEP_FAILED;
  gboolean ok = worker_walk_sides (&step->walk, tagged, step->function, step->second, step->place);
  Py_DECREF (tagged);
  if (!ok)
    return STEP_FAILED;
  self->walking[self->n_walking++] = number;
  return STEP_DROPPED;
}

/* (k, v) → (k, (side, v)) */
static inline PyObject *
tag (const Step *step, PyObject *x)
{
  PyObject *key = worker_item (x, 0, step->place);
  PyObject *value = key != NULL ? worker_item (x, 1, step->place) : NULL;

  Py_INCREF (step->function);
  PyObject *tagged = worker_tuple_two (step->function, value);
  return worker_tuple_two (key, tagged);
}

/* One step.  *@inout_x is consumed; replaced where the step gave. */
static inline StepOutcome
take_step (Segment *self, guint number, PyObject **inout_x)
{
  Step *step = &self->steps[number];
  PyObject *x = *inout_x, *y = NULL;
  StepOutcome outcome;

  switch (step->op)
    {
    case CHAIN_MAP:
      y = call_step (step, x);
      break;
    case CHAIN_FILTER:
      outcome = test (step, x);
      if (outcome != STEP_GAVE)
        Py_DECREF (x);
      return outcome;
    case CHAIN_FLAT_MAP:
      outcome = begin_walk (self, number, call_step (step, x));
      Py_DECREF (x);
      return outcome;
    case CHAIN_KEY_BY:
      Py_INCREF (x);
      y = worker_tuple_two (call_step (step, x), x);
      break;
    case CHAIN_MAP_VALUES:
      y = worker_item (x, 0, step->place);
      if (y != NULL)
        y = worker_tuple_two (y, call_on_value (step, x));
      break;
    case CHAIN_FLAT_MAP_VALUES:
      step->key = worker_item (x, 0, step->place);
      outcome =
          step->key == NULL ? STEP_FAILED : begin_walk (self, number, call_on_value (step, x));
      if (outcome == STEP_FAILED)
        Py_CLEAR (step->key);
      Py_DECREF (x);
      return outcome;
    case CHAIN_JOIN_SIDES:
      step->key = worker_item (x, 0, step->place);
      outcome = step->key == NULL ? STEP_FAILED : begin_join (self, number, x);
      if (outcome == STEP_FAILED)
        Py_CLEAR (step->key);
      Py_DECREF (x);
      return outcome;
    case CHAIN_TAG:
      y = tag (step, x);
      break;
    case CHAIN_KEYS:
      y = worker_item (x, 0, step->place);
      break;
    case CHAIN_VALUES:
      y = worker_item (x, 1, step->place);
      break;
    case CHAIN_MAP_PARTITIONS:
    case CHAIN_MAP_PARTITIONS_WITH_INDEX:
    case CHAIN_GLOM:
    case CHAIN_COUNT:
    case CHAIN_COMBINE:
    case CHAIN_MERGE_COMBINERS:
    case CHAIN_GROUP:
    case CHAIN_MERGE_GROUPS:
    case CHAIN_SORT:
    case CHAIN_PARTITION:
    case CHAIN_RECORDS:
      g_assert_not_reached (); /* not in a segment */
    }
  Py_DECREF (x);
  *inout_x = y;
  return y != NULL ? STEP_GAVE : STEP_FAILED;
}

/* ── segments ── */

static inline PyObject *
walk_step (Step *step)
{
  PyObject *x = walk_next (&step->walk);
  if (step->key != NULL && x != NULL)
    {
      Py_INCREF (step->key);
      return worker_tuple_two (step->key, x);
    }
  return x;
}

static PyObject *
segment_next (Stage *stage)
{
  Segment *self = (Segment *)stage;

  for (;;)
    {
      PyObject *x;
      guint number;

      stage->n_elements++;
      if (self->n_walking == 0)
        {
          number = 0;
          x = stage->source->next (stage->source);
          if (x == NULL)
            return NULL;
        }
      else
        {
          Step *step = &self->steps[self->walking[self->n_walking - 1]];
          number = self->walking[self->n_walking - 1] + 1;
          x = walk_step (step);
          if (x == NULL)
            {
              if (PyErr_Occurred ())
                {
                  worker_explain (step->place, "call", NULL);
                  return NULL;
                }
              self->n_walking--;
              walk_clear (&step->walk);
              Py_CLEAR (step->key);
              continue;
            }
        }

      StepOutcome outcome = STEP_GAVE;
      while (number < self->n_steps && outcome == STEP_GAVE)
        outcome = take_step (self, number++, &x);
      if (outcome == STEP_GAVE)
        return x;
      if (outcome == STEP_FAILED)
        return NULL;
    }
}

static void
segment_free (Stage *stage)
{
  Segment *self = (Segment *)stage;

  for (guint i = self->n_steps; i-- > 0;)
    {
      walk_clear (&self->steps[i].walk);
      Py_CLEAR (self->steps[i].key);
      Py_CLEAR (self->steps[i].function);
    }
  g_free (self->walking);
  g_free (self);
}

/* ── from the command ── */

static gboolean
is_break (ChainOp op)
{
  switch (op)
    {
    case CHAIN_MAP_PARTITIONS:
    case CHAIN_MAP_PARTITIONS_WITH_INDEX:
    case CHAIN_GLOM:
    case CHAIN_COUNT:
    case CHAIN_COMBINE:
    case CHAIN_MERGE_COMBINERS:
    case CHAIN_GROUP:
    case CHAIN_MERGE_GROUPS:
    case CHAIN_SORT:
    case CHAIN_PARTITION:
    case CHAIN_RECORDS:
      return TRUE;
    case CHAIN_MAP:
    case CHAIN_FILTER:
    case CHAIN_FLAT_MAP:
    case CHAIN_KEY_BY:
    case CHAIN_MAP_VALUES:
    case CHAIN_FLAT_MAP_VALUES:
    case CHAIN_KEYS:
    case CHAIN_VALUES:
    case CHAIN_TAG:
    case CHAIN_JOIN_SIDES:
      return FALSE;
    }
  g_assert_not_reached ();
}

/* The last of an op's tuple, if it is one more than the arguments. */
static PyObject *
place_of (ChainOp op, PyObject *tuple)
{
  Py_ssize_t n = chain_ops[op].n_arguments;
  return PyTuple_GET_SIZE (tuple) > 1 + n ? PyTuple_GET_ITEM (tuple, 1 + n) : NULL;
}

/* The op that item @i of @command, a tuple (name, argument…, place), names. */
static gboolean
parse_op (PyObject *command, Py_ssize_t i, ChainOp *out_op, PyObject **out_tuple)
{
  PyObject *tuple = PyList_GET_ITEM (command, i);
  const char *name = PyTuple_Check (tuple) && PyTuple_GET_SIZE (tuple) > 0 &&
                             PyUnicode_Check (PyTuple_GET_ITEM (tuple, 0))
                         ? PyUnicode_AsUTF8 (PyTuple_GET_ITEM (tuple, 0))
                         : NULL;

  for (guint op = 0; name != NULL && op < G_N_ELEMENTS (chain_ops); op++)
    if (strcmp (chain_ops[op].name, name) == 0 &&
        (PyTuple_GET_SIZE (tuple) == 1 + chain_ops[op].n_arguments ||
         PyTuple_GET_SIZE (tuple) == 2 + chain_ops[op].n_arguments))
      {
        *out_op = (ChainOp)op;
        *out_tuple = tuple;
        return TRUE;
      }
  PyErr_Format (PyExc_ValueError, "op %zd of the command is %R, which is not in chain_ops.def", i,
                tuple);
  return FALSE;
}

/* What a join has tagged goes to the join, and to nobody else. */
static gboolean
ends_in_tag (PyObject *command)
{
  Py_ssize_t n = PyList_GET_SIZE (command);
  PyObject *tuple;
  ChainOp op;

  return n > 0 && parse_op (command, n - 1, &op, &tuple) && op == CHAIN_TAG;
}

static Stage *
segment_new (Stage *source, PyObject *command, Py_ssize_t first, Py_ssize_t end)
{
  guint n = (guint)(end - first);
  Segment *self = g_malloc0 (sizeof *self + n * sizeof (Step));

  self->stage = (Stage){ segment_next, NULL, segment_free, source };
  self->n_steps = n;
  self->walking = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    {
      PyObject *tuple;
      gboolean known = parse_op (command, first + i, &self->steps[i].op, &tuple);
      g_assert (known); /* it was, when the end of this segment was looked for */
      self->steps[i].place = place_of (self->steps[i].op, tuple);
      if (chain_ops[self->steps[i].op].n_arguments > 0)
        {
          self->steps[i].function = PyTuple_GET_ITEM (tuple, 1);
          Py_INCREF (self->steps[i].function);
        }
      if (chain_ops[self->steps[i].op].n_arguments > 1)
        self->steps[i].second = PyTuple_GET_ITEM (tuple, 2);
    }
  return &self->stage;
}

static gboolean
note_partition (WorkerChain *self, PyObject *tuple)
{
  self->n_partitions = PyLong_AsSsize_t (PyTuple_GET_ITEM (tuple, 1));
  if (self->n_partitions < 1 || self->n_partitions > G_MAXINT32)
    {
      if (!PyErr_Occurred ())
        PyErr_Format (PyExc_ValueError, "the number of partitions is %zd; it must be 1 or more",
                      self->n_partitions);
      return FALSE;
    }
  PyObject *function = PyTuple_GET_ITEM (tuple, 2);
  if (PyTuple_Check (function) &&
      (PyTuple_GET_SIZE (function) != 3 || !PyList_Check (PyTuple_GET_ITEM (function, 0))))
    {
      PyErr_Format (PyExc_ValueError, "a range must be (list, function, number), not %R", function);
      return FALSE;
    }
  if (function != Py_None)
    {
      Py_INCREF (function);
      self->partition_function = function;
    }
  self->partition_place = place_of (CHAIN_PARTITION, tuple);
  self->has_partition = TRUE;
  return TRUE;
}

static gboolean
note_records (WorkerChain *self, PyObject *tuple)
{
  PyObject *read = PyTuple_GET_ITEM (tuple, 1), *write = PyTuple_GET_ITEM (tuple, 2);

  self->records.read = read != Py_None ? read : NULL;
  self->records.write = write != Py_None ? write : NULL;
  self->records.run_length = PyLong_AsLongLong (PyTuple_GET_ITEM (tuple, 3));
  return !PyErr_Occurred ();
}

/* The ops that are no stage: `partition` must be the last, `records` the first. */
static gboolean
note_op (WorkerChain *self, PyObject *command, Py_ssize_t i, ChainOp op, PyObject *tuple)
{
  Py_ssize_t due = op == CHAIN_PARTITION ? PyList_GET_SIZE (command) - 1 : 0;

  if (i == due)
    return op == CHAIN_PARTITION ? note_partition (self, tuple) : note_records (self, tuple);
  PyErr_Format (PyExc_ValueError, "`%s` must be the %s op of a command", chain_ops[op].name,
                op == CHAIN_PARTITION ? "last" : "first");
  return FALSE;
}

static Stage *
break_new (const WorkerChain *chain, Stage *source, ChainOp op, PyObject *tuple)
{
  PyObject *f = chain_ops[op].n_arguments > 0 ? PyTuple_GET_ITEM (tuple, 1) : NULL;

  switch (op)
    {
    case CHAIN_MAP_PARTITIONS:
      return worker_map_partitions_new (source, f, FALSE, chain->partition);
    case CHAIN_MAP_PARTITIONS_WITH_INDEX:
      return worker_map_partitions_new (source, f, TRUE, chain->partition);
    case CHAIN_GLOM:
      return worker_glom_new (source);
    case CHAIN_COUNT:
      return worker_count_new (source);
    case CHAIN_COMBINE:
      return worker_combine_new (source, chain->memory, f, PyTuple_GET_ITEM (tuple, 2),
                                 PyTuple_GET_ITEM (tuple, 3));
    case CHAIN_MERGE_COMBINERS:
      return worker_merge_combiners_new (source, chain->memory, f);
    case CHAIN_GROUP:
      return worker_group_new (source, chain->memory);
    case CHAIN_MERGE_GROUPS:
      return worker_merge_groups_new (source, chain->memory);
    case CHAIN_SORT:
      return worker_sort_new (source, chain->memory, f, PyTuple_GET_ITEM (tuple, 2));
    case CHAIN_MAP:
    case CHAIN_FILTER:
    case CHAIN_FLAT_MAP:
    case CHAIN_KEY_BY:
    case CHAIN_MAP_VALUES:
    case CHAIN_FLAT_MAP_VALUES:
    case CHAIN_KEYS:
    case CHAIN_VALUES:
    case CHAIN_TAG:
    case CHAIN_JOIN_SIDES:
    case CHAIN_PARTITION:
    case CHAIN_RECORDS:
      break;
    }
  g_assert_not_reached ();
}

/* Whether item @i, a break, would find each key once and give its input out again: a merge right
 * behind what has made one entry a key.  So it is where both sides of a shuffle are one chain, as
 * the pairs were partitioned already. */
static gboolean
is_idle (PyObject *command, Py_ssize_t i, ChainOp op)
{
  PyObject *tuple;
  ChainOp before;

  if (i == 0 || !parse_op (command, i - 1, &before, &tuple))
    return FALSE;
  return (op == CHAIN_MERGE_GROUPS && before == CHAIN_GROUP) ||
         (op == CHAIN_MERGE_COMBINERS && before == CHAIN_COMBINE);
}

/* Adds the stage that begins at item @i of the command; returns the item behind it, or −1. */
static Py_ssize_t
add_stage (WorkerChain *self, PyObject *command, Py_ssize_t i)
{
  Stage *source = worker_chain_end (self);
  Py_ssize_t end = i;
  PyObject *tuple;
  ChainOp op;

  while (end < PyList_GET_SIZE (command))
    {
      if (!parse_op (command, end, &op, &tuple))
        return -1;
      if (is_break (op))
        break;
      end++;
    }
  if (end > i)
    {
      self->stages[self->n++] = segment_new (source, command, i, end);
      return end;
    }
  if (op == CHAIN_PARTITION || op == CHAIN_RECORDS)
    return note_op (self, command, i, op, tuple) ? i + 1 : -1;
  if (is_idle (command, i, op))
    return i + 1;
  self->stages[self->n++] = break_new (self, source, op, tuple);
  worker_chain_end (self)->place = place_of (op, tuple);
  return i + 1;
}

gboolean
worker_chain_build (WorkerChain *self, PyObject *command, Stage *input, guint partition,
                    WorkerMemory *memory)
{
  *self = (WorkerChain){ .partition = partition, .memory = memory };
  if (!PyList_Check (command))
    {
      PyErr_Format (PyExc_ValueError, "a command must be a list of ops, not %R", command);
      return FALSE;
    }
  Py_INCREF (command);
  self->command = command;
  self->stages = g_new0 (Stage *, (gsize)PyList_GET_SIZE (command) + 1);
  self->stages[self->n++] = input;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE (command);)
    if ((i = add_stage (self, command, i)) < 0)
      return FALSE;
  self->records.plain = ends_in_tag (command);
  return TRUE;
}

gboolean
worker_chain_start (WorkerChain *self)
{
  for (guint i = 0; i < self->n; i++)
    if (self->stages[i]->start != NULL && !self->stages[i]->start (self->stages[i]))
      return FALSE;
  return TRUE;
}

gint64
worker_chain_n_elements (const WorkerChain *self)
{
  gint64 n = 0;

  for (guint i = 1; i < self->n; i++)
    n += self->stages[i]->n_elements;
  return n;
}

void
worker_chain_clear (WorkerChain *self)
{
  for (guint i = self->n; i-- > 1;)
    self->stages[i]->free (self->stages[i]);
  g_clear_pointer (&self->stages, g_free);
  self->n = 0;
  Py_CLEAR (self->partition_function);
  Py_CLEAR (self->command);
}
