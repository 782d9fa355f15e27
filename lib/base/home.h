#ifndef AEGIS_BASE_HOME_H
#define AEGIS_BASE_HOME_H

#include <stddef.h>

#include "base/err.h"

/*
 * Where the project's files are: $AEGIS_HOME, else two directories above the
 * program's own where that holds pipelines/ (a checkout's build/bin), else three
 * above (build/FLAVOUR/bin).
 */

/**
 * home_path(dst, size, rel, e):
 * Write the path of ${rel} ("pipelines/layouts/dbf900.yaml") under the home.
 * Return 0, or -1 with ${e} set to STATUS_CONFIG.
 */
int home_path(char *dst, size_t size, const char *rel, struct err *e);

/**
 * home_var(dst, size, rel, e):
 * The same under $AEGIS_VAR, else, where the programs are installed, under /var/lib/aegis; in a checkout
 * under HOME/var.
 */
int home_var(char *dst, size_t size, const char *rel, struct err *e);

/**
 * home_etc(dst, size, e):
 * The directory of this machine's settings: $AEGIS_ETC, else, where the programs are installed,
 * /etc/aegis or what the build was given; "" in a checkout, or where AEGIS_ETC is empty.
 */
int home_etc(char *dst, size_t size, struct err *e);

/**
 * home_config(dst, size, rel, e):
 * The path of ${rel} ("matrix.yaml", "rules/spacing.yaml") among this machine's settings, where it is
 * there, else among those that come along, in HOME/pipelines.
 */
int home_config(char *dst, size_t size, const char *rel, struct err *e);

#endif
