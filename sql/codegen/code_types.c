/* code_types.c - how values of Spark's types stand in C.
 *
 *   boolean                  bool         false if it is null
 *   tinyint … bigint         int8_t … int64_t; dates, times, ANSI intervals as the engine has them
 *   float, double            float, double
 *   decimal (p, s)           rl_decimal   the unscaled value; s is known when the text is written
 *   string, binary           rl_string
 *   array, map, struct …     const rl_object *
 */
#include "sql/codegen/codegen_private.h"

/* One line a storage. */
typedef struct
{
  const char *c_type, *zero, *member, *make, *get;
} CType;

static const CType c_boolean = { "bool", "false", "boolean", "rl_boolean", "rl_get_boolean" };
static const CType c_int8 = { "int8_t", "0", "integer", "rl_integer", "rl_get_integer" };
static const CType c_int16 = { "int16_t", "0", "integer", "rl_integer", "rl_get_integer" };
static const CType c_int32 = { "int32_t", "0", "integer", "rl_integer", "rl_get_integer" };
static const CType c_int64 = { "int64_t", "0", "integer", "rl_integer", "rl_get_integer" };
static const CType c_float = { "float", "0", "real", "rl_double", "rl_get_double" };
static const CType c_double = { "double", "0", "real", "rl_double", "rl_get_double" };
static const CType c_decimal = { "rl_decimal", "0", "decimal", "rl_decimal_number",
                                 "rl_get_decimal" };
static const CType c_string = { "rl_string", "rl_text (\"\")", "string", "rl_bytes",
                                "rl_get_string" };
static const CType c_object = { "const rl_object *", "NULL", "object", "rl_nested",
                                "rl_get_object" };

static const CType *
c_type_of (const RushType *type)
{
  if (type->kind == RUSH_TYPE_DECIMAL)
    return &c_decimal;
  switch (type->storage)
    {
    case RUSH_STORAGE_BIT:
      return &c_boolean;
    case RUSH_STORAGE_I8:
      return &c_int8;
    case RUSH_STORAGE_I16:
      return &c_int16;
    case RUSH_STORAGE_I32:
      return &c_int32;
    case RUSH_STORAGE_I64:
      return &c_int64;
    case RUSH_STORAGE_I128:
      return &c_decimal;
    case RUSH_STORAGE_F32:
      return &c_float;
    case RUSH_STORAGE_F64:
      return &c_double;
    case RUSH_STORAGE_VIEW:
      return &c_string;
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      return &c_object;
    }
  g_assert_not_reached ();
}

const char *
rush_code_type (const RushType *type)
{
  return c_type_of (type)->c_type;
}

const char *
rush_code_zero (const RushType *type)
{
  return c_type_of (type)->zero;
}

const char *
rush_code_member (const RushType *type)
{
  return c_type_of (type)->member;
}

const char *
rush_code_getter (const RushType *type)
{
  return c_type_of (type)->get;
}

const char *
rush_code_datum (RushStageCode *self, RushCode code)
{
  return rush_code_text (self, "%s (%s, %s)", c_type_of (code.type)->make,
                         rush_code_bare (self, code.value), rush_code_bare (self, code.is_null));
}

const char *
rush_code_datums (RushStageCode *self, const RushCode *codes, guint n)
{
  g_autoptr (GString) out = g_string_new ("(rl_datum[]){ ");

  if (n == 0)
    return "NULL";
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", rush_code_datum (self, codes[i]));
  g_string_append (out, " }");
  return rush_code_text (self, "%s", out->str);
}

RushCode
rush_code_of_datum (RushStageCode *self, const RushType *type, const char *datum)
{
  const CType *c = c_type_of (type);
  const char *cast = c == &c_int8 || c == &c_int16 || c == &c_int32 || c == &c_float
                         ? rush_code_text (self, "(%s) ", c->c_type)
                         : "";

  return (RushCode){ type, rush_code_text (self, "%s%s.%s", cast, datum, c->member),
                     rush_code_text (self, "%s.is_null", datum) };
}
