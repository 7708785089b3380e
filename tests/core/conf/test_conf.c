/* test_conf.c - a conf holds what was set and nothing unsound, warns once about each key that has
 * no effect, stops changing when frozen, and may be used from many threads. */
#include "core/conf/conf.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* A warner that keeps what it is told, one line a warning. */
static void
keep_warning (const char *message, gpointer log)
{
  g_string_append_printf (log, "%s\n", message);
}

static RushConf *
conf_with_log (GString *log)
{
  RushConf *conf = rush_conf_new ();

  rush_conf_set_warner (conf, keep_warning, log);
  return conf;
}

static void
assert_set (RushConf *conf, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_conf_set (conf, key, value, &error));
  g_assert_no_error (error);
}

static void
assert_string (const RushConf *conf, const char *key, const char *expected)
{
  g_autofree char *value = rush_conf_get_string (conf, key);

  g_assert_cmpstr (value, ==, expected);
}

static void
append_pair (const char *key, const char *value, gpointer out)
{
  g_string_append_printf (out, "%s=%s;", key, value);
}

static void
assert_content (const RushConf *conf, const char *expected)
{
  g_autoptr (GString) content = g_string_new (NULL);

  rush_conf_foreach (conf, append_pair, content);
  g_assert_cmpstr (content->str, ==, expected);
}

/* ---- normal ---- */

static void
test_typed_values (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();

  g_assert_cmpint (rush_conf_get_int (conf, "spark.task.maxFailures"), ==, 4);
  g_assert_cmpint (rush_conf_get_bytes (conf, "spark.driver.memory"), ==, 1 << 30);
  g_assert_cmpint (rush_conf_get_time_us (conf, "spark.locality.wait"), ==, 3000000);
  g_assert_cmpfloat (rush_conf_get_double (conf, "spark.memory.fraction"), ==, 0.6);
  g_assert_true (rush_conf_get_bool (conf, "spark.shuffle.compress"));

  assert_set (conf, "spark.task.maxFailures", "8");
  assert_set (conf, "spark.driver.memory", "2g");
  assert_set (conf, "spark.locality.wait", "50");
  assert_set (conf, "spark.memory.fraction", "0.25");
  assert_set (conf, "spark.shuffle.compress", "FALSE");
  g_assert_cmpint (rush_conf_get_int (conf, "spark.task.maxFailures"), ==, 8);
  g_assert_cmpint (rush_conf_get_bytes (conf, "spark.driver.memory"), ==,
                   2 * (G_GINT64_CONSTANT (1) << 30));
  g_assert_cmpint (rush_conf_get_time_us (conf, "spark.locality.wait"), ==, 50000);
  g_assert_cmpfloat (rush_conf_get_double (conf, "spark.memory.fraction"), ==, 0.25);
  g_assert_false (rush_conf_get_bool (conf, "spark.shuffle.compress"));
  assert_string (conf, "spark.shuffle.compress", "FALSE"); /* as it was written */
}

static void
test_fallback_key (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();

  assert_string (conf, "spark.locality.wait.node", "3s");
  assert_set (conf, "spark.locality.wait", "7s");
  g_assert_cmpint (rush_conf_get_time_us (conf, "spark.locality.wait.node"), ==, 7000000);
  assert_set (conf, "spark.locality.wait.node", "0");
  g_assert_cmpint (rush_conf_get_time_us (conf, "spark.locality.wait.node"), ==, 0);
  g_assert_cmpint (rush_conf_get_time_us (conf, "spark.locality.wait.rack"), ==, 7000000);
  g_assert_false (rush_conf_contains (conf, "spark.locality.wait.rack"));
}

static void
test_unset_brings_the_default_back (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();

  assert_set (conf, "spark.sql.shuffle.partitions", "8");
  g_assert_true (rush_conf_contains (conf, "spark.sql.shuffle.partitions"));
  g_assert_true (rush_conf_unset (conf, "spark.sql.shuffle.partitions", NULL));
  g_assert_false (rush_conf_contains (conf, "spark.sql.shuffle.partitions"));
  g_assert_cmpint (rush_conf_get_int (conf, "spark.sql.shuffle.partitions"), ==, 200);
  g_assert_true (rush_conf_unset (conf, "spark.sql.shuffle.partitions", NULL)); /* again is fine */
}

static void
test_content_is_sorted (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();

  assert_set (conf, "spark.task.cpus", "2");
  assert_set (conf, "spark.app.name", "first");
  assert_set (conf, "spark.master", "local[2]");
  assert_set (conf, "spark.app.name", "second");
  assert_content (conf, "spark.app.name=second;spark.master=local[2];spark.task.cpus=2;");
}

static void
test_copy_goes_its_own_way (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (RushConf) conf = conf_with_log (log);

  assert_set (conf, "spark.app.name", "one");
  assert_set (conf, "spark.unknown", "x");
  rush_conf_freeze (conf);
  g_autoptr (RushConf) copy = rush_conf_copy (conf);
  assert_set (copy, "spark.app.name", "two");
  assert_set (copy, "spark.unknown", "y"); /* warned about already */
  assert_set (copy, "spark.unheard", "z"); /* by the same warner */
  assert_set (copy, "spark.executorEnv.LANG",
              "C"); /* a variable of the workers: any name will do */
  assert_content (conf, "spark.app.name=one;spark.unknown=x;");
  assert_content (copy, "spark.app.name=two;spark.executorEnv.LANG=C;spark.unheard=z;"
                        "spark.unknown=y;");
  g_assert_cmpstr (log->str, ==,
                   "spark.unknown is not a configuration key of Rushlight and has no effect\n"
                   "spark.unheard is not a configuration key of Rushlight and has no effect\n");
}

/* ---- empty ---- */

static void
test_empty (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();

  assert_content (conf, "");
  assert_string (conf, "spark.app.name", NULL);
  assert_string (conf, "spark.unknown", NULL);
  assert_string (conf, "anything", NULL);
  g_assert_false (rush_conf_contains (conf, "spark.task.cpus"));
  rush_conf_unref (NULL);

  assert_set (conf, "spark.app.name", "");
  g_assert_true (rush_conf_contains (conf, "spark.app.name"));
  assert_string (conf, "spark.app.name", "");
}

/* ---- warnings ---- */

static void
test_unknown_key_is_kept_and_told_once (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (RushConf) conf = conf_with_log (log);

  assert_set (conf, "spark.my.password", "hunter2");
  assert_set (conf, "spark.my.password", "hunter3");
  assert_string (conf, "spark.my.password", "hunter3");
  g_assert_true (rush_conf_contains (conf, "spark.my.password"));
  /* Once, and never the value. */
  g_assert_cmpstr (log->str, ==,
                   "spark.my.password is not a configuration key of Rushlight and has no effect\n");
}

static void
test_keys_of_clusters_are_told_of_where_there_is_none (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (RushConf) conf = conf_with_log (log);

  assert_set (conf, "spark.yarn.am.memory", "512m"); /* the default: nothing to tell */
  assert_set (conf, "spark.yarn.am.cores", "2");
  g_assert_cmpstr (log->str, ==,
                   "spark.yarn.am.cores=2: no effect; spark.master is local, and no cluster "
                   "manager is there to act on it\n");

  g_string_truncate (log, 0);
  assert_set (conf, "spark.master", "yarn");
  assert_set (conf, "spark.yarn.am.memory", "1g");
  assert_set (conf, "spark.executor.cores", "4");
  g_assert_cmpstr (log->str, ==, "");

  assert_set (conf, "spark.master", "local-cluster[2,1,1024]");
  assert_set (conf, "spark.executor.instances", "4");
  g_assert_cmpstr (log->str, ==,
                   "spark.executor.instances=4: no effect; local-cluster[E,C,M] says how many "
                   "executors there are\n");
}

static void
test_foreign_key_stays_out (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (RushConf) conf = conf_with_log (log);

  assert_set (conf, "foo.bar", "1");
  assert_set (conf, "foo.bar", "2");
  assert_set (conf, "SPARK.master", "local"); /* case counts */
  assert_set (conf, "spark", "x");
  assert_content (conf, "");
  assert_string (conf, "foo.bar", NULL);
  g_assert_cmpstr (log->str, ==,
                   "ignoring foo.bar: a configuration key begins with \"spark.\"\n"
                   "ignoring SPARK.master: a configuration key begins with \"spark.\"\n"
                   "ignoring spark: a configuration key begins with \"spark.\"\n");
}

static void
test_foreign_key_of_a_session_is_kept (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (RushConf) other = NULL;

  rush_conf_keep_any_key (conf);
  g_assert_true (rush_conf_set (conf, "my.own", "x", NULL));
  g_autofree char *value = rush_conf_get_string (conf, "my.own");
  g_assert_cmpstr (value, ==, "x");
  other = rush_conf_copy (conf);
  g_autofree char *copied = rush_conf_get_string (other, "my.own");
  g_assert_cmpstr (copied, ==, "x");
}

static void
test_known_keys_are_silent_but_for_notes (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (RushConf) conf = conf_with_log (log);

  assert_set (conf, "spark.app.name", "quiet");
  assert_set (conf, "spark.ui.enabled", "false");
  g_assert_cmpstr (log->str, ==, "");
  assert_set (conf, "spark.ui.enabled", "true");
  assert_set (conf, "spark.ui.enabled", "true");
  g_assert_true (g_str_has_prefix (log->str, "spark.ui.enabled=true: there is no web page"));
  g_assert_true (strchr (log->str, '\n') == log->str + log->len - 1);
  g_assert_true (rush_conf_get_bool (conf, "spark.ui.enabled"));
}

static void
test_no_value_but_the_default_has_an_effect (void)
{
  static const char *const cases[][3] = {
    { "spark.io.compression.codec", "LZ4", "zstd" },
    { "spark.executor.cores", "2", "1" },
    { "spark.executor.instances", "3", NULL },
    { "spark.cores.max", "4", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const *setting = cases[i];
      g_autoptr (GString) log = g_string_new (NULL);
      g_autoptr (RushConf) conf = conf_with_log (log);
      g_autofree char *told = g_strdup_printf ("%s=%s: ", setting[0], setting[1]);

      if (setting[2] != NULL)
        assert_set (conf, setting[0], setting[2]);
      g_assert_cmpstr (log->str, ==, "");
      assert_set (conf, setting[0], setting[1]);
      assert_set (conf, setting[0], setting[1]);
      g_assert_true (g_str_has_prefix (log->str, told));
      g_assert_true (strchr (log->str, '\n') == log->str + log->len - 1);
    }
}

static void
test_without_a_warner_stderr_has_one_line (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (RushConf) conf = rush_conf_new ();
      assert_set (conf, "spark.unknown", "x");
      assert_set (conf, "spark.unknown", "y");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("rushlight: warning: spark.unknown is not a configuration key of "
                             "Rushlight and has no effect\n");
}

/* ---- errors ---- */

static void
test_refused_value_changes_nothing (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (GError) error = NULL;

  assert_set (conf, "spark.task.cpus", "2");
  g_assert_false (rush_conf_set (conf, "spark.task.cpus", "two", &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "spark.task.cpus: \"two\" is not allowed; give a whole number, at least 1");
  g_assert_cmpint (rush_conf_get_int (conf, "spark.task.cpus"), ==, 2);
  g_assert_false (rush_conf_set (conf, "spark.scheduler.mode", "LIFO", NULL));
  g_assert_false (rush_conf_contains (conf, "spark.scheduler.mode"));
}

static void
test_frozen (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (RushConf) conf = conf_with_log (log);
  g_autoptr (GError) set_error = NULL;
  g_autoptr (GError) unset_error = NULL;

  assert_set (conf, "spark.app.name", "one");
  rush_conf_freeze (conf);
  rush_conf_freeze (conf);
  g_assert_false (rush_conf_set (conf, "spark.app.name", "two", &set_error));
  g_assert_error (set_error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (set_error->message, ==,
                   "spark.app.name cannot be changed: the configuration is in use; set it before "
                   "the context starts");
  g_assert_false (rush_conf_unset (conf, "spark.app.name", &unset_error));
  g_assert_error (unset_error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_false (rush_conf_set (conf, "spark.unknown", "x", NULL));
  assert_content (conf, "spark.app.name=one;");
  g_assert_cmpstr (log->str, ==, "");
}

/* ---- redaction ---- */

static void
test_redaction (void)
{
  static const char hidden[] = "*********(redacted)";
  static const struct
  {
    const char *key;
    const char *value;
    gboolean secret;
  } cases[] = {
    { "spark.app.name", "word count", FALSE },
    { "spark.task.cpus", "", FALSE },
    { "spark.my.password", "x", TRUE },
    { "spark.MY.PassWord", "x", TRUE },
    { "spark.a.secretThing", "x", TRUE },
    { "spark.oauth.Token", "x", TRUE },
    { "spark.hadoop.fs.s3a.access.key", "x", TRUE },
    { "spark.AccessKey", "x", TRUE },
    { "spark.access_key", "x", FALSE },
    { "spark.accessXkey", "x", FALSE },
    { "spark.credentials.file", "x", TRUE },
    /* As in Spark, a value that speaks of one is hidden too. */
    { "spark.driver.extraJavaOptions", "-Dpassword=x", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (rush_conf_redact (cases[i].key, cases[i].value), ==,
                     cases[i].secret ? hidden : cases[i].value);
}

/* ---- threads ---- */

#define N_THREADS 4
#define ROUNDS 2000

typedef struct
{
  RushConf *conf;
  char *own_key;
} Worker;

static void
count_warning (const char *message, gpointer counter)
{
  atomic_fetch_add ((atomic_int *)counter, 1);
}

static void
count_pair (const char *key, const char *value, gpointer count)
{
  (*(guint *)count)++;
}

static void *
work (void *data)
{
  Worker *self = data;

  for (int i = 0; i < ROUNDS; i++)
    {
      guint n = 0;
      assert_set (self->conf, "spark.task.cpus", i % 2 == 0 ? "1" : "2");
      assert_set (self->conf, self->own_key, "x");
      g_assert_cmpint (rush_conf_get_int (self->conf, "spark.task.cpus"), <=, 2);
      assert_string (self->conf, self->own_key, "x");
      rush_conf_foreach (self->conf, count_pair, &n);
      g_assert_cmpuint (n, <=, N_THREADS + 1);
      g_assert_true (rush_conf_unset (self->conf, self->own_key, NULL));
    }
  rush_conf_unref (self->conf);
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  pthread_t threads[N_THREADS];
  Worker workers[N_THREADS];
  atomic_int warnings = 0;

  rush_conf_set_warner (conf, count_warning, &warnings);
  for (int i = 0; i < N_THREADS; i++)
    {
      workers[i] = (Worker){ rush_conf_ref (conf), g_strdup_printf ("spark.thread.%d", i) };
      pthread_create (&threads[i], NULL, work, &workers[i]);
    }
  for (int i = 0; i < N_THREADS; i++)
    {
      pthread_join (threads[i], NULL);
      g_free (workers[i].own_key);
    }
  g_assert_cmpint (atomic_load (&warnings), ==, N_THREADS); /* each key once */
  g_assert_true (rush_conf_contains (conf, "spark.task.cpus"));
}

static void
drop_key (const char *key, const char *value, gpointer conf)
{
  g_assert_true (rush_conf_unset (conf, key, NULL));
}

static void
test_visitor_may_change_the_conf (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();

  assert_set (conf, "spark.app.name", "x");
  assert_set (conf, "spark.master", "local");
  rush_conf_foreach (conf, drop_key, conf);
  assert_content (conf, "");
}

/* ---- misuse ---- */

static void
misuse (const char *how)
{
  g_autoptr (RushConf) conf = rush_conf_new ();

  if (strcmp (how, "unknown key") == 0)
    rush_conf_get_int (conf, "spark.no.such.key");
  else if (strcmp (how, "wrong type") == 0)
    rush_conf_get_int (conf, "spark.driver.memory");
  else if (strcmp (how, "no value") == 0)
    rush_conf_get_int (conf, "spark.default.parallelism");
  else
    g_error ("unknown misuse %s", how);
}

static void
test_misuse_aborts (gconstpointer how)
{
  if (g_test_subprocess ())
    {
      misuse (how);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*assertion failed*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conf/typed", test_typed_values);
  g_test_add_func ("/conf/fallback", test_fallback_key);
  g_test_add_func ("/conf/unset", test_unset_brings_the_default_back);
  g_test_add_func ("/conf/sorted", test_content_is_sorted);
  g_test_add_func ("/conf/copy", test_copy_goes_its_own_way);
  g_test_add_func ("/conf/empty", test_empty);
  g_test_add_func ("/conf/warn/unknown", test_unknown_key_is_kept_and_told_once);
  g_test_add_func ("/conf/warn/keys-of-clusters",
                   test_keys_of_clusters_are_told_of_where_there_is_none);
  g_test_add_func ("/conf/warn/foreign", test_foreign_key_stays_out);
  g_test_add_func ("/conf/warn/foreign-kept", test_foreign_key_of_a_session_is_kept);
  g_test_add_func ("/conf/warn/notes", test_known_keys_are_silent_but_for_notes);
  g_test_add_func ("/conf/warn/no-effect", test_no_value_but_the_default_has_an_effect);
  g_test_add_func ("/conf/warn/stderr", test_without_a_warner_stderr_has_one_line);
  g_test_add_func ("/conf/refused", test_refused_value_changes_nothing);
  g_test_add_func ("/conf/frozen", test_frozen);
  g_test_add_func ("/conf/redact", test_redaction);
  g_test_add_func ("/conf/threads", test_threads);
  g_test_add_func ("/conf/visit", test_visitor_may_change_the_conf);
  g_test_add_data_func ("/conf/misuse/key", "unknown key", test_misuse_aborts);
  g_test_add_data_func ("/conf/misuse/type", "wrong type", test_misuse_aborts);
  g_test_add_data_func ("/conf/misuse/value", "no value", test_misuse_aborts);
  return g_test_run ();
}
