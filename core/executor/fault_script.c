/* fault_script.c - reading faults, and finding those that are due.
 *
 * Members are read by a table of what there is; a fault's kind says which of them it takes and
 * which it must have.  So a slip of the pen is an error that names the place, not a fault that
 * never comes.
 */
#include "core/executor/fault_script.h"

#include "core/base/json.h"

#include <pthread.h>

struct _RushFaultScript
{
  pthread_mutex_t lock;
  GPtrArray *faults; /* RushFault * (owned) */
};

/* ---- what there is ---- */

typedef enum
{
  WHOLE, /* gint64, at least 0 */
  ATLEAST_ONE,
  FACTOR, /* double, at least 1 */
  TEXT,   /* char * */
  FLAG,   /* gboolean */
} MemberType;

static const char *const type_words[] = { "a whole number, at least 0",
                                          "a whole number, at least 1", "a number, at least 1",
                                          "a text", "true or false" };

typedef struct
{
  const char *name;
  MemberType type;
  gsize offset; /* in RushFault */
} Member;

#define MEMBER(name, type, field) { name, type, G_STRUCT_OFFSET (RushFault, field) }

static const Member fault_members[] = {
  MEMBER ("executor", TEXT, executor),  MEMBER ("replace", FLAG, replace),
  MEMBER ("factor", FACTOR, factor),    MEMBER ("message", TEXT, message),
  MEMBER ("shuffle", WHOLE, shuffle),   MEMBER ("map", WHOLE, map),
  MEMBER ("rdd", WHOLE, rdd),           MEMBER ("partition", WHOLE, partition),
  MEMBER ("times", ATLEAST_ONE, times),
};

static const Member when_members[] = {
  MEMBER ("task", WHOLE, when.task),
  MEMBER ("stage", WHOLE, when.stage),
  MEMBER ("stage_attempt", WHOLE, when.stage_attempt),
  MEMBER ("partition", WHOLE, when.partition),
  MEMBER ("attempt", WHOLE, when.attempt),
  MEMBER ("executor", TEXT, when.executor),
};

typedef struct
{
  const char *name;
  const char *needs[3]; /* those that must be there */
  const char *takes[3]; /* those that may */
} Kind;

static const Kind kinds[] = {
  [RUSH_FAULT_KILL_EXECUTOR] = { "kill_executor", { "executor" }, { "replace" } },
  [RUSH_FAULT_DECOMMISSION_EXECUTOR] = { "decommission_executor", { "executor" }, { "replace" } },
  [RUSH_FAULT_SLOW_EXECUTOR] = { "slow_executor", { "executor", "factor" }, { NULL } },
  [RUSH_FAULT_FAIL_TASK] = { "fail_task", { "when" }, { "message" } },
  [RUSH_FAULT_DROP_SHUFFLE] = { "drop_shuffle", { "shuffle" }, { "map", "executor" } },
  [RUSH_FAULT_CORRUPT_SHUFFLE] = { "corrupt_shuffle", { "shuffle" }, { "map", "executor" } },
  [RUSH_FAULT_DROP_CACHED] = { "drop_cached", { "rdd" }, { "partition", "executor" } },
};

/* ---- reading ---- */

static gboolean fail (GError **error, const char *name, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError **error, const char *name, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "%s: %s", name, text);
  return FALSE;
}

static gboolean
set_member (RushFault *self, const Member *member, const RushJson *value)
{
  gpointer field = (char *)self + member->offset;
  RushJsonKind kind = rush_json_kind (value);

  switch (member->type)
    {
    case WHOLE:
    case ATLEAST_ONE:
      *(gint64 *)field = rush_json_as_int (value, -1);
      return kind == RUSH_JSON_INT && *(gint64 *)field >= (member->type == WHOLE ? 0 : 1);
    case FACTOR:
      *(double *)field = rush_json_as_double (value, 0);
      return *(double *)field >= 1;
    case TEXT:
      *(char **)field = g_strdup (rush_json_as_string (value, NULL));
      return *(char **)field != NULL;
    case FLAG:
      *(gboolean *)field = rush_json_as_bool (value, FALSE);
      return kind == RUSH_JSON_BOOL;
    }
  g_return_val_if_reached (FALSE);
}

static const Member *
find_member (const Member *members, gsize n, const char *name)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal (members[i].name, name))
      return &members[i];
  return NULL;
}

static char *
names_of (const Member *members, gsize n)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", members[i].name);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static gboolean
read_member (RushFault *self, const Member *members, gsize n, const char *where,
             const RushJson *object, guint i, GError **error)
{
  const char *name = rush_json_name (object, i);
  const Member *member = find_member (members, n, name);

  if (member == NULL)
    {
      g_autofree char *names = names_of (members, n);
      return fail (error, self->name, "\"%s\"%s is not known; there are %s", name, where, names);
    }
  if (rush_json_kind (rush_json_item (object, i)) == RUSH_JSON_NULL)
    return TRUE; /* as if it were not there */
  if (!set_member (self, member, rush_json_item (object, i)))
    return fail (error, self->name, "\"%s\"%s must be %s", name, where, type_words[member->type]);
  return TRUE;
}

static gboolean
read_when (RushFault *self, const RushJson *when, GError **error)
{
  if (rush_json_kind (when) != RUSH_JSON_OBJECT)
    return fail (error, self->name, "\"when\" must be an object, as { \"stage\": 1 }");
  self->has_when = TRUE;
  for (guint i = 0; i < rush_json_length (when); i++)
    if (!read_member (self, when_members, G_N_ELEMENTS (when_members), " of \"when\"", when, i,
                      error))
      return FALSE;
  return TRUE;
}

static gboolean
is_among (const char *const names[3], const char *name)
{
  for (guint i = 0; i < 3 && names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return TRUE;
  return FALSE;
}

static gboolean
check_members (RushFault *self, const RushJson *object, GError **error)
{
  const Kind *kind = &kinds[self->kind];

  for (guint i = 0; i < 3 && kind->needs[i] != NULL; i++)
    if (rush_json_get (object, kind->needs[i]) == NULL)
      return fail (error, self->name, "it needs \"%s\"", kind->needs[i]);
  for (guint i = 0; i < rush_json_length (object); i++)
    {
      const char *name = rush_json_name (object, i);

      if (!g_str_equal (name, "do") && !g_str_equal (name, "when") &&
          !g_str_equal (name, "times") && !is_among (kind->needs, name) &&
          !is_among (kind->takes, name))
        return fail (error, self->name, "it takes no \"%s\"", name);
    }
  return TRUE;
}

static gboolean
read_kind (RushFault *self, const RushJson *object, GError **error)
{
  const char *name = rush_json_get_string (object, "do", NULL);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", kinds[i].name);
      if (g_strcmp0 (name, kinds[i].name) == 0)
        {
          g_autofree char *before = self->name;

          self->kind = (RushFaultKind)i;
          self->name = g_strdup_printf ("%s (%s)", before, name);
          return TRUE;
        }
    }
  return fail (error, self->name, "\"do\" must be one of %s", names->str);
}

static gboolean
read_fault (RushFault *self, const RushJson *object, GError **error)
{
  if (rush_json_kind (object) != RUSH_JSON_OBJECT)
    return fail (error, self->name, "a fault is an object with a member \"do\"");
  if (!read_kind (self, object, error) || !check_members (self, object, error))
    return FALSE;
  for (guint i = 0; i < rush_json_length (object); i++)
    {
      const char *name = rush_json_name (object, i);

      if (g_str_equal (name, "do"))
        continue;
      if (g_str_equal (name, "when")
              ? !read_when (self, rush_json_item (object, i), error)
              : !read_member (self, fault_members, G_N_ELEMENTS (fault_members), "", object, i,
                              error))
        return FALSE;
    }
  return TRUE;
}

static RushFault *
fault_from_json (const RushJson *object, const char *name, GError **error)
{
  g_autoptr (RushFault) self = g_new0 (RushFault, 1);

  self->name = g_strdup (name);
  self->shuffle = self->map = self->rdd = self->partition = -1;
  self->when = (RushFaultWhen){ -1, -1, -1, -1, -1, NULL };
  self->times = 1;
  return read_fault (self, object, error) ? g_steal_pointer (&self) : NULL;
}

RushFault *
rush_fault_parse (const char *text, const char *name, GError **error)
{
  g_autoptr (RushJson) json = rush_json_parse (text, -1, error);

  return json != NULL ? fault_from_json (json, name, error) : NULL;
}

void
rush_fault_free (RushFault *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->executor);
  g_free (self->message);
  g_free (self->when.executor);
  g_free (self);
}

/* ---- a file of them ---- */

static GPtrArray *
faults_from_json (const RushJson *json, const char *path, GError **error)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_fault_free);
  const RushJson *list =
      rush_json_kind (json) == RUSH_JSON_OBJECT ? rush_json_get (json, "faults") : NULL;

  if (list == NULL || rush_json_length (json) != 1 || rush_json_kind (list) != RUSH_JSON_ARRAY)
    {
      fail (error, path, "a fault script is an object { \"faults\": [ … ] } and nothing else");
      return NULL;
    }
  for (guint i = 0; i < rush_json_length (list); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s, fault %u", path, i + 1);
      RushFault *fault = fault_from_json (rush_json_item (list, i), name, error);

      if (fault == NULL)
        return NULL;
      g_ptr_array_add (faults, fault);
    }
  return g_steal_pointer (&faults);
}

gboolean
rush_fault_script_read (RushFaultScript *self, const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (RushJson) json = NULL;
  g_autofree char *text = NULL;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, &cause))
    {
      gboolean missing = g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT);

      g_set_error (error, RUSH_CORE_ERROR, missing ? RUSH_CORE_ERROR_NOT_FOUND : RUSH_CORE_ERROR_IO,
                   "the fault script cannot be read (spark.rushlight.faultScript): %s",
                   cause->message);
      return FALSE;
    }
  json = rush_json_parse (text, (gssize)size, &cause);
  if (json == NULL)
    return fail (error, path, "%s", cause->message);
  g_autoptr (GPtrArray) faults = faults_from_json (json, path, error);
  if (faults == NULL)
    return FALSE;
  pthread_mutex_lock (&self->lock);
  g_ptr_array_extend_and_steal (self->faults, g_steal_pointer (&faults));
  pthread_mutex_unlock (&self->lock);
  return TRUE;
}

void
rush_fault_script_add (RushFaultScript *self, RushFault *fault)
{
  pthread_mutex_lock (&self->lock);
  g_ptr_array_add (self->faults, fault);
  pthread_mutex_unlock (&self->lock);
}

/* ---- what is due ---- */

static gboolean
fits (gint64 wanted, gint64 number)
{
  return wanted < 0 || wanted == number;
}

gboolean
rush_fault_when_fits (const RushFaultWhen *self, const RushTask *task, const char *executor_id)
{
  return task->task_id >= self->task && fits (self->stage, task->work->stage_id) &&
         fits (self->stage_attempt, task->work->stage_attempt) &&
         fits (self->partition, task->partition) && fits (self->attempt, task->attempt_number) &&
         (self->executor == NULL || g_str_equal (self->executor, executor_id));
}

void
rush_fault_script_task_starts (RushFaultScript *self, const RushTask *task, const char *executor_id,
                               GPtrArray *out_due)
{
  pthread_mutex_lock (&self->lock);
  for (guint i = 0; i < self->faults->len; i++)
    {
      RushFault *fault = g_ptr_array_index (self->faults, i);

      if (fault->times <= 0 || !rush_fault_when_fits (&fault->when, task, executor_id))
        continue;
      fault->times--;
      g_ptr_array_add (out_due, fault);
    }
  pthread_mutex_unlock (&self->lock);
}

/* ---- life ---- */

void
rush_fault_script_free (RushFaultScript *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->faults);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushFaultScript *
rush_fault_script_new (void)
{
  RushFaultScript *self = g_new0 (RushFaultScript, 1);

  self->faults = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_fault_free);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}
