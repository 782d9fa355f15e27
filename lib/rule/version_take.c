/* Rules from files. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule/version_load.h"

/* A rule of a file that is right. */
struct version_take {
	struct version *v;
	struct intake_section *s;
};

/* Queue a file's rule for rule_in: a draft if unverified, for review if implausible. */
static int
version_take_rule(void *cookie, const struct rule *r, int line, const char *odd, struct err *e)
{
	struct version_take *t = cookie;
	enum rule_copy_status status = RULE_COPY_ACTIVE;
	char place[5000];

	t->s->own.read++;
	if (odd != NULL) {
		(void)snprintf(place, sizeof(place), "%.4000s:%d: rule '%s'", t->s->source, line,
		    r->identifier);
		version_count_odd(t->v, t->s, place, odd);
		status = RULE_COPY_REVIEW;
	}
	if (strcmp(r->mark, "UNVERIFIED") == 0)
		status = RULE_COPY_DRAFT;
	if (rule_copy_make(t->v->copy, r, status, e))
		return (-1);
	return (rule_copy_add(t->v->copy, intake_sections(t->v->in) - 1, (uint64_t)line, e));
}

int
version_take_files(struct version *v, struct rule_faults *faults, struct err *e)
{
	struct rule_file **f = xcalloc(v->o->nfiles, sizeof(*f));
	struct version_take t = { v, NULL };
	size_t i, n = 0;
	int rc = 0;

	for (i = 0; i < v->o->nfiles && rc == 0; i++) {
		const char *path = v->o->files[i], *base = strrchr(path, '/');

		if ((f[i] = rule_file_open(path, e)) == NULL) {
			rc = -1;
			break;
		}
		n++;
		t.s = intake_add(v->in, path);
		memcpy(t.s->run, v->run, sizeof(t.s->run));
		memcpy(t.s->own.config_sha256, v->c->sha256, sizeof(t.s->own.config_sha256));
		(void)snprintf(t.s->own.dataset, sizeof(t.s->own.dataset), "rules/%.100s",
		    base ? base + 1 : path);
		memcpy(t.s->own.source_sha256, rule_file_sha256(f[i]),
		    sizeof(t.s->own.source_sha256));
		rc = rule_file_rules(f[i], v->c, faults, version_take_rule, &t, e);
	}
	if (rc == 0)
		rule_file_twice(f, n, faults);
	if (rc == 0 && faults->n > 0)
		rc = err_set(e, STATUS_DATA, "%zu fault%s in the rules; nothing was loaded",
		    faults->n, faults->n == 1 ? "" : "s");
	for (i = 0; i < n; i++)
		rule_file_free(f[i]);
	free(f);
	return (rc);
}
