#ifndef AEGIS_RULE_RULE_FILE_H
#define AEGIS_RULE_RULE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/err.h"
#include "rule/catalog.h"
#include "rule/rule.h"

/*
 * Files of pipelines/rules/ (doc/formats/rules.md).  Everything that is wrong with them is
 * said, not the first fault only.
 */
struct rule_faults {
	char **v; /* lines "FILE:LINE:COLUMN: ..." */
	size_t n, cap;
};

void rule_faults_free(struct rule_faults *f);

/* A rule that is right, and what would be odd about it, or NULL. */
typedef int rule_file_fn(void *cookie, const struct rule *r, int line, const char *odd,
    struct err *e);

struct rule_file;

/**
 * rule_file_open(path, e):
 * Read and parse ${path}.  Return it, or NULL with ${e} set: STATUS_NOINPUT, or STATUS_DATA
 * where it is no YAML.
 */
struct rule_file *rule_file_open(const char *path, struct err *e);

/**
 * rule_file_rules(f, c, faults, take, cookie, e):
 * Check every rule of the file; append what is wrong to ${faults}, and hand the others to
 * ${take}.  Return 0, or -1 where ${take} did.
 */
int rule_file_rules(struct rule_file *f, const struct catalog *c, struct rule_faults *faults,
    rule_file_fn *take, void *cookie, struct err *e);

/**
 * rule_file_twice(f, n, faults):
 * Find identifiers that the ${n} files state more than once.
 */
void rule_file_twice(struct rule_file *const *f, size_t n, struct rule_faults *faults);

const char *rule_file_sha256(const struct rule_file *f);
void rule_file_free(struct rule_file *f);

#endif
