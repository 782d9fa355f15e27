/* The archives of one table, one after the other. */

#include "audit/inspect_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/inspect_archive.h"
#include "base/io.h"
#include "base/num.h"

/* Sequences that are not there, or there twice. */
static void
inspect_sequence(struct inspect *k, const struct chain_link *l)
{

	if (k->archives == 0)
		return;
	if (l->sequence == k->last_sequence) {
		inspect_add(k, l->name, "twice", "sequence %llu is there twice",
		    (unsigned long long)l->sequence);
	} else if (l->sequence != k->last_sequence + 1) {
		if (l->sequence == k->last_sequence + 2)
			inspect_add(k, "", "missing_archive", "sequence %llu is missing",
			    (unsigned long long)k->last_sequence + 1);
		else
			inspect_add(k, "", "missing_archive", "sequence %llu to %llu are missing",
			    (unsigned long long)k->last_sequence + 1,
			    (unsigned long long)l->sequence - 1);
		k->tree_known = false;
	}
}

/* Add the manifest's counts by verdict to the totals; words beyond MANIFEST_COUNTS_MAX are left
 * out. */
static void
inspect_counts(struct inspect *k, const struct manifest *m)
{
	size_t i, j;

	for (i = 0; i < m->ncounts; i++) {
		for (j = 0; j < k->ncounts; j++)
			if (strcmp(k->counts[j].word, m->counts[i].word) == 0)
				break;
		if (j == MANIFEST_COUNTS_MAX)
			continue;
		if (j == k->ncounts)
			k->counts[k->ncounts++] = (struct manifest_count){ .word = "", .n = 0 };
		memcpy(k->counts[j].word, m->counts[i].word, MANIFEST_WORD);
		k->counts[j].n += m->counts[i].n;
	}
}

/* Is a checkpoint that the auditor holds the one made for this archive? */
static void
inspect_named(struct inspect *k, const struct manifest *m, const char *sha256)
{
	size_t i;

	for (i = 0; i < k->o->nheld; i++) {
		struct inspect_anchor *h = &k->o->held[i];

		if (strcmp(h->c.origin, m->origin) != 0)
			continue;
		h->used = true;
		h->named |= strcmp(h->c.manifest_sha256, sha256) == 0;
	}
}

/* After the last archive, note a finding if a held checkpoint is of more rows, was not compared,
 * or its archive is missing. */
static void
inspect_one_held(struct inspect *k, const struct inspect_anchor *h)
{

	if (k->tree_known && h->c.size > k->tree.size)
		inspect_add(k, "", "rolled_back",
		    "'%s' is of %llu rows, but the archives hold %llu: the newest are missing",
		    h->path, (unsigned long long)h->c.size, (unsigned long long)k->tree.size);
	else if (!h->met)
		inspect_add(k, "", "not_compared",
		    "'%s' is of %llu rows: the archives that would tell are not whole", h->path,
		    (unsigned long long)h->c.size);
	else if (!h->named && h->c.manifest_sha256[0] != '\0')
		inspect_add(k, "", "missing_archive",
		    "the archive that '%s' was made for is missing, or was created again", h->path);
}

/* Check the archives in order and sum up their counts; one without a readable manifest makes the
 * tree unknown. Findings are not errors. */
static int
inspect_each(struct inspect *k, const struct chain *c, struct err *e)
{
	char sha256[DIGEST_SHA256_HEX + 1];
	struct manifest m;
	size_t i;
	int rc;

	for (i = 0; i < c->n; i++) {
		inspect_sequence(k, &c->v[i]);
		if ((rc = inspect_archive(k, &c->v[i], &m, sha256, e)) < 0)
			return (-1);
		k->archives++;
		k->last_sequence = c->v[i].sequence;
		if (rc == 0) {
			k->tree_known = false;
			k->previous[0] = '\0';
			continue;
		}
		(void)snprintf(k->previous, sizeof(k->previous), "%s", sha256);
		k->rows += m.rows;
		k->late += m.late;
		k->period.to = m.period.to;
		inspect_counts(k, &m);
		inspect_named(k, &m, sha256);
	}
	return (0);
}

struct inspect *
inspect_chain(const struct inspect_options *o, const struct chain *c, struct err *e)
{
	struct inspect *k = xcalloc(1, sizeof(*k));
	size_t i;

	k->o = o;
	k->leaves = -1;
	k->tree_known = true;
	k->line.max = ZST_LINE_MAX;
	k->checkpoint.max = NOTE_MAX;
	merkle_init(&k->tree);
	if ((o->prove != NULL && (k->leaves = io_spool(e)) < 0) || inspect_each(k, c, e)) {
		inspect_free(k);
		return (NULL);
	}
	for (i = 0; i < o->nheld; i++)
		if (o->held[i].used)
			inspect_one_held(k, &o->held[i]);
	return (k);
}
