/* kubernetes_private.h - the driver's half, which asks for pods, and the cluster's, which runs
 * them.
 *
 *   kubernetes.c          the driver: what it hears of pods; the class
 *   kubernetes_rounds.c   the driver: how many pods it asks for, and when
 *   kubernetes_pods.c     the cluster: which node, pulling the image, nodes that are lost
 *
 *     pod:   asked for ──▶ unbound ──kube-scheduler──▶ bound ──image, container──▶ ready
 *                            (in @unbound)              (a grant from here on)
 */
#pragma once

#include "sim/managers/executor_failures.h"
#include "sim/managers/manager_base.h"

typedef struct
{
  gint64 number; /* of its executor */
  gint64 since_us;
} RushUnboundPod;

typedef struct
{
  RushCommonSettings common;
  RushDistribution *image_pull; /* seconds, of a host that does not have it */
  double node_grace_s, eviction_s;
  gint64 quota_bytes, quota_cores; /* of the namespace; −1: none */
} RushKubernetesSettings;

typedef struct
{
  RushManagerBase base;
  RushKubernetesSettings settings;
  char *pod_prefix;
  guint cores;
  gint64 bytes; /* of a pod: what it asks for is what it may use */
  guint driver_cores;
  gint64 driver_bytes;
  RushExecutorFailures failures;
  guint most_wanted;

  gint64 batch_delay_us, event_interval_us, idle_timeout_us;
  guint batch_size, max_pending;

  /* The driver's. */
  gboolean allocating; /* it runs, and asks for pods */
  gint64 start_us;     /* of its rounds */
  gint64 round_at_us;  /* G_MAXINT64: none is due */
  gint64 next_pod;

  /* The cluster's. */
  GQueue unbound;          /* RushUnboundPod, oldest first */
  gboolean driver_unbound; /* the driver's pod waits for a node */
  gint64 *image_at_us;     /* by host: when it has the image; G_MAXINT64: never asked for it */
} RushKubernetes;

/* ---- kubernetes_pods.c ---- */

/* Puts unbound pods onto nodes, as far as there is room; refuses what is left. */
void rush_kubernetes_bind (RushKubernetes *self);
void rush_kubernetes_host_died (RushKubernetes *self, RushSimHost *host);
void rush_kubernetes_host_back (RushKubernetes *self, RushSimHost *host);

/* ---- kubernetes_rounds.c ---- */

guint rush_kubernetes_n_pods (const RushKubernetes *self); /* that are not over */
guint rush_kubernetes_n_pending (const RushKubernetes *self);
void rush_kubernetes_round_after (RushKubernetes *self, gint64 delay_us);
/* A pod is ready, or gone: the next round may have something to do. */
void rush_kubernetes_expect_round (RushKubernetes *self);
/* Looks again when all pods of now are old enough to be deleted. */
void rush_kubernetes_look_for_excess (RushKubernetes *self);

/* ---- kubernetes.c ---- */

void rush_kubernetes_driver_bound (RushKubernetes *self, RushSimHost *host, gint64 image_us);
/* @grant's container has ended; the driver hears of it when it looks at events next. */
void rush_kubernetes_pod_ended (RushKubernetes *self, RushGrant *grant, gint exit_code,
                                const char *termination);
