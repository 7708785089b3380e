/* output_book.h - where the map outputs of a simulated shuffle lie: who has which, and how much a
 * host has of all of them.
 *
 *     place   [ 3, 7, 3, −, … ]        by map: the executor's number, or that it is gone
 *     bytes   host-0 1.2 GiB │ host-1 0.9 GiB │ …      what fetching needs to know
 *
 * Ownership: plain.   Threads: the simulation's.
 */
#pragma once

#include <glib.h>

typedef struct _RushOutputBook RushOutputBook;

RushOutputBook *rush_output_book_new (guint n_maps, guint n_hosts);
void rush_output_book_free (RushOutputBook *self);
/* Map @map_index has written @bytes at @executor (a number of the caller's) on @host; what it had
 * written before does not count any more. */
void rush_output_book_put (RushOutputBook *self, guint map_index, guint executor, guint host,
                           gint64 bytes);
/* It lies elsewhere from now on, unless it is lost. */
void rush_output_book_move (RushOutputBook *self, guint map_index, guint executor, guint host);
gint64 rush_output_book_bytes_of (const RushOutputBook *self, guint map_index);
void rush_output_book_lose_executor (RushOutputBook *self, guint executor);
/* Map @map_index's output, if it is there. */
void rush_output_book_lose (RushOutputBook *self, guint map_index);
/* The number of who has it; FALSE: nobody does. */
gboolean rush_output_book_owner (const RushOutputBook *self, guint map_index, guint *out_executor);
gint64 rush_output_book_total_bytes (const RushOutputBook *self);
gint64 rush_output_book_bytes_on (const RushOutputBook *self, guint host);
/* An output that was lost and has not been written again, the first from @start on and around, and
 * whose it was; FALSE: none. */
gboolean rush_output_book_find_lost (const RushOutputBook *self, guint start, guint *out_map,
                                     guint *out_executor);
