/* scenario_fields.c - all that a scenario may say, with the defaults.
 *
 * The defaults are a cluster of ordinary machines of the 2020s.  They are figures of one's own
 * hardware or of papers, rounded; who predicts a real cluster should measure it and write its own
 * here:
 *
 *     nic 10gbit, uplink 40gbit     twenty machines that share four wires out of their rack
 *     rack_latency 100us, core_…    a TCP round trip within a rack; through three switches, loaded
 *     disk 200m                     one spinning disk, or a small part of an array, read in order
 *     seek 0s                       what was written a moment ago is still in memory
 *     driver_task 300us             3,000 tasks a second; SPARK-4612 measured 10,000 in 2.6 s
 *     task_overhead 5ms             unpacking a closure and starting a thread in a warm JVM
 *     start 500ms, fork 10ms        a Python interpreter that imports pyspark; a fork of it
 *     serializers                   orders of magnitude: nanoseconds of one core; Java writes class
 *                                   names, Kryo numbers, pickle opcodes, Arrow whole columns
 */
#include "sim/scenario_private.h"

#include "sim/cluster_manager.h"

#define OF(Type, field) G_STRUCT_OFFSET (Type, field)
#define TABLE(name, Type)                                                                          \
  static const RushJsonFieldTable name##_table = RUSH_JSON_FIELD_TABLE (name##_fields, Type)

/* ---- machines ---- */

static const RushJsonField executor_fields[] = {
  RUSH_JSON_FIELD ("count", RUSH_FIELD_COUNT, OF (RushScenarioExecutors, count),
                   "how many; as spark.executor.instances says unless given", .least = 1,
                   .most = 1e6),
  RUSH_JSON_FIELD ("cores", RUSH_FIELD_COUNT, OF (RushScenarioExecutors, cores),
                   "of each; as spark.executor.cores says unless given", .least = 1, .most = 1024),
  RUSH_JSON_FIELD ("memory", RUSH_FIELD_SIZE, OF (RushScenarioExecutors, memory_bytes),
                   "the heap of each, at least 450m; as spark.executor.memory says unless given"),
};
TABLE (executor, RushScenarioExecutors);

static const RushJsonField exception_fields[] = {
  RUSH_JSON_FIELD ("host", RUSH_FIELD_COUNT, OF (RushScenarioException, host), "which host, from 0",
                   .needed = TRUE),
  RUSH_JSON_FIELD ("cores", RUSH_FIELD_COUNT, OF (RushScenarioException, cores), "its cores",
                   .least = 1, .most = 1024),
  RUSH_JSON_FIELD ("memory", RUSH_FIELD_SIZE, OF (RushScenarioException, memory_bytes),
                   "its memory"),
  RUSH_JSON_FIELD ("cpu_speed", RUSH_FIELD_NUMBER, OF (RushScenarioException, cpu_speed),
                   "how fast its cores are; 0.5: tasks take twice as long", .least = 0.01,
                   .most = 100),
  RUSH_JSON_FIELD ("nic", RUSH_FIELD_RATE, OF (RushScenarioException, nic),
                   "what its wire carries"),
  RUSH_JSON_FIELD ("disk", RUSH_FIELD_RATE, OF (RushScenarioException, disk),
                   "what its disk reads and writes"),
};
TABLE (exception, RushScenarioException);

static const RushJsonField rack_fields[] = {
  RUSH_JSON_FIELD ("name", RUSH_FIELD_TEXT, OF (RushScenarioRack, name), "its name",
                   .needed = TRUE),
  RUSH_JSON_FIELD ("hosts", RUSH_FIELD_COUNT, OF (RushScenarioRack, hosts),
                   "how many hosts stand in it", .needed = TRUE, .least = 1, .most = 1e5),
  RUSH_JSON_FIELD ("behind", RUSH_FIELD_TEXT, OF (RushScenarioRack, behind),
                   "the rack that its uplink goes to; the core of the network unless given"),
  RUSH_JSON_FIELD ("uplink", RUSH_FIELD_RATE, OF (RushScenarioRack, uplink),
                   "what its uplink carries; network.uplink unless given"),
};
TABLE (rack, RushScenarioRack);

/* Racks: how many, all alike; or a list of them. */
static const RushJsonField racks_alike =
    RUSH_JSON_FIELD ("racks", RUSH_FIELD_COUNT, OF (RushScenarioRacks, count),
                     "how many, with as many hosts each", .least = 1, .most = 1e5);
static const RushJsonField racks_listed = RUSH_JSON_FIELD (
    "racks", RUSH_FIELD_LIST, OF (RushScenarioRacks, list), "each of them", .inside = &rack_table);

static gboolean
read_racks (const RushJson *value, const char *where, gpointer field, GError **error)
{
  RushScenarioRacks *racks = field;
  const RushJsonField *one =
      rush_json_kind (value) == RUSH_JSON_ARRAY ? &racks_listed : &racks_alike;

  *racks = (RushScenarioRacks){ 0 };
  if (!rush_json_field_read (one, value, where, racks, error))
    return FALSE;
  if (racks->list != NULL)
    racks->count = racks->list->len;
  return racks->count > 0 || rush_json_fields_fail (value, error, "\"%s\" names no rack", where);
}

static void
clear_racks (gpointer field)
{
  rush_json_field_clear (&racks_listed, field);
}

static void
write_racks (RushJsonWriter *out)
{
  rush_json_member (out, "anyOf");
  rush_json_begin_array (out);
  rush_json_begin_object (out);
  rush_json_field_schema_members (&racks_alike, out);
  rush_json_end_object (out);
  rush_json_begin_object (out);
  rush_json_field_schema_members (&racks_listed, out);
  rush_json_member (out, "minItems");
  rush_json_int (out, 1);
  rush_json_end_object (out);
  rush_json_end_array (out);
}

static const RushJsonFieldClass racks_class = { read_racks, clear_racks, write_racks };

static const RushJsonField host_fields[] = {
  RUSH_JSON_FIELD ("count", RUSH_FIELD_COUNT, OF (RushScenarioHosts, count),
                   "how many; as many as the executors need, or 10, unless given", .least = 1,
                   .most = 1e5),
  RUSH_JSON_FIELD ("racks", RUSH_FIELD_OWN, OF (RushScenarioHosts, racks),
                   "where they stand: a number of racks, or a list of them", "1",
                   .own = &racks_class),
  RUSH_JSON_FIELD ("cores", RUSH_FIELD_COUNT, OF (RushScenarioHosts, cores), "of each", "16",
                   .least = 1, .most = 1024),
  RUSH_JSON_FIELD ("memory", RUSH_FIELD_SIZE, OF (RushScenarioHosts, memory_bytes), "of each",
                   "\"64g\""),
  RUSH_JSON_FIELD ("cpu_speed", RUSH_FIELD_NUMBER, OF (RushScenarioHosts, cpu_speed),
                   "how fast their cores are; 2: tasks take half as long", "1", .least = 0.01,
                   .most = 100),
  RUSH_JSON_FIELD ("except", RUSH_FIELD_LIST, OF (RushScenarioHosts, except),
                   "hosts unlike the others", .inside = &exception_table),
};
TABLE (host, RushScenarioHosts);

static const RushJsonField network_fields[] = {
  RUSH_JSON_FIELD ("nic", RUSH_FIELD_RATE, OF (RushScenarioNetwork, nic),
                   "what each host's wire carries", "\"10gbit\"", .least = 1),
  RUSH_JSON_FIELD ("uplink", RUSH_FIELD_RATE, OF (RushScenarioNetwork, uplink),
                   "what the wire between a rack and the core carries", "\"40gbit\"", .least = 1),
  RUSH_JSON_FIELD ("rack_latency", RUSH_FIELD_TIME, OF (RushScenarioNetwork, rack_latency_s),
                   "there and back, within a rack", "\"100us\""),
  RUSH_JSON_FIELD ("core_latency", RUSH_FIELD_TIME, OF (RushScenarioNetwork, core_latency_s),
                   "there and back, between two racks", "\"500us\""),
};
TABLE (network, RushScenarioNetwork);

static const RushJsonField disk_fields[] = {
  RUSH_JSON_FIELD ("bandwidth", RUSH_FIELD_RATE, OF (RushScenarioDisk, bytes_per_s),
                   "what each host's disk reads and writes", "\"200m\"", .least = 1),
  RUSH_JSON_FIELD ("seek", RUSH_FIELD_TIME, OF (RushScenarioDisk, seek_s),
                   "what it takes to find each piece of a shuffle: a task reads one of each task "
                   "before it",
                   "\"0s\""),
};
TABLE (disk, RushScenarioDisk);

/* ---- what work costs ---- */

static const RushJsonField cpu_fields[] = {
  RUSH_JSON_FIELD ("driver_task", RUSH_FIELD_TIME, OF (RushScenarioCpu, driver_task_s),
                   "of the driver's one thread, for the launch and the end of a task", "\"300us\""),
  RUSH_JSON_FIELD ("task_overhead", RUSH_FIELD_TIME, OF (RushScenarioCpu, task_overhead_s),
                   "of an executor, to unpack a task and start it", "\"5ms\""),
  RUSH_JSON_FIELD ("per_record", RUSH_FIELD_TIME, OF (RushScenarioCpu, per_record_s),
                   "real mode: what a task computes on a record", "\"100ns\""),
  RUSH_JSON_FIELD ("per_byte", RUSH_FIELD_TIME, OF (RushScenarioCpu, per_byte_s),
                   "real mode: what a task computes on a byte", "\"1ns\""),
};
TABLE (cpu, RushScenarioCpu);

#define SLOW_FIELDS(name, what)                                                                    \
  static const RushJsonField name##_fields[] = {                                                   \
    RUSH_JSON_FIELD ("fraction", RUSH_FIELD_NUMBER, OF (RushScenarioSlow, fraction),               \
                     "how many " what, "0", .most = 1),                                            \
    RUSH_JSON_FIELD ("slowdown", RUSH_FIELD_NUMBERS, OF (RushScenarioSlow, slowdown),              \
                     "how many times as long theirs take",                                         \
                     "{\"pareto\":{\"least\":1.5,\"alpha\":2}}"),                                  \
  };                                                                                               \
  TABLE (name, RushScenarioSlow)

SLOW_FIELDS (slow_task, "of all attempts at tasks have bad luck");
SLOW_FIELDS (slow_host, "of all hosts are slow, from the start to the end");

static const RushJsonField straggler_fields[] = {
  RUSH_JSON_FIELD ("tasks", RUSH_FIELD_OBJECT, OF (RushScenarioStragglers, tasks), "slow attempts",
                   .inside = &slow_task_table),
  RUSH_JSON_FIELD ("hosts", RUSH_FIELD_OBJECT, OF (RushScenarioStragglers, hosts), "slow hosts",
                   .inside = &slow_host_table),
};
TABLE (straggler, RushScenarioStragglers);

static const RushJsonField pause_fields[] = {
  RUSH_JSON_FIELD ("every", RUSH_FIELD_TIMES, OF (RushScenarioPauses, every),
                   "how long an executor works between two pauses, as of its garbage collector",
                   .needed = TRUE),
  RUSH_JSON_FIELD ("lasts", RUSH_FIELD_TIMES, OF (RushScenarioPauses, lasts), "how long a pause is",
                   .needed = TRUE),
};
TABLE (pause, RushScenarioPauses);

static const RushJsonField python_fields[] = {
  RUSH_JSON_FIELD ("start", RUSH_FIELD_TIME, OF (RushScenarioPython, start_s),
                   "of an executor's first Python worker: the interpreter and its imports",
                   "\"500ms\""),
  RUSH_JSON_FIELD ("fork", RUSH_FIELD_TIME, OF (RushScenarioPython, fork_s),
                   "of each worker after that", "\"10ms\""),
  RUSH_JSON_FIELD ("per_record", RUSH_FIELD_TIME, OF (RushScenarioPython, per_record_s),
                   "real mode: a record's way into a worker and back", "\"1us\""),
};
TABLE (python, RushScenarioPython);

#define SERIALIZER_FIELDS(name, record, byte, size)                                                \
  static const RushJsonField name##_fields[] = {                                                   \
    RUSH_JSON_FIELD ("per_record", RUSH_FIELD_TIME, OF (RushScenarioSerializer, per_record_s),     \
                     "to write or read a record", record),                                         \
    RUSH_JSON_FIELD ("per_byte", RUSH_FIELD_TIME, OF (RushScenarioSerializer, per_byte_s),         \
                     "to write or read a byte", byte),                                             \
    RUSH_JSON_FIELD ("size_factor", RUSH_FIELD_NUMBER, OF (RushScenarioSerializer, size_factor),   \
                     "bytes that are written, of a byte that is counted", size, .least = 0.01,     \
                     .most = 100),                                                                 \
  };                                                                                               \
  TABLE (name, RushScenarioSerializer)

SERIALIZER_FIELDS (java, "\"500ns\"", "\"2ns\"", "2");
SERIALIZER_FIELDS (kryo, "\"200ns\"", "\"1ns\"", "1.2");
SERIALIZER_FIELDS (pickle, "\"300ns\"", "\"1ns\"", "1.1");
SERIALIZER_FIELDS (arrow, "\"5ns\"", "\"0.1ns\"", "1");

#define SERIALIZER(name)                                                                           \
  RUSH_JSON_FIELD (#name, RUSH_FIELD_OBJECT, OF (RushScenarioSerializers, name), #name,            \
                   .inside = &name##_table)

static const RushJsonField serializer_fields[] = { SERIALIZER (java), SERIALIZER (kryo),
                                                   SERIALIZER (pickle), SERIALIZER (arrow) };
TABLE (serializer, RushScenarioSerializers);

/* ---- what is run, and where from ---- */

static const RushJsonField stage_fields[] = {
  RUSH_JSON_FIELD ("name", RUSH_FIELD_TEXT, OF (RushScenarioStage, name), "its name",
                   .needed = TRUE),
  RUSH_JSON_FIELD ("tasks", RUSH_FIELD_COUNT, OF (RushScenarioStage, tasks), "how many",
                   .needed = TRUE, .least = 1, .most = 1e7),
  RUSH_JSON_FIELD ("duration", RUSH_FIELD_TIMES, OF (RushScenarioStage, duration),
                   "what a task computes, on a core of speed 1", "\"1s\""),
  RUSH_JSON_FIELD ("input", RUSH_FIELD_SIZES, OF (RushScenarioStage, input),
                   "what a task reads from the disk"),
  RUSH_JSON_FIELD ("shuffle_write", RUSH_FIELD_SIZES, OF (RushScenarioStage, shuffle_write),
                   "what a task writes for the stages that read this one"),
  RUSH_JSON_FIELD ("reads", RUSH_FIELD_TEXTS, OF (RushScenarioStage, reads),
                   "the stages before this one whose output it reads, by their names"),
  RUSH_JSON_FIELD (
      "skew", RUSH_FIELD_NUMBER, OF (RushScenarioStage, skew),
      "of what its tasks read: task i gets a share like i to the power of −skew; 0: all alike", "0",
      .most = 10),
  RUSH_JSON_FIELD ("python", RUSH_FIELD_FLAG, OF (RushScenarioStage, python),
                   "whether tasks need a worker"),
  RUSH_JSON_FIELD ("execution_memory", RUSH_FIELD_SIZES, OF (RushScenarioStage, execution_memory),
                   "what the tables and sorts of a task want of its executor's pool; what does not "
                   "fit its share goes to disk and comes back"),
  RUSH_JSON_FIELD ("memory", RUSH_FIELD_SIZES, OF (RushScenarioStage, memory),
                   "what a task takes outside of its executor's heap: buffers, native libraries"),
  RUSH_JSON_FIELD ("python_memory", RUSH_FIELD_SIZES, OF (RushScenarioStage, python_memory),
                   "what its Python worker takes, beside that"),
};
TABLE (stage, RushScenarioStage);

static const char *const manager_kinds[] = { "standalone", "yarn", "kubernetes", "mesos", NULL };

static const RushJsonField manager_kind = RUSH_JSON_FIELD (
    "kind", RUSH_FIELD_WORD, OF (RushScenarioManager, kind),
    "who gives executors; as the master URL says unless given", .words = manager_kinds);

/* Held against the manager's own table, which reads it again when there is a manager. */
static gboolean
check_settings (const char *kind, const RushJson *value, const char *where, GError **error)
{
  const RushJsonFieldTable *table = rush_manager_settings (kind);
  g_autofree gpointer settings = g_malloc0 (table->size);

  if (!rush_json_fields_read (table, value, where, settings, error))
    return FALSE;
  rush_json_fields_clear (table, settings);
  return TRUE;
}

/* Without a kind they must suit one of the managers. */
static gboolean
check_settings_of_any (const RushJson *value, const char *where, GError **error)
{
  for (guint i = 0; manager_kinds[i] != NULL; i++)
    if (check_settings (manager_kinds[i], value, where, NULL))
      return TRUE;
  return rush_json_fields_fail (
      value, error, "\"%s\" suits no cluster manager; say which it is for by \"kind\"", where);
}

static gboolean
read_manager (const RushJson *value, const char *where, gpointer field, GError **error)
{
  RushScenarioManager *manager = field;
  const RushJson *kind = rush_json_get (value, manager_kind.name);
  g_autofree char *kind_where = g_strconcat (where, ".", manager_kind.name, NULL);

  if (rush_json_kind (value) != RUSH_JSON_OBJECT)
    return rush_json_fields_fail (value, error, "\"%s\" must be an object", where);
  *manager = (RushScenarioManager){ RUSH_MANAGER_ANY, value };
  if (kind == NULL)
    return check_settings_of_any (value, where, error);
  return rush_json_field_read (&manager_kind, kind, kind_where, manager, error) &&
         check_settings (manager_kinds[manager->kind], value, where, error);
}

static void
clear_manager (gpointer field)
{
  *(RushScenarioManager *)field = (RushScenarioManager){ RUSH_MANAGER_ANY, NULL };
}

static void
write_manager (RushJsonWriter *out)
{
  rush_json_member (out, "anyOf");
  rush_json_begin_array (out);
  for (guint i = 0; manager_kinds[i] != NULL; i++)
    rush_json_fields_schema (rush_manager_settings (manager_kinds[i]), out);
  rush_json_end_array (out);
}

static const RushJsonFieldClass manager_class = { read_manager, clear_manager, write_manager };

static const char *const deploy_modes[] = { "client", "cluster", NULL };

static const RushJsonField driver_fields[] = {
  RUSH_JSON_FIELD ("deploy_mode", RUSH_FIELD_WORD, OF (RushScenarioDriver, deploy_mode),
                   "where the driver runs: on the client's machine or inside the cluster",
                   "\"client\"", .words = deploy_modes),
  RUSH_JSON_FIELD ("memory", RUSH_FIELD_SIZE, OF (RushScenarioDriver, memory_bytes),
                   "its heap, at least 450m; as spark.driver.memory says unless given"),
  RUSH_JSON_FIELD ("cores", RUSH_FIELD_COUNT, OF (RushScenarioDriver, cores),
                   "as spark.driver.cores says unless given", .least = 1, .most = 1024),
};
TABLE (driver, RushScenarioDriver);

static const char *const modes[] = { "real", "model", NULL };

static const RushJsonField scenario_fields[] = {
  RUSH_JSON_FIELD ("$schema", RUSH_FIELD_TEXT, OF (RushScenario, schema),
                   "where editors find this schema"),
  RUSH_JSON_FIELD ("name", RUSH_FIELD_TEXT, OF (RushScenario, name), "what it shows"),
  RUSH_JSON_FIELD ("seed", RUSH_FIELD_COUNT, OF (RushScenario, seed), "one seed, one run", "0"),
  RUSH_JSON_FIELD ("mode", RUSH_FIELD_WORD, OF (RushScenario, mode),
                   "whether tasks compute, or are drawn from distributions", "\"real\"",
                   .words = modes),
  RUSH_JSON_FIELD ("executors", RUSH_FIELD_OBJECT, OF (RushScenario, executors), "who runs tasks",
                   .inside = &executor_table),
  RUSH_JSON_FIELD ("hosts", RUSH_FIELD_OBJECT, OF (RushScenario, hosts), "the machines",
                   .inside = &host_table),
  RUSH_JSON_FIELD ("network", RUSH_FIELD_OBJECT, OF (RushScenario, network),
                   "the wires between them", .inside = &network_table),
  RUSH_JSON_FIELD ("disk", RUSH_FIELD_OBJECT, OF (RushScenario, disk), "their disks",
                   .inside = &disk_table),
  RUSH_JSON_FIELD ("cpu", RUSH_FIELD_OBJECT, OF (RushScenario, cpu), "what work costs",
                   .inside = &cpu_table),
  RUSH_JSON_FIELD ("stragglers", RUSH_FIELD_OBJECT, OF (RushScenario, stragglers), "bad luck",
                   .inside = &straggler_table),
  RUSH_JSON_FIELD ("pauses", RUSH_FIELD_OBJECT, OF (RushScenario, pauses),
                   "times in which an executor does nothing", .inside = &pause_table),
  RUSH_JSON_FIELD ("python", RUSH_FIELD_OBJECT, OF (RushScenario, python),
                   "what Python workers cost", .inside = &python_table),
  RUSH_JSON_FIELD ("serializers", RUSH_FIELD_OBJECT, OF (RushScenario, serializers),
                   "what encoding costs", .inside = &serializer_table),
  RUSH_JSON_FIELD ("stages", RUSH_FIELD_LIST, OF (RushScenario, stages),
                   "model mode: the job, the last stage is its result", .inside = &stage_table),
  RUSH_JSON_FIELD ("manager", RUSH_FIELD_OWN, OF (RushScenario, manager),
                   "the cluster manager's kind and settings: see sim/managers",
                   .own = &manager_class),
  RUSH_JSON_FIELD ("driver", RUSH_FIELD_OBJECT, OF (RushScenario, driver), "the driver",
                   .inside = &driver_table),
  RUSH_JSON_FIELD ("faults", RUSH_FIELD_OWN, OF (RushScenario, faults), "what goes wrong, and when",
                   .own = &rush_sim_faults_class),
};

const RushJsonFieldTable rush_scenario_table =
    RUSH_JSON_FIELD_TABLE (scenario_fields, RushScenario);
