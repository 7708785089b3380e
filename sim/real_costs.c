/* real_costs.c - see the header. */
#include "sim/real_costs.h"

#include <string.h>

static double
encoding_s (const RushScenarioSerializer *serializer, gint64 records, gint64 bytes)
{
  return (double)records * serializer->per_record_s + (double)bytes * serializer->per_byte_s;
}

/* What moves between a task and its Python worker, and is done there. */
static double
python_s (const RushRealCosts *self, const RushRealCounts *counts)
{
  const RushScenario *scenario = self->scenario;
  const RushTaskMetrics *metrics = counts->metrics;
  gint64 bytes = metrics->python_bytes_in + metrics->python_bytes_out;
  const RushScenarioSerializer *serializer = counts->is_sql && self->arrow_udfs
                                                 ? &scenario->serializers.arrow
                                                 : &scenario->serializers.pickle;

  return (double)counts->python_objects * scenario->python.per_record_s +
         encoding_s (serializer, counts->python_objects, bytes);
}

static double
result_s (const RushRealCosts *self, const RushTaskMetrics *metrics)
{
  const RushScenarioSerializers *serializers = &self->scenario->serializers;

  return encoding_s (self->kryo ? &serializers->kryo : &serializers->java, 0,
                     metrics->result_bytes);
}

static double
shuffle_s (const RushRealCosts *self, const RushRealCounts *counts, gint64 bytes)
{
  const RushTaskMetrics *metrics = counts->metrics;

  if (counts->is_sql)
    return 0; /* rows are written as they lie in memory */
  return encoding_s (&self->scenario->serializers.pickle,
                     metrics->shuffle_read_pairs + metrics->shuffle_write_pairs, bytes);
}

void
rush_real_costs_demand (const RushRealCosts *self, const RushRealCounts *counts,
                        RushTaskDemand *out)
{
  const RushScenarioCpu *cpu = &self->scenario->cpu;
  const RushTaskMetrics *metrics = counts->metrics;
  gint64 fetched = metrics->shuffle_local_bytes + metrics->shuffle_remote_bytes;
  gint64 shuffled = fetched + metrics->shuffle_write_bytes;
  gint64 read = metrics->input_bytes - counts->kept_memory_bytes;
  gint64 bytes = read + metrics->output_bytes + shuffled;
  double factor = counts->is_sql ? 1 : self->scenario->serializers.pickle.size_factor;

  *out = (RushTaskDemand){
    .cpu_s = (double)counts->rows_moved * cpu->per_record_s + (double)bytes * cpu->per_byte_s +
             shuffle_s (self, counts, shuffled) + python_s (self, counts) +
             result_s (self, metrics),
    .input_bytes = (double)(read - counts->kept_remote_bytes),
    .host_bytes = counts->host_bytes * factor,
    .rack_bytes = counts->rack_bytes * factor,
    .far_bytes = counts->far_bytes * factor + (double)counts->kept_remote_bytes,
    .n_blocks = (double)(metrics->shuffle_local_blocks + metrics->shuffle_remote_blocks),
    .write_bytes = (double)metrics->shuffle_write_bytes * factor + (double)metrics->output_bytes +
                   (double)metrics->disk_bytes_spilled,
    .output_bytes = (double)metrics->shuffle_write_bytes * factor,
    .runs_python = metrics->python_bytes_in + metrics->python_bytes_out > 0,
  };
}

RushRealCosts
rush_real_costs_new (const RushScenario *scenario, const RushConf *conf)
{
  g_autofree char *serializer = rush_conf_get_string (conf, "spark.serializer");

  return (RushRealCosts){
    .scenario = scenario,
    .kryo = serializer != NULL && strstr (serializer, "Kryo") != NULL,
    .arrow_udfs = rush_conf_get_bool (conf, "spark.sql.execution.pythonUDF.arrow.enabled"),
  };
}
