/* pools_file.c - reads the file of spark.scheduler.allocation.file.
 *
 *     <allocations>
 *       <pool name="quick">
 *         <schedulingMode>FAIR</schedulingMode>      FIFO or FAIR; else FIFO, and a warning
 *         <minShare>2</minShare>                     a whole number; else 0, and a warning
 *         <weight>3</weight>                         a whole number; else 1, and a warning
 *       </pool>
 *     </allocations>
 *
 * A pool may stand at any depth; other elements are passed over.  What is wrong with a pool is told
 * and put right, since jobs can run without it; a file that is not XML stops the application, since
 * nobody knows what was meant.
 *
 * Mirrors: FairSchedulableBuilder.buildFairSchedulerPool, getSchedulingModeValue, getIntValue.
 */
#include "core/scheduler/pools_private.h"

enum
{
  MODE,
  MIN_SHARE,
  WEIGHT,
  N_PROPERTIES,
};
static const char *const property_names[] = { "schedulingMode", "minShare", "weight" };

typedef struct
{
  RushPools *pools;
  const char *file;
  guint depth;      /* of the element that is read */
  guint pool_depth; /* of the pool that is read; 0: none */
  char *name;
  gint property; /* that is read, or −1 */
  GString *texts[N_PROPERTIES];
} Reader;

/* ---- one pool ---- */

static gboolean
is_fair (Reader *self)
{
  g_autofree char *mode = g_ascii_strup (g_strstrip (self->texts[MODE]->str), -1);

  if (g_str_equal (mode, "FAIR") || g_str_equal (mode, "FIFO"))
    return g_str_equal (mode, "FAIR");
  g_autofree char *warning = g_strdup_printf (
      "Unsupported schedulingMode: %s found in Fair Scheduler configuration file: %s, using the "
      "default schedulingMode: FIFO for pool: %s",
      mode, self->file, self->name);
  rush_conf_warn (self->pools->conf, warning);
  return FALSE;
}

static gint
number (Reader *self, gint property, gint otherwise)
{
  const char *text = g_strstrip (self->texts[property]->str);
  const char *digits = text[0] == '+' ? text + 1 : text;
  const char *name = property_names[property];
  gint64 value;

  if (g_ascii_string_to_signed (digits, 10, G_MININT, G_MAXINT, &value, NULL))
    return (gint)value;
  g_autofree char *warning = g_strdup_printf (
      "Error while loading fair scheduler configuration from %s: %s is blank or invalid: %s, using "
      "the default %s: %d for pool: %s",
      self->file, name, text, name, otherwise, self->name);
  rush_conf_warn (self->pools->conf, warning);
  return otherwise;
}

static void
make_pool (Reader *self)
{
  gboolean fair = is_fair (self);
  gint min_share = number (self, MIN_SHARE, 0);
  gint weight = number (self, WEIGHT, 1);

  rush_pools_add (self->pools, self->name, fair, min_share, weight);
}

/* ---- elements ---- */

static void
begin_pool (Reader *self, const char **names, const char **values)
{
  self->pool_depth = self->depth;
  g_free (self->name);
  self->name = NULL;
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], "name"))
      self->name = g_strdup (values[i]);
  if (self->name == NULL)
    self->name = g_strdup ("");
  for (gint i = 0; i < N_PROPERTIES; i++)
    g_string_truncate (self->texts[i], 0);
}

static void
start_element (GMarkupParseContext *context, const char *element, const char **names,
               const char **values, gpointer data, GError **error)
{
  Reader *self = data;

  self->depth++;
  if (self->pool_depth == 0 && g_str_equal (element, "pool"))
    begin_pool (self, names, values);
  else if (self->pool_depth > 0 && self->depth == self->pool_depth + 1)
    for (gint i = 0; i < N_PROPERTIES; i++)
      if (g_str_equal (element, property_names[i]))
        self->property = i;
}

static void
end_element (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Reader *self = data;

  if (self->depth == self->pool_depth)
    {
      make_pool (self);
      self->pool_depth = 0;
    }
  else if (self->depth == self->pool_depth + 1)
    self->property = -1;
  self->depth--;
}

static void
text (GMarkupParseContext *context, const char *bytes, gsize size, gpointer data, GError **error)
{
  Reader *self = data;

  if (self->property >= 0)
    g_string_append_len (self->texts[self->property], bytes, (gssize)size);
}

/* ---- the file ---- */

static gboolean
parse (RushPools *pools, const char *file, const char *content, gsize size, GError **error)
{
  static const GMarkupParser parser = { start_element, end_element, text, NULL, NULL };
  Reader reader = { .pools = pools, .file = file, .property = -1 };
  GMarkupParseContext *context =
      g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);
  gboolean ok;

  for (gint i = 0; i < N_PROPERTIES; i++)
    reader.texts[i] = g_string_new (NULL);
  ok = g_markup_parse_context_parse (context, content, (gssize)size, error) &&
       g_markup_parse_context_end_parse (context, error);
  for (gint i = 0; i < N_PROPERTIES; i++)
    g_string_free (reader.texts[i], TRUE);
  g_free (reader.name);
  g_markup_parse_context_free (context);
  return ok;
}

static void
set_error (GError **error, RushCoreError code, const char *file, const GError *cause)
{
  g_set_error (error, RUSH_CORE_ERROR, (gint)code,
               "Error while building the fair scheduler pools from %s: %s "
               "(spark.scheduler.allocation.file)",
               file, cause->message);
}

gboolean
rush_pools_read (RushPools *self, const char *file, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *content = NULL;
  gsize size;

  if (!g_file_get_contents (file, &content, &size, &cause))
    {
      gboolean missing = g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT);

      set_error (error, missing ? RUSH_CORE_ERROR_NOT_FOUND : RUSH_CORE_ERROR_IO, file, cause);
      return FALSE;
    }
  if (!parse (self, file, content, size, &cause))
    {
      set_error (error, RUSH_CORE_ERROR_INVALID_ARGUMENT, file, cause);
      return FALSE;
    }
  return TRUE;
}
