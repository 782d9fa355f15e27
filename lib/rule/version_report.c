/* What a load of rules says of itself. */

#include <string.h>

#include "rule/version_load.h"

/* The figures of a report, all sections together. */
struct version_total {
	uint64_t read, skipped, rejected, duplicate;
	const uint64_t *acts;
};

/* Add up all sections; skipped leaves out rules whose day has not come or has passed. */
static struct version_total
version_report_total(const struct version *v)
{
	struct version_total t = { 0, 0, 0, 0, v->n.acts };
	size_t i;

	t.duplicate = intake_totals(v->in, &t.rejected, &t.skipped).duplicate;
	for (i = 0; i < intake_sections(v->in); i++)
		t.read += intake_section(v->in, i)->own.read;
	t.skipped -= t.acts[VERSION_EARLY] + t.acts[VERSION_PAST];
	return (t);
}

/* Report how many rules were read and what became of them, all sections together. */
static void
version_report_counts(const struct version *v, struct report *r)
{
	const struct version_total t = version_report_total(v);

	report_count(r, "read", "rules read", t.read);
	report_remark(r, "without_rule", "no rule", t.skipped, "records without values");
	report_rare(r, "rejected", "rejected", t.rejected);
	report_rare(r, "duplicate", "duplicate", t.duplicate);
	report_count(r, "new", "new", t.acts[VERSION_NEW]);
	report_count(r, "changed", "changed", t.acts[VERSION_CHANGED]);
	report_remark(r, "held_back", "held back", t.acts[VERSION_PENDING],
	    "another writer's version is in force");
	report_rare(r, "expired", "expired", t.acts[VERSION_EXPIRED]);
	report_count(r, "unchanged", "unchanged", t.acts[VERSION_SAME]);
	report_remark(r, "agrees", "agrees", t.acts[VERSION_AGREES], "with the version in force");
	report_remark(r, "early", "not yet", t.acts[VERSION_EARLY], "their day has not come");
	report_remark(r, "over", "over", t.acts[VERSION_PAST], "their last day has passed");
	report_remark(r, "draft", "draft", v->n.drafts, "versions that are not verified");
	report_remark(r, "to_review", "to review", v->n.reviews, "versions that wait for somebody");
	report_count(r, "implausible", NULL, v->n.odds);
	report_remark(r, "stale", "stale", v->n.stale, "snapshots of filings marked");
	if (t.acts[VERSION_NEW] + t.acts[VERSION_CHANGED] + t.acts[VERSION_PENDING] +
		t.acts[VERSION_EXPIRED] ==
	    0)
		report_line(r, "nothing new");
}

/* Report a list 'sources' with the figures of each file or stream. */
static void
version_report_sections(const struct version *v, struct report *r)
{
	size_t i;

	report_list(r, "sources");
	for (i = 0; i < intake_sections(v->in); i++) {
		const struct intake_section *s = intake_section(v->in, i);

		report_open(r, NULL);
		report_text(r, "source", NULL, s->source);
		report_text(r, "dataset", NULL, s->own.dataset);
		report_count(r, "read", NULL, s->own.read);
		report_count(r, "used", NULL, s->own.used);
		report_count(r, "skipped", NULL, s->own.skipped);
		report_count(r, "rejected", NULL, s->own.rejected);
		report_count(r, "flawed", NULL, s->own.flawed);
		report_close(r);
	}
	report_close(r);
}

/* What an expired or early rule is now is no version of this load. */
static void
version_report_sample(const struct version_sample *s, struct report *r)
{
	bool made = strcmp(s->act, "early") != 0 && strcmp(s->act, "expired") != 0;

	report_row(r);
	report_text(r, "act", "what", s->act);
	report_text(r, "rule", "rule", s->identifier);
	report_text(r, "version", NULL, s->version);
	report_text(r, "status", NULL, s->status);
	report_text(r, NULL, "version", made ? s->version : NULL);
	report_text(r, NULL, "status", made ? s->status : NULL);
	report_text(r, "summary", NULL, s->summary);
	if (s->summary != NULL)
		report_line(r, "%s", s->summary);
	report_close(r);
}

void
version_report(const struct version *v, struct report *r)
{
	size_t i;

	report_open(r, NULL);
	report_bool(r, "plan", v->plan);
	report_text(r, "run", NULL, v->run);
	report_text(r, "tenant", NULL, v->tenant);
	version_report_counts(v, r);
	version_report_sections(v, r);
	report_table(r, "samples");
	for (i = 0; i < v->nsamples; i++)
		version_report_sample(&v->samples[i], r);
	report_close(r);
	if (v->plan)
		report_line(r, "a plan: nothing was written");
	report_close(r);
}
