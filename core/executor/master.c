/* master.c - what a master URL asks for.
 *
 *     url   = "local" [ "[" count [ "," number ] "]" ]
 *           | "local-cluster" "[" number "," number "," number "]"
 *     count = number | "*"
 *
 * Blanks are allowed where SparkMasterRegex allows them: beside the numbers when there are several.
 * What belongs to a cluster manager is named in the refusal, with what it would need.
 */
#include "core/executor/master.h"

#include <string.h>

typedef struct
{
  const char *prefix;
  const char *what;
} OtherMaster;

static const OtherMaster other_masters[] = {
  { "spark://", "a standalone Spark cluster" },
  { "yarn", "Hadoop YARN" },
  { "k8s://", "Kubernetes" },
  { "mesos://", "Apache Mesos" },
  { "sim://", "a simulated cluster" },
};

#define WHAT_THERE_IS                                                                              \
  "use local, local[N], local[*], local[N,F], local[*,F], local-cluster[E,C,M], or "               \
  "sim://?executors=N&cores=N for a cluster that is not there"

/* Reads up to @max numbers between the brackets of @text, "*" as the number of cores.  Returns how
 * many there were, 0 if @text is not of that form. */
static guint
read_numbers (const char *text, guint max, gboolean star_allowed, guint *out_numbers)
{
  gsize length = strlen (text);
  g_autofree char *inside = NULL;
  g_auto (GStrv) parts = NULL;
  guint n;

  if (length < 2 || text[0] != '[' || text[length - 1] != ']')
    return 0;
  inside = g_strndup (text + 1, length - 2);
  parts = g_strsplit (inside, ",", -1);
  n = g_strv_length (parts);
  if (n == 0 || n > max)
    return 0;
  for (guint i = 0; i < n; i++)
    {
      const char *part = n > 1 ? g_strstrip (parts[i]) : parts[i];
      guint64 number;

      if (i == 0 && star_allowed && strcmp (part, "*") == 0)
        number = g_get_num_processors ();
      else if (!g_ascii_string_to_unsigned (part, 10, 0, G_MAXINT32, &number, NULL))
        return 0;
      out_numbers[i] = (guint)number;
    }
  return n;
}

/* "local…": what follows the word is @rest. */
static gboolean
parse_local (const char *rest, RushMaster *out, GError **error)
{
  guint numbers[2] = { 1, 1 };

  if (rest[0] != '\0' && read_numbers (rest, 2, TRUE, numbers) == 0)
    return FALSE;
  if (numbers[0] == 0)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "Asked to run locally with 0 threads: local[N] needs an N of 1 or more; "
                           "local[*] takes all cores");
      return FALSE;
    }
  if (numbers[1] == 0)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "Asked to run tasks that may never fail even once: the second number "
                           "of local[N,F] is how often a task may fail, at least 1");
      return FALSE;
    }
  *out = (RushMaster){ .n_executors = 1, .cores = numbers[0], .max_task_failures = numbers[1] };
  return TRUE;
}

static gboolean
parse_local_cluster (const char *rest, RushMaster *out, GError **error)
{
  guint numbers[3];

  if (read_numbers (rest, 3, FALSE, numbers) != 3)
    return FALSE;
  if (numbers[0] == 0 || numbers[1] == 0 || numbers[2] == 0)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "local-cluster[E,C,M] needs at least 1 executor, 1 core each and some "
                           "MiB of memory each");
      return FALSE;
    }
  *out = (RushMaster){
    .is_cluster = TRUE, .n_executors = numbers[0], .cores = numbers[1], .executor_mib = numbers[2]
  };
  return TRUE;
}

static void
refuse (const char *url, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (other_masters); i++)
    if (g_str_has_prefix (url, other_masters[i].prefix))
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                     "Master URL '%s' asks for %s, which this process cannot be; " WHAT_THERE_IS
                     ", or simulate it (spark.rushlight.simulate, rushlight submit --simulate)",
                     url, other_masters[i].what);
        return;
      }
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "Could not parse Master URL: '%s'; " WHAT_THERE_IS, url);
}

gboolean
rush_master_parse (const char *url, RushMaster *out, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (g_str_has_prefix (url, "local-cluster"))
    {
      if (parse_local_cluster (url + strlen ("local-cluster"), out, &why))
        return TRUE;
    }
  else if (g_str_has_prefix (url, "local"))
    {
      if (parse_local (url + strlen ("local"), out, &why))
        return TRUE;
    }
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else
    refuse (url, error);
  return FALSE;
}
