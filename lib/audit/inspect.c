/* Findings of the audit check, and how an archive follows the one before. */

#include "audit/inspect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/num.h"

void
inspect_add(struct inspect *k, const char *archive, const char *code, const char *fmt, ...)
{
	struct inspect_finding *f;
	va_list ap;

	if (k->n == k->cap)
		k->findings = xgrow(k->findings, &k->cap, sizeof(*k->findings));
	f = &k->findings[k->n++];
	(void)snprintf(f->archive, sizeof(f->archive), "%s", archive);
	(void)snprintf(f->code, sizeof(f->code), "%s", code);
	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

void
inspect_free(struct inspect *k)
{

	if (k == NULL)
		return;
	merkle_end(&k->tree);
	if (k->leaves >= 0)
		(void)close(k->leaves);
	buf_free(&k->checkpoint);
	buf_free(&k->line);
	free(k->findings);
	free(k);
}

/* The manifest's place in the chain: before it, and the tree it says it grew from. */
void
inspect_link(struct inspect *k, const struct chain_link *l, const struct manifest *m)
{
	struct manifest_tree now;

	if (k->archives == 0) {
		(void)snprintf(k->table, sizeof(k->table), "%s", m->table);
		(void)snprintf(k->origin, sizeof(k->origin), "%s", m->origin);
		k->first_sequence = m->sequence;
		k->period = m->period;
		if (m->sequence == 1 && (m->previous_sha256[0] != '\0' || m->before.size != 0))
			inspect_add(k, l->name, "bad_start",
			    "it is the first one, but names one before it");
		if (m->sequence != 1 && k->o->whole)
			inspect_add(k, "", "missing_archive", "sequence 1 to %llu are missing",
			    (unsigned long long)m->sequence - 1);
	} else {
		if (strcmp(m->table, k->table) != 0 || strcmp(m->origin, k->origin) != 0)
			inspect_add(k, l->name, "other_log", "it is of '%s', not of '%s'",
			    m->origin, k->origin);
		if (m->sequence != k->last_sequence + 1)
			return; /* the gap is a finding of its own */
		if (strcmp(m->previous_sha256, k->previous) != 0)
			inspect_add(k, l->name, "broken_chain",
			    "it was sealed after another manifest than that of sequence %llu",
			    (unsigned long long)k->last_sequence);
		if (m->period.from != k->period.to)
			inspect_add(k, l->name, "period_gap",
			    "its period does not begin where that of sequence %llu ends",
			    (unsigned long long)k->last_sequence);
	}
	if (!k->tree_known)
		return;
	manifest_tree(&k->tree, &now);
	if (k->archives > 0 &&
	    (now.size != m->before.size || strcmp(now.root, m->before.root) != 0)) {
		inspect_add(k, l->name, "broken_tree",
		    "it has %llu rows before it, with another tree than the %llu found",
		    (unsigned long long)m->before.size, (unsigned long long)now.size);
		k->tree_known = false;
	}
}
