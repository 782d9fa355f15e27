#ifndef AEGIS_LEDGER_ALIKE_H
#define AEGIS_LEDGER_ALIKE_H

#include <stdbool.h>

#include "base/err.h"

/**
 * alike_layouts(dataset, a, b, alike, e):
 * Set ${alike} to whether the forms of the layout of ${dataset} (LAYOUT/VIEW) with the digests ${a} and
 * ${b} (SHA-256 in hex) give the same rows, by pipelines/layouts.yaml of the home
 * (doc/formats/layouts.md).  Return -1 with ${e} set where that cannot be read.
 */
int alike_layouts(const char *dataset, const char *a, const char *b, bool *alike, struct err *e);

#endif
