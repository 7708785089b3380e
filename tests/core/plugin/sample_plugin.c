/* sample_plugin.c - plug-ins for test_plugin.c: the build says which SAMPLE it is. */
#include "core/plugin/plugin.h"

#define FITS 1
#define OTHER_SEAM 2
#define SAME_SEAM 3
#define STRANGER 4
#define OLDER 5
#define OTHER_FORMAT 6
#define NO_TABLE 7
#define NO_NAME 8
#define NO_PARTS 9
#define CALLS_NOTHING 10
#define NO_FUNCTION 11
#define HALF_A_WAY 12

/* As long as any seam's table: an eviction policy's compare, or make and five more. */
typedef struct
{
  const char *name;
  gsize (*n_seams) (void);
  gsize (*more[6]) (void);
} Sample;

gsize rush_no_such_function (void);

G_GNUC_UNUSED static gsize
n_seams (void)
{
  gsize n;

#if SAMPLE == CALLS_NOTHING
  n = rush_no_such_function ();
#else
  rush_seams (&n); /* a function of the engine */
#endif
  return n;
}

#if SAMPLE == NO_NAME
static const Sample sample = { NULL, n_seams };
#elif SAMPLE == NO_FUNCTION
static const Sample sample = { "sample" };
#elif SAMPLE == HALF_A_WAY
static const Sample sample = { "sample", n_seams, { n_seams, n_seams, n_seams } };
#else
static const Sample sample = { "sample", n_seams };
#endif

#if SAMPLE == FITS
static const Sample second = { "second", n_seams };
RUSH_PLUGIN (RUSH_PLUGIN_PART ("eviction-policy", EVICTION_POLICY, Sample, &sample),
             RUSH_PLUGIN_PART ("stage-cutter", STAGE_CUTTER, Sample, &second));
#elif SAMPLE == OTHER_SEAM
RUSH_PLUGIN (RUSH_PLUGIN_PART ("partitioner", PARTITIONER, Sample, &sample));
#elif SAMPLE == STRANGER
RUSH_PLUGIN ({ "evicton-policy", 1, &sample });
#elif SAMPLE == OLDER
RUSH_PLUGIN ({ "eviction-policy", 0, &sample });
#elif SAMPLE == OTHER_FORMAT
extern __attribute__ ((visibility ("default"))) const RushPluginTable rush_plugin_table;
const RushPluginTable rush_plugin_table = { 7, NULL };
#elif SAMPLE == NO_TABLE
RUSH_PLUGIN ({ "eviction-policy", RUSH_SEAM_EVICTION_POLICY_VERSION, NULL });
#elif SAMPLE == NO_PARTS
extern __attribute__ ((visibility ("default"))) gsize sample_of_nothing (void);
gsize
sample_of_nothing (void)
{
  return sample.n_seams ();
}
#else
RUSH_PLUGIN (RUSH_PLUGIN_PART ("eviction-policy", EVICTION_POLICY, Sample, &sample));
#endif
