/* id_list.h - the vertices that an algorithm is asked about, shared by its rounds. */
#pragma once

#include "core/base/refcount.h"

typedef struct
{
  RushRefCount refs;
  guint n;
  gint64 ids[];
} RushIdList;

RushIdList *rush_id_list_new (const gint64 *ids, guint n);
gpointer rush_id_list_ref (gpointer self);
void rush_id_list_unref (gpointer self);
gboolean rush_id_list_has (const RushIdList *self, gint64 id);
