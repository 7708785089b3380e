/* distribution.c - numbers with units, and what is drawn instead of one number.
 *
 * Each kind is drawn by turning its distribution function around, so that a larger u is a larger
 * number; only the logarithmic normal one has no such formula and takes a normal number instead:
 *
 *     uniform      a + (b − a) u
 *     exponential  −mean · log (1 − u)
 *     pareto       least ÷ (1 − u)^(1 ÷ alpha)
 *     lognormal    median · exp (sigma · z)
 *     values       the one at u × n
 *
 * Drawn numbers are finite: 1 − u is at least 2^−53.
 *
 *     number = digits [ "." digits ] [ unit ]          a number of JSON, or a string
 */
#include "sim/distribution.h"

#include "core/base/refcount.h"
#include "sim/repeatable_math.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- units ---- */

typedef struct
{
  const char *suffix;
  double scale;
} UnitScale;

static const UnitScale seconds[] = { { "ns", 1e-9 }, { "us", 1e-6 }, { "ms", 1e-3 },
                                     { "s", 1 },     { "m", 60 },    { "min", 60 },
                                     { "h", 3600 },  { "d", 86400 }, { NULL, 0 } };
static const UnitScale bytes[] = { { "b", 1 },       { "k", 0x1p10 },  { "kb", 0x1p10 },
                                   { "m", 0x1p20 },  { "mb", 0x1p20 }, { "g", 0x1p30 },
                                   { "gb", 0x1p30 }, { "t", 0x1p40 },  { "tb", 0x1p40 },
                                   { NULL, 0 } };
/* Wires are sold by bits and powers of ten, disks by bytes. */
static const UnitScale bandwidths[] = {
  { "kbit", 1e3 / 8 }, { "mbit", 1e6 / 8 }, { "gbit", 1e9 / 8 }, { "tbit", 1e12 / 8 },
  { "b", 1 },          { "k", 0x1p10 },     { "kb", 0x1p10 },    { "m", 0x1p20 },
  { "mb", 0x1p20 },    { "g", 0x1p30 },     { "gb", 0x1p30 },    { NULL, 0 }
};
static const UnitScale plain[] = { { NULL, 0 } };

typedef struct
{
  const UnitScale *scales;
  const char *example;
} UnitTable;

static const UnitTable units[] = {
  [RUSH_UNIT_PLAIN] = { plain, "a number, such as 1.5" },
  [RUSH_UNIT_SECONDS] = { seconds, "a time, such as 2 (seconds), \"350ms\" or \"1.5m\"" },
  [RUSH_UNIT_BYTES] = { bytes, "a size, such as 4096 (bytes), \"64k\" or \"4g\"" },
  [RUSH_UNIT_BYTES_PER_S] = { bandwidths,
                              "bytes a second, such as \"200m\", or bits, such as \"10gbit\"" },
};

static gboolean
refuse (const RushJson *value, const char *where, const char *what, GError **error)
{
  g_autoptr (GString) shown = g_string_new (NULL);

  if (rush_json_kind (value) == RUSH_JSON_STRING)
    g_string_printf (shown, ", not \"%.60s\"", rush_json_as_string (value, ""));
  else if (rush_json_kind (value) == RUSH_JSON_INT || rush_json_kind (value) == RUSH_JSON_DOUBLE)
    g_string_printf (shown, ", not %.12g", rush_json_as_double (value, 0));
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "line %u: \"%s\" must be %s%s", rush_json_line (value), where, what, shown->str);
  return FALSE;
}

static gboolean
parse_text (const char *text, const UnitScale *scales, double *out)
{
  char *end;
  double number;

  /* What strtod () takes besides: signs, exponents, "inf", "0x1p3". */
  if (!g_ascii_isdigit (text[0]) || strcspn (text, "eExXpP") < strspn (text, "0123456789.eExXpP"))
    return FALSE;
  number = g_ascii_strtod (text, &end);
  if (end[-1] == '.')
    return FALSE;
  if (end[0] == '\0')
    {
      *out = number;
      return isfinite (number);
    }
  for (; scales->suffix != NULL; scales++)
    if (g_ascii_strcasecmp (end, scales->suffix) == 0)
      {
        *out = number * scales->scale;
        return isfinite (*out);
      }
  return FALSE;
}

const char *
rush_unit_example (RushUnit unit)
{
  return units[unit].example;
}

char *
rush_unit_pattern (RushUnit unit)
{
  g_autoptr (GString) pattern = g_string_new ("^[0-9]+([.][0-9]+)?");

  for (const UnitScale *scale = units[unit].scales; scale->suffix != NULL; scale++)
    {
      g_string_append (pattern, scale == units[unit].scales ? "(" : "|");
      for (const char *c = scale->suffix; *c != '\0'; c++)
        g_string_append_printf (pattern, "[%c%c]", *c, g_ascii_toupper (*c));
    }
  g_string_append (pattern, units[unit].scales->suffix != NULL ? ")?$" : "$");
  return g_string_free (g_steal_pointer (&pattern), FALSE);
}

gboolean
rush_unit_parse (const RushJson *value, RushUnit unit, const char *where, double *out,
                 GError **error)
{
  double number;

  switch (rush_json_kind (value))
    {
    case RUSH_JSON_INT:
    case RUSH_JSON_DOUBLE:
      number = rush_json_as_double (value, -1);
      if (number >= 0)
        {
          *out = number;
          return TRUE;
        }
      break;
    case RUSH_JSON_STRING:
      if (unit != RUSH_UNIT_PLAIN &&
          parse_text (rush_json_as_string (value, ""), units[unit].scales, out))
        return TRUE;
      break;
    case RUSH_JSON_NULL:
    case RUSH_JSON_BOOL:
    case RUSH_JSON_ARRAY:
    case RUSH_JSON_OBJECT:
      break;
    }
  return refuse (value, where, units[unit].example, error);
}

/* ---- distributions ---- */

typedef enum
{
  CONSTANT,
  UNIFORM,
  EXPONENTIAL,
  LOGNORMAL,
  PARETO,
  VALUES,
} Kind;

struct _RushDistribution
{
  RushRefCount refs;
  Kind kind;
  double a, b;    /* value; least, most; mean; median, sigma; least, alpha */
  double *values; /* as they stand in the file */
  guint n_values;
};

double
rush_distribution_draw (const RushDistribution *self, RushSimRandom *random)
{
  switch (self->kind)
    {
    case CONSTANT:
      return self->a;
    case UNIFORM:
      return self->a + (self->b - self->a) * rush_sim_random_uniform (random);
    case EXPONENTIAL:
      return -self->a * rush_repeatable_log (1 - rush_sim_random_uniform (random));
    case LOGNORMAL:
      return self->a * rush_repeatable_exp (self->b * rush_sim_random_normal (random));
    case PARETO:
      return self->a * rush_repeatable_pow (1 - rush_sim_random_uniform (random), -1 / self->b);
    case VALUES:
      return self->values[rush_sim_random_below (random, self->n_values)];
    }
  g_return_val_if_reached (0);
}

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

double
rush_order_statistic (double *values, guint n, guint k)
{
  qsort (values, n, sizeof *values, compare_doubles);
  return values[k];
}

static double
median_of_values (const RushDistribution *self)
{
  g_autofree double *sorted = g_memdup2 (self->values, self->n_values * sizeof (double));
  guint middle = self->n_values / 2;

  qsort (sorted, self->n_values, sizeof (double), compare_doubles);
  return self->n_values % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double
rush_distribution_median (const RushDistribution *self)
{
  switch (self->kind)
    {
    case CONSTANT:
    case LOGNORMAL:
      return self->a;
    case UNIFORM:
      return (self->a + self->b) / 2;
    case EXPONENTIAL:
      return self->a * G_LN2;
    case PARETO:
      return self->a * rush_repeatable_pow (2, 1 / self->b);
    case VALUES:
      return median_of_values (self);
    }
  g_return_val_if_reached (0);
}

/* ---- reading ---- */

static RushDistribution *
new_of_kind (Kind kind)
{
  RushDistribution *self = g_new0 (RushDistribution, 1);

  rush_ref_count_init (&self->refs);
  self->kind = kind;
  return self;
}

/* [ number, … ]; @where names the list, @out has room for all */
static gboolean
parse_list (const RushJson *list, RushUnit unit, const char *where, double *out, GError **error)
{
  for (guint i = 0; i < rush_json_length (list); i++)
    if (!rush_unit_parse (rush_json_item (list, i), unit, where, &out[i], error))
      return FALSE;
  return TRUE;
}

/* "uniform": [ least, most ] */
static gboolean
parse_uniform (RushDistribution *self, const RushJson *list, RushUnit unit, const char *where,
               GError **error)
{
  double ends[2];

  if (rush_json_kind (list) != RUSH_JSON_ARRAY || rush_json_length (list) != 2)
    return refuse (list, where, "a list of two, the least and the most", error);
  if (!parse_list (list, unit, where, ends, error))
    return FALSE;
  if (ends[0] > ends[1])
    return refuse (list, where, "the least and the most, in this order", error);
  self->a = ends[0];
  self->b = ends[1];
  return TRUE;
}

/* "values": [ one, … ] */
static gboolean
parse_values (RushDistribution *self, const RushJson *list, RushUnit unit, const char *where,
              GError **error)
{
  if (rush_json_kind (list) != RUSH_JSON_ARRAY || rush_json_length (list) == 0)
    return refuse (list, where, "a list of one number or more", error);
  self->n_values = rush_json_length (list);
  self->values = g_new (double, self->n_values);
  return parse_list (list, unit, where, self->values, error);
}

/* { first: number with a unit, second: plain number }, and nothing else */
static gboolean
parse_pair (RushDistribution *self, const RushJson *object, const char *first, const char *second,
            RushUnit unit, const char *where, GError **error)
{
  const RushJson *a = rush_json_get (object, first), *b = rush_json_get (object, second);
  g_autofree char *form = g_strdup_printf ("an object of \"%s\" and \"%s\"", first, second);
  g_autofree char *where_a = g_strdup_printf ("%s.%s", where, first);
  g_autofree char *where_b = g_strdup_printf ("%s.%s", where, second);

  if (a == NULL || b == NULL || rush_json_length (object) != 2)
    return refuse (object, where, form, error);
  return rush_unit_parse (a, unit, where_a, &self->a, error) &&
         rush_unit_parse (b, RUSH_UNIT_PLAIN, where_b, &self->b, error);
}

static gboolean
parse_pareto (RushDistribution *self, const RushJson *object, RushUnit unit, const char *where,
              GError **error)
{
  if (!parse_pair (self, object, "least", "alpha", unit, where, error))
    return FALSE;
  return self->b >= 0.1 || refuse (object, where, "a pareto with an alpha of 0.1 or more", error);
}

static gboolean
parse_lognormal (RushDistribution *self, const RushJson *object, RushUnit unit, const char *where,
                 GError **error)
{
  if (!parse_pair (self, object, "median", "sigma", unit, where, error))
    return FALSE;
  return self->b <= 10 || refuse (object, where, "a lognormal with a sigma of 10 or less", error);
}

static gboolean
parse_exponential (RushDistribution *self, const RushJson *mean, RushUnit unit, const char *where,
                   GError **error)
{
  return rush_unit_parse (mean, unit, where, &self->a, error);
}

typedef struct
{
  const char *name;
  gboolean (*parse) (RushDistribution *self, const RushJson *value, RushUnit unit,
                     const char *where, GError **error);
} KindReader;

static const KindReader readers[] = {
  [UNIFORM] = { "uniform", parse_uniform },
  [EXPONENTIAL] = { "exponential", parse_exponential },
  [LOGNORMAL] = { "lognormal", parse_lognormal },
  [PARETO] = { "pareto", parse_pareto },
  [VALUES] = { "values", parse_values },
};

/* { kind: … } with one member */
static RushDistribution *
parse_object (const RushJson *object, RushUnit unit, const char *where, GError **error)
{
  const char *name = rush_json_length (object) == 1 ? rush_json_name (object, 0) : NULL;

  for (guint kind = UNIFORM; kind < G_N_ELEMENTS (readers) && name != NULL; kind++)
    if (g_str_equal (readers[kind].name, name))
      {
        g_autoptr (RushDistribution) self = new_of_kind ((Kind)kind);
        g_autofree char *inside = g_strdup_printf ("%s.%s", where, name);

        if (!readers[kind].parse (self, rush_json_item (object, 0), unit, inside, error))
          return NULL;
        return g_steal_pointer (&self);
      }
  refuse (object, where,
          "a number or an object with one member: uniform, exponential, lognormal, pareto or "
          "values",
          error);
  return NULL;
}

RushDistribution *
rush_distribution_parse (const RushJson *value, RushUnit unit, const char *where, GError **error)
{
  double number;

  if (rush_json_kind (value) == RUSH_JSON_OBJECT)
    return parse_object (value, unit, where, error);
  if (!rush_unit_parse (value, unit, where, &number, error))
    return NULL;
  return rush_distribution_constant (number);
}

/* ---- life ---- */

RushDistribution *
rush_distribution_ref (RushDistribution *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_distribution_unref (RushDistribution *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self->values);
  g_free (self);
}

RushDistribution *
rush_distribution_constant (double value)
{
  RushDistribution *self = new_of_kind (CONSTANT);

  self->a = value;
  return self;
}
