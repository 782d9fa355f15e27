#ifndef AEGIS_ENTITY_DEFINITION_FILE_H
#define AEGIS_ENTITY_DEFINITION_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "entity/definition.h"

/*
 * A file of pipelines/entities/, whole (form: doc/formats/entities.md): the
 * definition that the import works by, and what only people and the rules need.
 */
struct definition_field { /* beside the field_definition of the same number */
	char *label;
	char *group; /* display_group, or NULL */
	char *was;   /* a mapping that we shipped once and take away, or NULL */
};

struct definition_rule {   /* the file's type is the child */
	char *parent;      /* type_key */
	char *cardinality; /* parent to child: "one_to_many", ... */
	bool required;
	char *label; /* display_label, or NULL; the graph's edge */
	int line, column;
};

struct definition_file {
	char *path;
	struct entity_definition *def;
	char *display_name;
	char *icon;  /* or NULL */
	char *color; /* "#rrggbb", or NULL */
	bool compliance_footprint;
	struct definition_field *fields;
	size_t nfields; /* as many as def->n */
	struct definition_rule *rules;
	size_t nrules;
};

/**
 * definition_file_load(path, tenant, e):
 * Read ${path} for ${tenant}.  Return it, freed by the caller with
 * definition_file_free(), or NULL with ${e} set: STATUS_NOINPUT, or STATUS_CONFIG
 * with file, line and column.
 */
struct definition_file *definition_file_load(const char *path, const char *tenant, struct err *e);
void definition_file_free(struct definition_file *f);

/**
 * definition_file_read(path, tenant, type, e):
 * The definition of ${type} alone, which ${path} must be of; freed by the caller with
 * definition_free().
 */
struct entity_definition *definition_file_read(const char *path, const char *tenant,
    const char *type, struct err *e);

/**
 * definition_cardinality_known(s):
 * Whether ${s} is a cardinality that a rule may have: one_to_one, one_to_many, many_to_one
 * or many_to_many.
 */
bool definition_cardinality_known(const char *s);

#endif
