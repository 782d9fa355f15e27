#ifndef AEGIS_BASE_NEAR_H
#define AEGIS_BASE_NEAR_H

enum { NEAR_MAX = 63 }; /* bytes of a word */

/**
 * near_distance(a, b):
 * How many edits lead from ${a} to ${b}: insert, delete, replace, and swap of neighbours (optimal
 * string alignment).  Words longer than NEAR_MAX are far from all others.
 */
int near_distance(const char *a, const char *b);

#endif
