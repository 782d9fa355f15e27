/* What came of each rule: counts, remarks, samples for the report. */

#include <string.h>

#include "rule/version_load.h"

void
version_count(struct version *v, struct intake_section *s, enum version_act act, uint64_t n)
{

	v->n.acts[act] += n;
	switch (act) {
	case VERSION_NEW:
		s->counts.inserted += n;
		break;
	case VERSION_CHANGED:
	case VERSION_PENDING:
	case VERSION_EXPIRED:
		s->counts.updated += n;
		break;
	case VERSION_SAME:
	case VERSION_AGREES:
		s->counts.unchanged += n;
		break;
	case VERSION_EARLY:
	case VERSION_PAST:
	case VERSION_ACTS:
	default:
		s->own.skipped += n;
		break;
	}
}

void
version_count_odd(struct version *v, struct intake_section *s, const char *place, const char *what)
{
	struct buf b = BUF_INIT(8192);

	book_count(&s->own, "implausible");
	v->n.odds++;
	if (v->nodd == VERSION_ODD)
		return;
	if (v->nodd == v->capodd)
		v->odd = xgrow(v->odd, &v->capodd, sizeof(*v->odd));
	if (buf_addf(&b, NULL, "%s: %s", place, what) == 0 && buf_str(&b, NULL) != NULL)
		v->odd[v->nodd++] = xstrdup(b.p);
	buf_free(&b);
}

void
version_count_sample(struct version *v, const char *identifier, const char *version,
    const char *act, const char *status, const char *summary)
{
	struct version_sample *s;

	if (v->nsamples == v->capsamples)
		v->samples = xgrow(v->samples, &v->capsamples, sizeof(*v->samples));
	s = &v->samples[v->nsamples++];
	s->identifier = xstrdup(identifier);
	s->version = xstrdup(version);
	s->act = xstrdup(act);
	s->status = xstrdup(status);
	s->summary = summary == NULL ? NULL : xstrdup(summary);
}
