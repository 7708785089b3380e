/* wide.h - loops over doubles that are compiled twice: once for processors with fused
 * multiplications and registers of four doubles, once for all; the loader takes one.
 *
 * As RUSH_SIMD of sql/kernels/columns.h, which stays without fused multiplications: SQL's sums are
 * the same on every machine. */
#pragma once

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) &&                            \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RUSH_WIDE __attribute__ ((target_clones ("arch=x86-64-v3", "default")))
#else
#define RUSH_WIDE
#endif
