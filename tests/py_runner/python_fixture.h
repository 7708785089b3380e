/* python_fixture.h - what the tests of py/runner share: sources, commands, tasks. */
#pragma once

#include "py/runner/python_rdd.h"

/* With the Python and the package of the build; @reuse: spark.python.worker.reuse. */
RushPythonWorkers *fixture_workers (gboolean reuse);
RushPythonConfig fixture_config (void);

/* An RDD of lines: each string is one partition, its lines separated by newlines. */
RushRdd *fixture_lines (RushLineage *lineage, const char *const *partitions, guint n);
/* One partition of @n lines of @length letters, in batches of 1,000. */
RushRdd *fixture_long_lines (RushLineage *lineage, guint n, gsize length);
/* One partition that fails after its first batch. */
RushRdd *fixture_failing_lines (RushLineage *lineage);

/* "flatMap split; combine None add; partition 2 None": functions of chain_functions.py. */
RushRdd *fixture_python (RushRdd *parent, RushPythonWorkers *workers, RushPythonOutput output,
                         const char *ops);

/* The same with what else a chain has; its command is filled in. */
RushRdd *fixture_chain (RushRdd *parent, RushPythonWorkers *workers, RushPythonChain *chain,
                        const char *ops);

/* Computes one partition; lines joined by newlines, or NULL.  @ctx NULL: a fresh one. */
char *fixture_collect (RushRdd *rdd, guint split, RushTaskContext *ctx, GError **error);

/* Waits until the process has ended, as a zombie or altogether. */
void fixture_await_end (GPid pid);
/* Waits until @condition holds; fails the test after a minute. */
void fixture_await (gboolean (*condition) (gpointer data), gpointer data);
GPid fixture_helper_pid (RushPythonWorkers *workers);
/* Of workers that live, the helper not counted. */
guint fixture_n_workers (RushPythonWorkers *workers);
