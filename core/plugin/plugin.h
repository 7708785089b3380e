/* plugin.h - parts of the engine that are not the engine's: a shared object takes their place.
 *
 *   #include "core/storage/eviction.h"                           lru.c
 *
 *   static const RushEvictionPolicy lru = { .name = "my LRU", … };
 *   RUSH_PLUGIN (RUSH_EVICTION_POLICY_PART (&lru));
 *
 *   $ rushlight plugin build lru.c                              → lru.so
 *   $ rushlight submit --conf spark.rushlight.plugins=lru.so app.py
 *
 * A plug-in is a table of parts.  A part is a seam's name, the seam's version that it was compiled
 * for, and the table of functions that this seam wants, which begins with a name for people.  Which
 * seams there are, and which header declares the table of each: seams.def.
 *
 *     lru.so                        who loads                        who owns the seam
 *     "eviction-policy", 1, &lru ─▶ rush_plugins_load () ─▶ context ─▶ rush_plugins_find (…)
 *
 * How a plug-in finds the engine's functions.  It is linked with nothing, not even GLib; what it
 * calls is looked up when it is loaded, all of it at once, so that a function that is not there is
 * an error then and no crash later.  The engine lives in Python's extension module, which Python
 * loads so that nobody else sees its symbols; before the first plug-in is loaded, the extension
 * asks the loader to show them (dlopen of itself, RTLD_NOLOAD | RTLD_GLOBAL), and with them those
 * of the GLib that it uses itself.  That needs no path, no name of a library and no second copy of
 * GLib, hence works from any folder that a wheel is installed in.  (Linking plug-ins with the
 * extension would need its path when they are built and its name when they are loaded.)  A program
 * in C shows what it has if it is linked with -Wl,--export-dynamic, as rushlight's pkg-config file
 * says.  Only functions of public headers are shown (core/base/public.h).
 *
 * Ownership:  what was loaded stays for the life of the process: stages, blocks and partitioners
 *             may refer to it at any time.
 * Threads:    any.
 * Mirrors:    nothing in Spark; spark.shuffle.manager and the like name a Java class instead.
 */
#pragma once

#include "core/base/error.h"

RUSH_BEGIN_PUBLIC

/* ---- in a plug-in ---- */

typedef struct
{
  const char *seam;
  guint version;
  gconstpointer table;
} RushPluginPart;

typedef struct
{
  guint format;                /* RUSH_PLUGIN_FORMAT */
  const RushPluginPart *parts; /* up to one without a seam */
} RushPluginTable;

#define RUSH_PLUGIN_FORMAT 0x52504c01u /* of RushPluginTable and RushPluginPart */
#define RUSH_PLUGIN_SYMBOL "rush_plugin_table"

/* Once in a plug-in, at file level: RUSH_PLUGIN (part, part …); */
#define RUSH_PLUGIN(...)                                                                           \
  extern __attribute__ ((visibility ("default"))) const RushPluginTable rush_plugin_table;         \
  const RushPluginTable rush_plugin_table = {                                                      \
    RUSH_PLUGIN_FORMAT, (const RushPluginPart[]){ __VA_ARGS__, { NULL, 0, NULL } }                 \
  }

/* For the headers of seams: a part whose table is a const @Type *, or the compiler says so. */
#define RUSH_PLUGIN_PART(name, CONSTANT, Type, table)                                              \
  { (name), RUSH_SEAM_##CONSTANT##_VERSION, _Generic ((table), const Type *: (table)) }

/* The versions of all seams. */
#define SEAM(constant, name, version, header, functions, what)                                     \
  RUSH_SEAM_##constant##_VERSION = (version),
enum
{
#include "core/plugin/seams.def"
};
#undef SEAM

/* ---- plug-ins that are loaded ---- */

typedef struct _RushPlugins RushPlugins;

/* @list: shared objects, with commas between them; NULL or empty: none.  NOT_FOUND: there is no
 * such file; INVALID_ARGUMENT: it is no plug-in, was made for another version of a seam, takes one
 * that there is not, or one that another has taken, or lacks a function that its seam calls. */
RushPlugins *rush_plugins_load (const char *list, GError **error);
RushPlugins *rush_plugins_ref (RushPlugins *self);
void rush_plugins_unref (RushPlugins *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPlugins, rush_plugins_unref)

/* The table of the part that takes the place of @seam, or NULL; @self may be NULL. */
gconstpointer rush_plugins_find (const RushPlugins *self, const char *seam);

/* What stands for what, for people: @visit gets the seam and "my LRU (lru.so)". */
typedef void (*RushPluginsVisit) (const char *seam, const char *part, gpointer data);
void rush_plugins_foreach (const RushPlugins *self, RushPluginsVisit visit, gpointer data);

/* ---- the seams ---- */

typedef struct
{
  const char *name;
  guint version;
  const char *header;
  const char *functions; /* of its table: seams.def */
  const char *what;
} RushSeam;

const RushSeam *rush_seams (gsize *out_n);

RUSH_END_PUBLIC
