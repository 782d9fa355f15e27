/* What an audit check found. */

#include "audit/inspect_report.h"

#include <stdio.h>

#include "base/instant.h"

/* How far a checkpoint that the auditor holds reaches: 0, no such one. */
static const struct inspect_anchor *
inspect_report_anchor(const struct inspect *k)
{
	const struct inspect_anchor *best = NULL;
	size_t i;

	for (i = 0; i < k->o->nheld; i++) {
		const struct inspect_anchor *h = &k->o->held[i];

		if (h->used && h->met && (best == NULL || h->c.size > best->c.size))
			best = h;
	}
	return (best);
}

/* Report the rows by verdict: an object in JSON, one line in the text. */
static void
inspect_report_verdicts(const struct inspect *k, struct report *r)
{
	struct buf line = BUF_INIT(1 << 16);
	size_t i;

	report_open(r, "verdicts");
	for (i = 0; i < k->ncounts; i++)
		report_counted(r, &line, k->counts[i].word, k->counts[i].n);
	report_close(r);
	report_text(r, NULL, "verdicts", k->ncounts > 0 ? buf_str(&line, NULL) : "none");
	buf_free(&line);
}

/* List all findings, in JSON as objects, and conclude the text with their number. */
static void
inspect_report_findings(const struct inspect *k, struct report *r)
{
	size_t i;

	report_list(r, "findings");
	for (i = 0; i < k->n; i++) {
		const char *archive = k->findings[i].archive;

		report_finding(r, "FINDING  %s%s%s: %s", archive, archive[0] != '\0' ? ": " : "",
		    k->findings[i].code, k->findings[i].text);
		report_open(r, NULL);
		report_text(r, "archive", NULL, archive[0] != '\0' ? archive : NULL);
		report_text(r, "code", NULL, k->findings[i].code);
		report_text(r, "text", NULL, k->findings[i].text);
		report_close(r);
	}
	report_close(r);
	if (k->n == 0)
		report_line(r, "no findings: the archives are whole and unchanged");
	else
		report_line(r, "%zu finding%s", k->n, k->n > 1 ? "s" : "");
}

/* The chain's ends and size, which the text has in one line. */
static void
inspect_report_chain(const struct inspect *k, struct report *r)
{
	char from[28], to[28];

	(void)instant_text(from, k->period.from);
	(void)instant_text(to, k->period.to);
	report_title(r,
	    "%s: %llu archives, sequence %llu to %llu, %.10s to %.10s, %llu rows (%llu late)",
	    k->table, (unsigned long long)k->archives, (unsigned long long)k->first_sequence,
	    (unsigned long long)k->last_sequence, from, to, (unsigned long long)k->rows,
	    (unsigned long long)k->late);
	report_text(r, "table", NULL, k->table);
	report_text(r, "log", "log", k->origin);
	report_count(r, "archives", NULL, k->archives);
	report_count(r, "first_sequence", NULL, k->first_sequence);
	report_count(r, "last_sequence", NULL, k->last_sequence);
	report_text(r, "from", NULL, from);
	report_text(r, "to", NULL, to);
	report_count(r, "rows", NULL, k->rows);
	report_count(r, "late", NULL, k->late);
}

void
inspect_report(const struct inspect *k, struct report *r)
{
	const struct inspect_anchor *h = inspect_report_anchor(k);
	char tail[200];

	report_open(r, NULL);
	inspect_report_chain(k, r);
	report_bool(r, "signatures_checked", k->o->keys.n > 0);
	report_text(r, NULL, "signatures",
	    k->o->keys.n > 0 ? "checked" : "NOT checked (--without-key)");
	if (h == NULL) {
		report_null(r, "anchored_rows");
		report_text(r, NULL, "tail",
		    "not anchored: archives missing at the end would not be seen "
		    "(--expect-checkpoint)");
	} else {
		report_count(r, "anchored_rows", NULL, h->c.size);
		(void)snprintf(tail, sizeof(tail), "anchored up to %llu rows by '%s'",
		    (unsigned long long)h->c.size, h->path);
		report_text(r, NULL, "tail", tail);
	}
	inspect_report_verdicts(k, r);
	inspect_report_findings(k, r);
	report_close(r);
}
