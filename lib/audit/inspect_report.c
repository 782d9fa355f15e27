/* What the audit check found, as text or JSON. */

#include "audit/inspect_report.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/screen.h"

/* How far a checkpoint that the auditor holds reaches: 0, no such one. */
static const struct inspect_held *
report_anchor(const struct inspect *k)
{
	const struct inspect_held *best = NULL;
	size_t i;

	for (i = 0; i < k->o->nheld; i++) {
		const struct inspect_held *h = &k->o->held[i];

		if (h->used && h->met && (best == NULL || h->c.size > best->c.size))
			best = h;
	}
	return (best);
}

static int
report_tail(const struct inspect *k, struct buf *out, struct err *e)
{
	const struct inspect_held *h = report_anchor(k);

	if (h == NULL)
		return (buf_adds(out,
		    "  tail        not anchored: archives missing at the end would not be seen "
		    "(--expect-checkpoint)\n",
		    e));
	return (screen_addf(out, e, "  tail        anchored up to %llu rows by '%s'\n",
	    (unsigned long long)h->c.size, h->path));
}

static int
report_verdicts(const struct inspect *k, struct buf *out, struct err *e)
{
	size_t i;

	if (buf_adds(out, "  verdicts   ", e))
		return (-1);
	for (i = 0; i < k->ncounts; i++)
		if (screen_addf(out, e, "%s %s %llu", i > 0 ? "," : "", k->counts[i].word,
			(unsigned long long)k->counts[i].n))
			return (-1);
	return (buf_adds(out, k->ncounts > 0 ? "\n" : " none\n", e));
}

int
inspect_report_text(const struct inspect *k, struct buf *out, struct err *e)
{
	char from[28], to[28];
	size_t i;

	if (screen_addf(out, e,
		"%s: %llu archives, sequence %llu to %llu, %.10s to %.10s, %llu rows (%llu late)\n",
		k->table, (unsigned long long)k->archives, (unsigned long long)k->first_sequence,
		(unsigned long long)k->last_sequence, instant_text(from, k->period.from),
		instant_text(to, k->period.to), (unsigned long long)k->rows,
		(unsigned long long)k->late) ||
	    screen_addf(out, e, "  log         %s\n", k->origin) ||
	    screen_addf(out, e, "  signatures  %s\n",
		k->o->keys.n > 0 ? "looked at" : "NOT looked at (--without-key)") ||
	    report_tail(k, out, e) || report_verdicts(k, out, e))
		return (-1);
	for (i = 0; i < k->n; i++)
		if (screen_addf(out, e, "  FINDING     %s%s%s: %s\n", k->findings[i].archive,
			k->findings[i].archive[0] != '\0' ? ": " : "", k->findings[i].code,
			k->findings[i].text))
			return (-1);
	return (k->n == 0 ?
		buf_adds(out, "  no findings: the archives are whole and unchanged\n", e) :
		screen_addf(out, e, "  %zu finding%s\n", k->n, k->n > 1 ? "s" : ""));
}

void
inspect_report_json(const struct inspect *k, struct json_writer *w)
{
	const struct inspect_held *h = report_anchor(k);
	char when[28];
	size_t i;

	json_put_object(w);
	json_member_text(w, "table", k->table);
	json_member_text(w, "log", k->origin);
	json_member_u64(w, "archives", k->archives);
	json_member_u64(w, "first_sequence", k->first_sequence);
	json_member_u64(w, "last_sequence", k->last_sequence);
	json_member_text(w, "from", instant_text(when, k->period.from));
	json_member_text(w, "to", instant_text(when, k->period.to));
	json_member_u64(w, "rows", k->rows);
	json_member_u64(w, "late", k->late);
	json_put_key(w, "signatures_checked");
	json_put_bool(w, k->o->keys.n > 0);
	json_put_key(w, "anchored_rows");
	if (h == NULL) {
		json_put_null(w);
	} else {
		char text[24];

		json_put_number(w, text,
		    (size_t)snprintf(text, sizeof(text), "%llu", (unsigned long long)h->c.size));
	}
	json_put_key(w, "verdicts");
	json_put_object(w);
	for (i = 0; i < k->ncounts; i++)
		json_member_u64(w, k->counts[i].word, k->counts[i].n);
	json_put_close(w);
	json_put_key(w, "findings");
	json_put_array(w);
	for (i = 0; i < k->n; i++) {
		json_put_object(w);
		json_member_text(w, "archive",
		    k->findings[i].archive[0] != '\0' ? k->findings[i].archive : NULL);
		json_member_text(w, "code", k->findings[i].code);
		json_member_text(w, "text", k->findings[i].text);
		json_put_close(w);
	}
	json_put_close(w);
	json_put_close(w);
}
