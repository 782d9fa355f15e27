#ifndef AEGIS_ENTITY_LOAD_LINK_H
#define AEGIS_ENTITY_LOAD_LINK_H

#include "entity/load_touched.h"

/* A rule that the type is a side of, and what its links are after the load. */
struct load_link {
	char rule[37];
	char *parent, *child, *label, *cardinality, *field; /* label and field may be NULL */
	bool required;
	bool of_child, of_parent; /* the type is the rule's child, its parent, or both */
	/*
	 * The child names its parent by way of another entity: its type, the child's field that names it, and
	 * the rule that links the two; else NULL.
	 */
	char *via, *via_field, *via_rule;
	char *names; /* fields that name the parent, of the child or of what is between; or NULL */
	bool of_via; /* the type is that between */
	bool fresh, empty; /* never linked like this; no link at all */
	uint64_t changed;  /* links written now */
	uint64_t linked, missing_parent, missing_required, crowded;
	char *examples; /* JSON */
};

struct load_links {
	struct load_link *v;
	size_t n, cap;
	bool wrote; /* the load wrote an entity: all is made again and counted */
};

/**
 * load_link_write(x, t, e):
 * Bring entity_links in step with the entities that this load changed, as children,
 * as parents and as what is between, and count what is wrong with them.
 */
int load_link_write(struct load_links *x, struct load_touched *t, struct err *e);

/**
 * load_link_free(x):
 * Forget the rules.
 */
void load_link_free(struct load_links *x);

#endif
