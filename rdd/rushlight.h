/* rushlight.h - everything that a C program needs; see lessons/c/wordcount.c.
 *
 * The macros below note which line of the program calls an operator (rdd/call_site.h), so that
 * RDDs, stages and jobs carry its name: "reduceByKey at wordcount.c:41".  The engine's own files
 * include the single headers and are not affected.
 */
#pragma once

#include "rdd/action/collect.h"
#include "rdd/action/count.h"
#include "rdd/action/foreach.h"
#include "rdd/action/reduce.h"
#include "rdd/action/save_as_sequence_file.h"
#include "rdd/action/save_as_text_file.h"
#include "rdd/action/take.h"
#include "rdd/action/take_ordered.h"
#include "rdd/action/take_sample.h"
#include "rdd/call_site.h"
#include "rdd/checkpoint.h"
#include "rdd/context.h"
#include "rdd/group.h"
#include "rdd/persist.h"
#include "rdd/row.h"
#include "rdd/source/binary_records.h"
#include "rdd/source/parallelize.h"
#include "rdd/source/sequence_file.h"
#include "rdd/source/text_file.h"
#include "rdd/source/whole_files.h"
#include "rdd/transform/cartesian.h"
#include "rdd/transform/coalesce.h"
#include "rdd/transform/cogroup.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/distinct.h"
#include "rdd/transform/filter.h"
#include "rdd/transform/glom.h"
#include "rdd/transform/group_by_key.h"
#include "rdd/transform/map.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/map_values.h"
#include "rdd/transform/partition_by.h"
#include "rdd/transform/partitionwise_sampled.h"
#include "rdd/transform/shuffled.h"
#include "rdd/transform/union.h"
#include "rdd/transform/zip.h"
#include "rdd/transform/zip_partitions.h"

#define RUSH_AT(call) (rush_call_site_note (__FILE__, __LINE__), call)

#define rush_rdd_binary_files(...) RUSH_AT (rush_rdd_binary_files (__VA_ARGS__))
#define rush_rdd_binary_records(...) RUSH_AT (rush_rdd_binary_records (__VA_ARGS__))
#define rush_rdd_object_file(...) RUSH_AT (rush_rdd_object_file (__VA_ARGS__))
#define rush_rdd_parallelize(...) RUSH_AT (rush_rdd_parallelize (__VA_ARGS__))
#define rush_rdd_sequence_file(...) RUSH_AT (rush_rdd_sequence_file (__VA_ARGS__))
#define rush_rdd_text_file(...) RUSH_AT (rush_rdd_text_file (__VA_ARGS__))
#define rush_rdd_whole_text_files(...) RUSH_AT (rush_rdd_whole_text_files (__VA_ARGS__))

#define rush_rdd_cartesian(...) RUSH_AT (rush_rdd_cartesian (__VA_ARGS__))
#define rush_rdd_coalesce(...) RUSH_AT (rush_rdd_coalesce (__VA_ARGS__))
#define rush_rdd_cogroup(...) RUSH_AT (rush_rdd_cogroup (__VA_ARGS__))
#define rush_rdd_combine_by_key(...) RUSH_AT (rush_rdd_combine_by_key (__VA_ARGS__))
#define rush_rdd_distinct(...) RUSH_AT (rush_rdd_distinct (__VA_ARGS__))
#define rush_rdd_filter(...) RUSH_AT (rush_rdd_filter (__VA_ARGS__))
#define rush_rdd_flat_map(...) RUSH_AT (rush_rdd_flat_map (__VA_ARGS__))
#define rush_rdd_flat_map_values(...) RUSH_AT (rush_rdd_flat_map_values (__VA_ARGS__))
#define rush_rdd_glom(...) RUSH_AT (rush_rdd_glom (__VA_ARGS__))
#define rush_rdd_group_by_key(...) RUSH_AT (rush_rdd_group_by_key (__VA_ARGS__))
#define rush_rdd_join(...) RUSH_AT (rush_rdd_join (__VA_ARGS__))
#define rush_rdd_key_by(...) RUSH_AT (rush_rdd_key_by (__VA_ARGS__))
#define rush_rdd_keys(...) RUSH_AT (rush_rdd_keys (__VA_ARGS__))
#define rush_rdd_map(...) RUSH_AT (rush_rdd_map (__VA_ARGS__))
#define rush_rdd_map_partitions(...) RUSH_AT (rush_rdd_map_partitions (__VA_ARGS__))
#define rush_rdd_map_values(...) RUSH_AT (rush_rdd_map_values (__VA_ARGS__))
#define rush_rdd_partition_by(...) RUSH_AT (rush_rdd_partition_by (__VA_ARGS__))
#define rush_rdd_reduce_by_key(...) RUSH_AT (rush_rdd_reduce_by_key (__VA_ARGS__))
#define rush_rdd_repartition(...) RUSH_AT (rush_rdd_repartition (__VA_ARGS__))
#define rush_rdd_sample(...) RUSH_AT (rush_rdd_sample (__VA_ARGS__))
#define rush_rdd_union(...) RUSH_AT (rush_rdd_union (__VA_ARGS__))
#define rush_rdd_values(...) RUSH_AT (rush_rdd_values (__VA_ARGS__))
#define rush_rdd_zip(...) RUSH_AT (rush_rdd_zip (__VA_ARGS__))
#define rush_rdd_zip_partitions(...) RUSH_AT (rush_rdd_zip_partitions (__VA_ARGS__))

#define rush_rdd_collect(...) RUSH_AT (rush_rdd_collect (__VA_ARGS__))
#define rush_rdd_count(...) RUSH_AT (rush_rdd_count (__VA_ARGS__))
#define rush_rdd_first(...) RUSH_AT (rush_rdd_first (__VA_ARGS__))
#define rush_rdd_fold(...) RUSH_AT (rush_rdd_fold (__VA_ARGS__))
#define rush_rdd_foreach(...) RUSH_AT (rush_rdd_foreach (__VA_ARGS__))
#define rush_rdd_reduce(...) RUSH_AT (rush_rdd_reduce (__VA_ARGS__))
#define rush_rdd_save_as_object_file(...) RUSH_AT (rush_rdd_save_as_object_file (__VA_ARGS__))
#define rush_rdd_save_as_packed_text_file(...)                                                     \
  RUSH_AT (rush_rdd_save_as_packed_text_file (__VA_ARGS__))
#define rush_rdd_save_as_sequence_file(...)                                                        \
  RUSH_AT (rush_rdd_save_as_sequence_file (__VA_ARGS__))
#define rush_rdd_save_as_text_file(...) RUSH_AT (rush_rdd_save_as_text_file (__VA_ARGS__))
#define rush_rdd_take(...) RUSH_AT (rush_rdd_take (__VA_ARGS__))
#define rush_rdd_take_ordered(...) RUSH_AT (rush_rdd_take_ordered (__VA_ARGS__))
#define rush_rdd_take_sample(...) RUSH_AT (rush_rdd_take_sample (__VA_ARGS__))
