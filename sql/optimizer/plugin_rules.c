/* plugin_rules.c - rules of plug-ins take the places of the built-in ones.
 *
 *   "rule:ColumnPruning" of a plug-in  ─▶  every "ColumnPruning" of every batch
 *
 * The copy keeps the built-in rule's name, so that spark.sql.optimizer.excludedRules and explain
 * ("rules") call it as they always do.  Batches are copied only if something is replaced in them.
 */
#include "sql/optimizer/optimizer_private.h"

#include <string.h>

#define PREFIX "rule:"

struct _RushPluginRules
{
  GHashTable *theirs; /* name of a rule → their RushRule */
  RushRuleBatch *batches;
  GPtrArray *rules; /* of RushRule (owned), NULL-terminated */
  GPtrArray *lists; /* of arrays of them, NULL-terminated (owned) */
};

/* NULL: they take no rule's place. */
static GHashTable *
find_rules (const RushPlugins *plugins)
{
  GHashTable *found = NULL;
  gsize n;
  const RushSeam *seams = rush_seams (&n);

  for (gsize i = 0; i < n; i++)
    {
      const RushRule *rule = g_str_has_prefix (seams[i].name, PREFIX)
                                 ? rush_plugins_find (plugins, seams[i].name)
                                 : NULL;

      if (rule != NULL && found == NULL)
        found = g_hash_table_new (g_str_hash, g_str_equal);
      if (rule != NULL)
        g_hash_table_insert (found, (gpointer)(seams[i].name + strlen (PREFIX)), (gpointer)rule);
    }
  return found;
}

static const RushRule *
rule_in_place_of (RushPluginRules *self, const RushRule *built_in)
{
  const RushRule *theirs = g_hash_table_lookup (self->theirs, built_in->name);
  RushRule *rule;

  if (theirs == NULL)
    return built_in;
  rule = g_new (RushRule, 1);
  *rule = (RushRule){ built_in->name, theirs->apply };
  g_ptr_array_add (self->rules, rule);
  return rule;
}

static void
replace_in (RushPluginRules *self, RushRuleBatch *batch)
{
  guint n = 0;

  while (batch->rules[n] != NULL)
    n++;
  const RushRule **rules = g_new0 (const RushRule *, n + 1);
  for (guint i = 0; i < n; i++)
    rules[i] = rule_in_place_of (self, batch->rules[i]);
  g_ptr_array_add (self->lists, rules);
  batch->rules = rules;
}

RushPluginRules *
rush_plugin_rules_new (const RushPlugins *plugins, const RushRuleBatch *batches, guint n_batches)
{
  GHashTable *theirs = find_rules (plugins);
  RushPluginRules *self;

  if (theirs == NULL)
    return NULL;
  self = g_new0 (RushPluginRules, 1);
  self->theirs = theirs;
  self->rules = g_ptr_array_new_with_free_func (g_free);
  self->lists = g_ptr_array_new_with_free_func (g_free);
  self->batches = g_memdup2 (batches, n_batches * sizeof batches[0]);
  for (guint i = 0; i < n_batches; i++)
    replace_in (self, &self->batches[i]);
  g_ptr_array_add (self->rules, NULL);
  return self;
}

const RushRule *const *
rush_plugin_rules_checked (const RushPluginRules *self)
{
  return (const RushRule *const *)self->rules->pdata;
}

const RushRuleBatch *
rush_plugin_rules_batches (const RushPluginRules *self)
{
  return self->batches;
}

void
rush_plugin_rules_free (RushPluginRules *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->theirs);
  g_ptr_array_unref (self->rules);
  g_ptr_array_unref (self->lists);
  g_free (self->batches);
  g_free (self);
}
