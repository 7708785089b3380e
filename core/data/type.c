/* type.c - the data types: constants, and a table of those that have parameters.
 *
 * A type with parameters is made when it is first asked for and kept for ever, so that there is one
 * of each and a pointer says it all:
 *
 *     rush_type_decimal (15, 2) ──┐
 *                                 ├──►  { "decimal(15,2)", "array<int>", … }  ──►  one pointer
 *     rush_type_decimal (15, 2) ──┘
 *
 * What the table compares are the parameters themselves; those that are types are already one
 * pointer each, so no comparison goes deeper than one level.  The name alone would not do: it does
 * not tell whether an array may hold nulls.  A program uses a few hundred types at most, hence
 * nothing is ever dropped, and one lock is enough: types are looked up per plan, never per row.
 */
#include "core/data/type.h"

#include <pthread.h>
#include <string.h>

#define SIMPLE(KIND, NAME, BYTES, STORAGE)                                                         \
  { .kind = RUSH_TYPE_##KIND,                                                                      \
    .name = NAME,                                                                                  \
    .value_bytes = BYTES,                                                                          \
    .storage = RUSH_STORAGE_##STORAGE }

const RushType RUSH_BOOL = SIMPLE (BOOL, "boolean", 0, BIT);
const RushType RUSH_INT8 = SIMPLE (INT8, "tinyint", 1, I8);
const RushType RUSH_INT16 = SIMPLE (INT16, "smallint", 2, I16);
const RushType RUSH_INT32 = SIMPLE (INT32, "int", 4, I32);
const RushType RUSH_INT64 = SIMPLE (INT64, "bigint", 8, I64);
const RushType RUSH_FLOAT32 = SIMPLE (FLOAT32, "float", 4, F32);
const RushType RUSH_FLOAT64 = SIMPLE (FLOAT64, "double", 8, F64);
const RushType RUSH_STRING = SIMPLE (STRING, "string", 16, VIEW);
const RushType RUSH_BINARY = SIMPLE (BINARY, "binary", 16, VIEW);
const RushType RUSH_NULL = SIMPLE (NULL, "void", 0, VOID);
const RushType RUSH_DATE = SIMPLE (DATE, "date", 4, I32);
const RushType RUSH_TIMESTAMP = SIMPLE (TIMESTAMP, "timestamp", 8, I64);
const RushType RUSH_TIMESTAMP_NTZ = SIMPLE (TIMESTAMP_NTZ, "timestamp_ntz", 8, I64);
const RushType RUSH_CALENDAR_INTERVAL = SIMPLE (CALENDAR_INTERVAL, "interval", 16, INTERVAL);

G_STATIC_ASSERT (sizeof (RushCalendarInterval) == 16);

const RushType *
rush_type_from_kind (RushTypeKind kind)
{
  static const RushType *const SIMPLE_TYPES[] = {
    [RUSH_TYPE_BOOL] = &RUSH_BOOL,
    [RUSH_TYPE_INT8] = &RUSH_INT8,
    [RUSH_TYPE_INT16] = &RUSH_INT16,
    [RUSH_TYPE_INT32] = &RUSH_INT32,
    [RUSH_TYPE_INT64] = &RUSH_INT64,
    [RUSH_TYPE_FLOAT32] = &RUSH_FLOAT32,
    [RUSH_TYPE_FLOAT64] = &RUSH_FLOAT64,
    [RUSH_TYPE_STRING] = &RUSH_STRING,
    [RUSH_TYPE_BINARY] = &RUSH_BINARY,
    [RUSH_TYPE_NULL] = &RUSH_NULL,
    [RUSH_TYPE_DATE] = &RUSH_DATE,
    [RUSH_TYPE_TIMESTAMP] = &RUSH_TIMESTAMP,
    [RUSH_TYPE_TIMESTAMP_NTZ] = &RUSH_TIMESTAMP_NTZ,
    [RUSH_TYPE_CALENDAR_INTERVAL] = &RUSH_CALENDAR_INTERVAL,
  };
  return (guint)kind < G_N_ELEMENTS (SIMPLE_TYPES) ? SIMPLE_TYPES[kind] : NULL;
}

/* ---- the table ---- */

static guint
parameters_hash (gconstpointer data)
{
  const RushType *type = data;
  guint hash = (guint)type->kind * 31 + type->precision;

  hash = hash * 31 + (guint)type->scale;
  hash = (hash * 31 + (guint)type->start) * 31 + (guint)type->end;
  for (guint i = 0; i < type->n_fields; i++)
    {
      hash = hash * 31 + g_str_hash (type->fields[i].name);
      hash = hash * 31 + g_direct_hash (type->fields[i].type);
      hash = hash * 31 + (type->fields[i].nullable != FALSE);
    }
  if (type->user != NULL)
    hash = (hash * 31 + g_str_hash (type->user->python_class)) * 31 +
           g_str_hash (type->user->jvm_class);
  return hash;
}

/* Of one class, which may have been pickled at different times. */
static gboolean
same_class (const RushUserType *a, const RushUserType *b)
{
  return a->sql_type == b->sql_type && strcmp (a->jvm_class, b->jvm_class) == 0 &&
         strcmp (a->python_class, b->python_class) == 0;
}

static gboolean
parameters_equal (gconstpointer a_data, gconstpointer b_data)
{
  const RushType *a = a_data, *b = b_data;

  if (a->kind != b->kind || a->precision != b->precision || a->scale != b->scale ||
      a->start != b->start || a->end != b->end || a->n_fields != b->n_fields ||
      (a->user == NULL) != (b->user == NULL))
    return FALSE;
  if (a->user != NULL)
    return same_class (a->user, b->user) &&
           strcmp (a->user->serialized_class, b->user->serialized_class) == 0;
  for (guint i = 0; i < a->n_fields; i++)
    {
      const RushTypeField *x = &a->fields[i], *y = &b->fields[i];
      if (x->type != y->type || !x->nullable != !y->nullable || strcmp (x->name, y->name) != 0)
        return FALSE;
    }
  return TRUE;
}

static RushType *
copy_for_ever (const RushType *wanted, const char *name)
{
  RushType *type = g_memdup2 (wanted, sizeof *wanted);
  RushTypeField *fields = g_new (RushTypeField, wanted->n_fields);

  for (guint i = 0; i < wanted->n_fields; i++)
    {
      fields[i] = wanted->fields[i];
      fields[i].name = g_strdup (fields[i].name);
      fields[i].nullable = fields[i].nullable != FALSE;
    }
  type->name = g_strdup (name);
  type->fields = fields;
  if (wanted->user != NULL)
    {
      RushUserType *user = g_memdup2 (wanted->user, sizeof *user);
      user->jvm_class = g_strdup (user->jvm_class);
      user->python_class = g_strdup (user->python_class);
      user->serialized_class = g_strdup (user->serialized_class);
      type->user = user;
    }
  return type;
}

/* The one type with the parameters of @wanted. */
static const RushType *
intern (const RushType *wanted, const char *name)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static GHashTable *types = NULL; /* RushType → itself; never freed */

  pthread_mutex_lock (&lock);
  if (types == NULL)
    types = g_hash_table_new (parameters_hash, parameters_equal);
  RushType *type = g_hash_table_lookup (types, wanted);
  if (type == NULL)
    g_hash_table_add (types, type = copy_for_ever (wanted, name));
  pthread_mutex_unlock (&lock);
  return type;
}

/* ---- types with parameters ---- */

const RushType *
rush_type_decimal (guint precision, gint scale)
{
  g_return_val_if_fail (precision >= 1 && precision <= RUSH_DECIMAL_MAX_PRECISION, NULL);
  g_return_val_if_fail (scale >= 0 && scale <= (gint)precision, NULL);

  gboolean small = precision <= RUSH_DECIMAL_MAX_INT64_PRECISION;
  RushType type = { .kind = RUSH_TYPE_DECIMAL,
                    .value_bytes = small ? sizeof (gint64) : sizeof (rush_int128),
                    .storage = small ? RUSH_STORAGE_I64 : RUSH_STORAGE_I128,
                    .precision = (guint8)precision,
                    .scale = (gint8)scale };
  g_autofree char *name = g_strdup_printf ("decimal(%u,%d)", precision, scale);
  return intern (&type, name);
}

const RushType *
rush_type_array (const RushType *element, gboolean contains_null)
{
  g_return_val_if_fail (element != NULL, NULL);

  RushTypeField field = { "element", element, contains_null };
  RushType type = { .kind = RUSH_TYPE_ARRAY,
                    .value_bytes = 8,
                    .storage = RUSH_STORAGE_LIST,
                    .n_fields = 1,
                    .fields = &field };
  g_autofree char *name = g_strdup_printf ("array<%s>", element->name);
  return intern (&type, name);
}

const RushType *
rush_type_map (const RushType *key, const RushType *value, gboolean value_contains_null)
{
  g_return_val_if_fail (key != NULL && value != NULL, NULL);

  RushTypeField fields[] = { { "key", key, FALSE }, { "value", value, value_contains_null } };
  RushType type = { .kind = RUSH_TYPE_MAP,
                    .value_bytes = 8,
                    .storage = RUSH_STORAGE_LIST,
                    .n_fields = 2,
                    .fields = fields };
  g_autofree char *name = g_strdup_printf ("map<%s,%s>", key->name, value->name);
  return intern (&type, name);
}

const RushType *
rush_type_struct (guint n_fields, const RushTypeField *fields)
{
  g_return_val_if_fail (n_fields == 0 || fields != NULL, NULL);

  RushType type = {
    .kind = RUSH_TYPE_STRUCT, .storage = RUSH_STORAGE_STRUCT, .n_fields = n_fields, .fields = fields
  };
  g_autoptr (GString) name = g_string_new ("struct<");
  for (guint i = 0; i < n_fields; i++)
    g_string_append_printf (name, "%s%s:%s", i > 0 ? "," : "", fields[i].name,
                            fields[i].type->name);
  g_string_append_c (name, '>');
  return intern (&type, name->str);
}

static const RushType *
ansi_interval (RushTypeKind kind, RushStorage storage, RushIntervalField start,
               RushIntervalField end)
{
  static const char *const NAMES[] = { "year", "month", "day", "hour", "minute", "second" };
  RushType type = { .kind = kind,
                    .value_bytes = storage == RUSH_STORAGE_I32 ? 4 : 8,
                    .storage = storage,
                    .start = start,
                    .end = end };
  g_autofree char *name = start == end
                              ? g_strdup_printf ("interval %s", NAMES[start])
                              : g_strdup_printf ("interval %s to %s", NAMES[start], NAMES[end]);
  return intern (&type, name);
}

const RushType *
rush_type_year_month_interval (RushIntervalField start, RushIntervalField end)
{
  g_return_val_if_fail (start <= end && end <= RUSH_INTERVAL_MONTH, NULL);

  return ansi_interval (RUSH_TYPE_YEAR_MONTH_INTERVAL, RUSH_STORAGE_I32, start, end);
}

const RushType *
rush_type_day_time_interval (RushIntervalField start, RushIntervalField end)
{
  g_return_val_if_fail (start >= RUSH_INTERVAL_DAY && start <= end, NULL);
  g_return_val_if_fail (end <= RUSH_INTERVAL_SECOND, NULL);

  return ansi_interval (RUSH_TYPE_DAY_TIME_INTERVAL, RUSH_STORAGE_I64, start, end);
}

/* As Spark names a class: org.apache.spark.ml.linalg.VectorUDT is "vector"; those of Python alone
 * have one name in common. */
static char *
user_type_name (const RushUserType *user)
{
  const char *dot = strrchr (user->jvm_class, '.');
  const char *class_name = dot != NULL ? dot + 1 : user->jvm_class;
  gsize length = strlen (class_name);

  if (length == 0)
    return g_strdup ("pythonuserdefined");
  if (length > 3 && g_str_has_suffix (class_name, "UDT"))
    length -= 3;
  return g_ascii_strdown (class_name, (gssize)length);
}

const RushType *
rush_type_user (const RushUserType *user)
{
  g_return_val_if_fail (user != NULL && user->sql_type != NULL, NULL);
  g_return_val_if_fail (user->sql_type->user == NULL, NULL);
  g_return_val_if_fail (user->jvm_class && user->python_class && user->serialized_class, NULL);

  RushType type = *user->sql_type;
  g_autofree char *name = user_type_name (user);
  type.user = user;
  return intern (&type, name);
}

/* ---- questions ---- */

gboolean
rush_type_is_integral (const RushType *self)
{
  return self == &RUSH_INT8 || self == &RUSH_INT16 || self == &RUSH_INT32 || self == &RUSH_INT64;
}

gboolean
rush_type_is_fractional (const RushType *self)
{
  return self == &RUSH_FLOAT32 || self == &RUSH_FLOAT64 ||
         (self->kind == RUSH_TYPE_DECIMAL && self->user == NULL);
}

gboolean
rush_type_is_numeric (const RushType *self)
{
  return rush_type_is_integral (self) || rush_type_is_fractional (self);
}

gboolean
rush_type_same_shape (const RushType *a, const RushType *b)
{
  if (a == b)
    return TRUE;
  if (a->user != NULL || b->user != NULL)
    return a->user != NULL && b->user != NULL && same_class (a->user, b->user);
  if (a->kind != b->kind || a->n_fields != b->n_fields || a->n_fields == 0)
    return FALSE; /* types without fields are alike only if they are one */
  for (guint i = 0; i < a->n_fields; i++)
    if (!rush_type_same_shape (a->fields[i].type, b->fields[i].type))
      return FALSE;
  return TRUE;
}
