#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule/version_state.h"

struct version_section *
version_section(struct version *v, const char *source)
{
	struct version_section *s = xcalloc(1, sizeof(*s));

	if (v->nsections == v->capsections)
		v->sections = xgrow(v->sections, &v->capsections, sizeof(*v->sections));
	s->source = xstrdup(source);
	ledger_printable(s->source);
	book_init(&s->own, "rule-load");
	memcpy(s->own.config_sha256, v->c->sha256, sizeof(s->own.config_sha256));
	v->sections[v->nsections++] = s;
	return (s);
}

void
version_take_odd(struct version *v, struct version_section *s, const char *place, const char *what)
{
	struct buf b = BUF_INIT(4096);

	book_count(&s->own, "implausible");
	v->odds++;
	if (v->nodd == VERSION_ODD)
		return;
	if (v->nodd == v->capodd)
		v->odd = xgrow(v->odd, &v->capodd, sizeof(*v->odd));
	if (buf_addf(&b, NULL, "%s: %s", place, what) == 0 && buf_str(&b, NULL) != NULL)
		v->odd[v->nodd++] = xstrdup(b.p);
	buf_free(&b);
}

/* A rule of a file that is right. */
struct version_take {
	struct version *v;
	struct version_section *s;
};

static int
version_take_rule(void *cookie, const struct rule *r, int line, const char *odd, struct err *e)
{
	struct version_take *t = cookie;
	enum intake_status status = INTAKE_ACTIVE;
	char place[5000];

	t->s->own.read++;
	if (odd != NULL) {
		(void)snprintf(place, sizeof(place), "%.4000s:%d: rule '%s'", t->s->source, line,
		    r->identifier);
		version_take_odd(t->v, t->s, place, odd);
		status = INTAKE_REVIEW;
	}
	if (strcmp(r->mark, "UNVERIFIED") == 0)
		status = INTAKE_DRAFT;
	if (intake_make(t->v->in, r, status, e))
		return (-1);
	return (intake_add(t->v->in, t->v->nsections - 1, (uint64_t)line, e));
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
		t.s = version_section(v, path);
		(void)snprintf(t.s->dataset, sizeof(t.s->dataset), "rules/%.100s",
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
