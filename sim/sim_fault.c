/* sim_fault.c - reading faults: one table of members, and for each kind which of them it takes.
 *
 * A fault that is not told apart from another by a slip of the pen is a run that shows nothing; so
 * a member that its kind does not take is an error, as is a missing one.
 */
#include "sim/sim_fault.h"

#include <string.h>

#define OF(field) G_STRUCT_OFFSET (RushSimFault, field)
#define WHEN(field) G_STRUCT_OFFSET (RushFaultWhen, field)

/* ---- what there is ---- */

static const RushJsonField when_fields[] = {
  RUSH_JSON_FIELD ("task", RUSH_FIELD_COUNT, WHEN (task),
                   "the task of this number in the application, or later"),
  RUSH_JSON_FIELD ("stage", RUSH_FIELD_COUNT, WHEN (stage), "a task of this stage"),
  RUSH_JSON_FIELD ("stage_attempt", RUSH_FIELD_COUNT, WHEN (stage_attempt),
                   "a task of this attempt at a stage"),
  RUSH_JSON_FIELD ("partition", RUSH_FIELD_COUNT, WHEN (partition), "a task of this partition"),
  RUSH_JSON_FIELD ("attempt", RUSH_FIELD_COUNT, WHEN (attempt), "this attempt at a task, from 0"),
  RUSH_JSON_FIELD ("executor", RUSH_FIELD_TEXT, WHEN (executor), "a task on this executor"),
};

static const RushJsonFieldTable when_table = RUSH_JSON_FIELD_TABLE (when_fields, RushFaultWhen);

static const char *const kind_names[] = {
  [RUSH_SIM_KILL_EXECUTOR] = "kill_executor",
  [RUSH_SIM_DECOMMISSION_EXECUTOR] = "decommission_executor",
  [RUSH_SIM_SLOW_EXECUTOR] = "slow_executor",
  [RUSH_SIM_KILL_HOST] = "kill_host",
  [RUSH_SIM_SLOW_HOST] = "slow_host",
  [RUSH_SIM_CUT_HOST] = "cut_host",
  [RUSH_SIM_KILL_RACK] = "kill_rack",
  [RUSH_SIM_CUT_RACK] = "cut_rack",
  [RUSH_SIM_HEAL] = "heal",
  [RUSH_SIM_DROP_SHUFFLE] = "drop_shuffle",
  [RUSH_SIM_CORRUPT_SHUFFLE] = "corrupt_shuffle",
  [RUSH_SIM_DROP_CACHED] = "drop_cached",
  [RUSH_SIM_FAIL_TASK] = "fail_task",
  [RUSH_SIM_DELAY_MESSAGES] = "delay_messages",
  [RUSH_SIM_DUPLICATE_MESSAGES] = "duplicate_messages",
  [RUSH_SIM_MEMORY_USED] = "memory_used",
  NULL,
};

static const RushJsonField fault_fields[] = {
  RUSH_JSON_FIELD ("do", RUSH_FIELD_WORD, OF (kind), "what goes wrong", .needed = TRUE,
                   .words = kind_names),
  RUSH_JSON_FIELD ("at", RUSH_FIELD_TIME, OF (at_s),
                   "when it goes wrong, from the start of the run"),
  RUSH_JSON_FIELD ("when", RUSH_FIELD_OBJECT, OF (when), "it goes wrong as such a task starts",
                   .inside = &when_table),
  RUSH_JSON_FIELD ("times", RUSH_FIELD_COUNT, OF (times), "for how many such tasks", "1",
                   .least = 1),
  RUSH_JSON_FIELD ("executor", RUSH_FIELD_TEXT, OF (executor), "an executor, by its id"),
  RUSH_JSON_FIELD ("host", RUSH_FIELD_COUNT, OF (host), "a host, from 0"),
  RUSH_JSON_FIELD ("rack", RUSH_FIELD_COUNT, OF (rack), "a rack, from 0"),
  RUSH_JSON_FIELD ("factor", RUSH_FIELD_NUMBER, OF (factor), "times as long", .least = 1),
  RUSH_JSON_FIELD ("lasts", RUSH_FIELD_TIME, OF (lasts_s), "after this it is mended"),
  RUSH_JSON_FIELD ("by", RUSH_FIELD_TIME, OF (by_s), "how much later messages arrive"),
  RUSH_JSON_FIELD ("fraction", RUSH_FIELD_NUMBER, OF (fraction), "of all messages", "1", .most = 1),
  RUSH_JSON_FIELD ("message", RUSH_FIELD_TEXT, OF (message), "what the task's exception says"),
  RUSH_JSON_FIELD ("shuffle", RUSH_FIELD_COUNT, OF (shuffle), "a shuffle, by its number"),
  RUSH_JSON_FIELD ("map", RUSH_FIELD_COUNT, OF (map), "the output of one map task"),
  RUSH_JSON_FIELD ("rdd", RUSH_FIELD_COUNT, OF (rdd), "a persisted RDD, by its number"),
  RUSH_JSON_FIELD ("partition", RUSH_FIELD_COUNT, OF (partition), "one of its partitions"),
  RUSH_JSON_FIELD ("memory", RUSH_FIELD_SIZE, OF (memory_bytes),
                   "how much an executor takes outside of its heap, beside its tasks"),
};

static const RushJsonFieldTable fault_table = RUSH_JSON_FIELD_TABLE (fault_fields, RushSimFault);

typedef struct
{
  const char *needs[3];
  const char *takes[4];
} KindMembers;

/* All take do, at, when and times. */
static const KindMembers kind_members[] = {
  [RUSH_SIM_KILL_EXECUTOR] = { { "executor" } },
  [RUSH_SIM_DECOMMISSION_EXECUTOR] = { { "executor" }, { NULL } },
  [RUSH_SIM_SLOW_EXECUTOR] = { { "executor", "factor" }, { "lasts" } },
  [RUSH_SIM_KILL_HOST] = { { "host" }, { "lasts" } },
  [RUSH_SIM_SLOW_HOST] = { { "host", "factor" }, { "lasts" } },
  [RUSH_SIM_CUT_HOST] = { { "host" }, { "lasts" } },
  [RUSH_SIM_KILL_RACK] = { { "rack" }, { "lasts" } },
  [RUSH_SIM_CUT_RACK] = { { "rack" }, { "lasts" } },
  [RUSH_SIM_HEAL] = { { NULL }, { "host", "rack" } },
  [RUSH_SIM_DROP_SHUFFLE] = { { "shuffle" }, { "map", "executor" } },
  [RUSH_SIM_CORRUPT_SHUFFLE] = { { "shuffle" }, { "map", "executor" } },
  [RUSH_SIM_DROP_CACHED] = { { "rdd" }, { "partition", "executor" } },
  [RUSH_SIM_FAIL_TASK] = { { "when" }, { "message" } },
  [RUSH_SIM_DELAY_MESSAGES] = { { "by" }, { "fraction", "executor", "lasts" } },
  [RUSH_SIM_DUPLICATE_MESSAGES] = { { NULL }, { "fraction", "executor", "lasts" } },
  [RUSH_SIM_MEMORY_USED] = { { "executor", "memory" }, { "lasts" } },
};

static const char *const common_members[] = { "do", "at", "when", "times" };

G_STATIC_ASSERT (G_N_ELEMENTS (kind_members) == G_N_ELEMENTS (kind_names) - 1);

const char *
rush_sim_fault_name (RushSimFaultKind kind)
{
  return kind_names[kind];
}

/* ---- reading ---- */

static gboolean
is_among (const char *const *names, guint n, const char *name)
{
  for (guint i = 0; i < n && names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return TRUE;
  return FALSE;
}

static gboolean
takes (RushSimFaultKind kind, const char *name)
{
  const KindMembers *members = &kind_members[kind];

  return is_among (common_members, G_N_ELEMENTS (common_members), name) ||
         is_among (members->needs, G_N_ELEMENTS (members->needs), name) ||
         is_among (members->takes, G_N_ELEMENTS (members->takes), name);
}

static gboolean
check_members (const RushSimFault *self, const RushJson *object, const char *where,
               gboolean may_be_now, GError **error)
{
  const KindMembers *members = &kind_members[self->kind];
  const char *kind = kind_names[self->kind];
  gboolean has_at = rush_json_get (object, "at") != NULL;

  for (guint i = 0; i < rush_json_length (object); i++)
    if (!takes ((RushSimFaultKind)self->kind, rush_json_name (object, i)))
      return rush_json_fields_fail (rush_json_item (object, i), error,
                                    "\"%s.%s\": a %s takes no such thing", where,
                                    rush_json_name (object, i), kind);
  for (guint i = 0; i < G_N_ELEMENTS (members->needs) && members->needs[i] != NULL; i++)
    if (rush_json_get (object, members->needs[i]) == NULL)
      return rush_json_fields_fail (object, error, "\"%s.%s\" is missing: a %s needs it", where,
                                    members->needs[i], kind);
  if (has_at == self->has_when && (has_at || !may_be_now))
    return rush_json_fields_fail (object, error, "\"%s\" must have either \"at\" or \"when\"%s",
                                  where, has_at ? ", not both" : "");
  if (has_at && rush_json_get (object, "times") != NULL)
    return rush_json_fields_fail (object, error, "\"%s.times\" goes with \"when\", not with \"at\"",
                                  where);
  return TRUE;
}

static RushSimFault *
read_fault (const RushJson *object, const char *where, gboolean may_be_now, GError **error)
{
  g_autofree RushSimFault *self = g_new (RushSimFault, 1);

  if (!rush_json_fields_read (&fault_table, object, where, self, error))
    return NULL;
  self->has_when = rush_json_get (object, "when") != NULL;
  if (check_members (self, object, where, may_be_now, error))
    return g_steal_pointer (&self);
  rush_json_fields_clear (&fault_table, self);
  return NULL;
}

void
rush_sim_fault_free (RushSimFault *self)
{
  if (self == NULL)
    return;
  rush_json_fields_clear (&fault_table, self);
  g_free (self);
}

static void
free_fault (gpointer fault)
{
  rush_sim_fault_free (fault);
}

RushSimFault *
rush_sim_fault_parse (const char *text, guint n_hosts, guint n_racks, GError **error)
{
  g_autoptr (RushJson) document = rush_json_parse (text, -1, error);
  RushSimFault *self = document != NULL ? read_fault (document, "fault", TRUE, error) : NULL;

  if (self == NULL || (self->host < (gint64)n_hosts && self->rack < (gint64)n_racks))
    return self;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND,
               "fault: there are %u hosts and %u racks, counted from 0", n_hosts, n_racks);
  rush_sim_fault_free (self);
  return NULL;
}

static gboolean
read_faults (const RushJson *list, const char *where, gpointer field, GError **error)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (free_fault);

  if (rush_json_kind (list) != RUSH_JSON_ARRAY)
    return rush_json_fields_fail (list, error, "\"%s\" must be a list", where);
  for (guint i = 0; i < rush_json_length (list); i++)
    {
      g_autofree char *fault_where = g_strdup_printf ("%s[%u]", where, i);
      RushSimFault *fault = read_fault (rush_json_item (list, i), fault_where, FALSE, error);

      if (fault == NULL)
        return FALSE;
      g_ptr_array_add (faults, fault);
    }
  *(GPtrArray **)field = g_steal_pointer (&faults);
  return TRUE;
}

static void
clear_faults (gpointer field)
{
  g_clear_pointer ((GPtrArray **)field, g_ptr_array_unref);
}

/* ---- the schema ---- */

static void
write_names (RushJsonWriter *out, const char *member, const char *const *names, guint n)
{
  rush_json_member (out, member);
  rush_json_begin_array (out);
  for (guint i = 0; i < n && names[i] != NULL; i++)
    rush_json_string (out, names[i]);
  rush_json_end_array (out);
}

/* { required: [ @one ], not: { required: [ @other ] } } */
static void
write_one_not_other (RushJsonWriter *out, const char *one, const char *const *others, guint n)
{
  rush_json_begin_object (out);
  write_names (out, "required", &one, 1);
  rush_json_member (out, "properties");
  rush_json_begin_object (out);
  for (guint i = 0; i < n; i++)
    {
      rush_json_member (out, others[i]);
      rush_json_bool (out, FALSE);
    }
  rush_json_end_object (out);
  rush_json_end_object (out);
}

static void
write_member (RushSimFaultKind kind, const RushJsonField *field, RushJsonWriter *out)
{
  rush_json_member (out, field->name);
  if (field->type == RUSH_FIELD_OBJECT)
    {
      rush_json_fields_schema (field->inside, out);
      return;
    }
  rush_json_begin_object (out);
  if (field->type == RUSH_FIELD_WORD)
    {
      rush_json_member (out, "const");
      rush_json_string (out, kind_names[kind]);
    }
  else
    rush_json_field_schema_members (field, out);
  rush_json_end_object (out);
}

static void
write_kind (RushSimFaultKind kind, RushJsonWriter *out)
{
  const KindMembers *members = &kind_members[kind];
  const char *required[G_N_ELEMENTS (members->needs) + 1] = { "do" };

  memcpy (required + 1, members->needs, sizeof members->needs);
  rush_json_begin_object (out);
  rush_json_member (out, "type");
  rush_json_string (out, "object");
  write_names (out, "required", required, G_N_ELEMENTS (required));
  rush_json_member (out, "additionalProperties");
  rush_json_bool (out, FALSE);
  rush_json_member (out, "properties");
  rush_json_begin_object (out);
  for (guint i = 0; i < G_N_ELEMENTS (fault_fields); i++)
    if (takes (kind, fault_fields[i].name))
      write_member (kind, &fault_fields[i], out);
  rush_json_end_object (out);
  rush_json_end_object (out);
}

/* A list of what is one of the kinds, and has either a time or a task. */
static void
write_faults (RushJsonWriter *out)
{
  static const char *const with_at[] = { "when", "times" };
  static const char *const with_when[] = { "at" };

  rush_json_member (out, "type");
  rush_json_string (out, "array");
  rush_json_member (out, "items");
  rush_json_begin_object (out);
  rush_json_member (out, "anyOf");
  rush_json_begin_array (out);
  write_one_not_other (out, "at", with_at, G_N_ELEMENTS (with_at));
  write_one_not_other (out, "when", with_when, G_N_ELEMENTS (with_when));
  rush_json_end_array (out);
  rush_json_member (out, "oneOf");
  rush_json_begin_array (out);
  for (guint kind = 0; kind < G_N_ELEMENTS (kind_members); kind++)
    write_kind ((RushSimFaultKind)kind, out);
  rush_json_end_array (out);
  rush_json_end_object (out);
}

const RushJsonFieldClass rush_sim_faults_class = { read_faults, clear_faults, write_faults };
