/* What a load of rules says of itself. */

#include <string.h>

#include "base/json.h"
#include "base/screen.h"
#include "rule/version_load.h"

/* The figures of a report, all sections together. */
struct version_total {
	uint64_t read, skipped, rejected, duplicate;
	const uint64_t *acts;
};

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

static int
version_report_line(struct buf *out, const char *name, uint64_t n, bool rare, const char *what,
    struct err *e)
{

	if (rare && n == 0)
		return (0);
	return (screen_addf(out, e, "%-14s %9llu%s%s\n", name, (unsigned long long)n,
	    what[0] != '\0' ? "   " : "", what));
}

static int
version_report_text(const struct version *v, struct buf *out, struct err *e)
{
	const struct version_total t = version_report_total(v);
	size_t i;

	if (version_report_line(out, "rules read", t.read, false, "", e) ||
	    version_report_line(out, "no rule", t.skipped, true, "records without figures", e) ||
	    version_report_line(out, "rejected", t.rejected, true, "", e) ||
	    version_report_line(out, "duplicate", t.duplicate, true, "", e) ||
	    version_report_line(out, "new", t.acts[VERSION_NEW], false, "", e) ||
	    version_report_line(out, "changed", t.acts[VERSION_CHANGED], false, "", e) ||
	    version_report_line(out, "held back", t.acts[VERSION_PENDING], true,
		"another writer's version is in force", e) ||
	    version_report_line(out, "expired", t.acts[VERSION_EXPIRED], true, "", e) ||
	    version_report_line(out, "unchanged", t.acts[VERSION_SAME], false, "", e) ||
	    version_report_line(out, "agrees", t.acts[VERSION_AGREES], true,
		"with the version in force", e) ||
	    version_report_line(out, "not yet", t.acts[VERSION_EARLY], true,
		"their day has not come", e) ||
	    version_report_line(out, "over", t.acts[VERSION_PAST], true,
		"their last day has passed", e) ||
	    version_report_line(out, "draft", v->n.drafts, true, "versions that are not verified",
		e) ||
	    version_report_line(out, "to review", v->n.reviews, true,
		"versions that wait for somebody", e) ||
	    version_report_line(out, "stale", v->n.stale, true, "snapshots of filings marked", e))
		return (-1);
	for (i = 0; i < v->nsamples; i++) {
		const struct version_sample *s = &v->samples[i];

		if ((i == 0 && buf_adds(out, "\n", e)) ||
		    screen_addf(out, e, "%-9s %s", s->act, s->identifier) ||
		    (strcmp(s->act, "early") != 0 && strcmp(s->act, "expired") != 0 &&
			screen_addf(out, e, " version %s, %s", s->version, s->status)) ||
		    (s->summary != NULL && screen_addf(out, e, "\n          %s", s->summary)) ||
		    buf_add(out, "\n", 1, e))
			return (-1);
	}
	if (t.acts[VERSION_NEW] + t.acts[VERSION_CHANGED] + t.acts[VERSION_PENDING] +
		    t.acts[VERSION_EXPIRED] ==
		0 &&
	    buf_adds(out, "nothing new\n", e))
		return (-1);
	return (v->plan ? buf_adds(out, "\nNothing was written: this is a plan.\n", e) : 0);
}

static void
version_report_sections(const struct version *v, struct json_writer *w)
{
	size_t i;

	json_put_key(w, "sources");
	json_put_array(w);
	for (i = 0; i < intake_sections(v->in); i++) {
		const struct intake_section *s = intake_section(v->in, i);

		json_put_object(w);
		json_member_text(w, "source", s->source);
		json_member_text(w, "dataset", s->own.dataset);
		json_member_u64(w, "read", s->own.read);
		json_member_u64(w, "used", s->own.used);
		json_member_u64(w, "skipped", s->own.skipped);
		json_member_u64(w, "rejected", s->own.rejected);
		json_member_u64(w, "flawed", s->own.flawed);
		json_put_close(w);
	}
	json_put_close(w);
}

static int
version_report_json(const struct version *v, struct buf *out, struct err *e)
{
	const struct version_total t = version_report_total(v);
	struct json_writer *w = json_writer_new(out);
	size_t i;
	int rc;

	json_put_object(w);
	json_put_key(w, "plan");
	json_put_bool(w, v->plan);
	json_member_text(w, "run", v->run);
	json_member_text(w, "tenant", v->tenant);
	json_member_u64(w, "read", t.read);
	json_member_u64(w, "without_rule", t.skipped);
	json_member_u64(w, "rejected", t.rejected);
	json_member_u64(w, "duplicate", t.duplicate);
	json_member_u64(w, "new", t.acts[VERSION_NEW]);
	json_member_u64(w, "changed", t.acts[VERSION_CHANGED]);
	json_member_u64(w, "held_back", t.acts[VERSION_PENDING]);
	json_member_u64(w, "expired", t.acts[VERSION_EXPIRED]);
	json_member_u64(w, "unchanged", t.acts[VERSION_SAME]);
	json_member_u64(w, "agrees", t.acts[VERSION_AGREES]);
	json_member_u64(w, "early", t.acts[VERSION_EARLY]);
	json_member_u64(w, "over", t.acts[VERSION_PAST]);
	json_member_u64(w, "draft", v->n.drafts);
	json_member_u64(w, "to_review", v->n.reviews);
	json_member_u64(w, "implausible", v->n.odds);
	json_member_u64(w, "stale", v->n.stale);
	version_report_sections(v, w);
	json_put_key(w, "samples");
	json_put_array(w);
	for (i = 0; i < v->nsamples; i++) {
		json_put_object(w);
		json_member_text(w, "act", v->samples[i].act);
		json_member_text(w, "rule", v->samples[i].identifier);
		json_member_text(w, "version", v->samples[i].version);
		json_member_text(w, "status", v->samples[i].status);
		json_member_text(w, "summary", v->samples[i].summary);
		json_put_close(w);
	}
	json_put_close(w);
	json_put_close(w);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc ? rc : buf_add(out, "\n", 1, e));
}

int
version_report(const struct version *v, bool json, struct buf *out, struct err *e)
{

	return (json ? version_report_json(v, out, e) : version_report_text(v, out, e));
}
