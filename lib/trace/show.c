/* What a dataset said, described. */

#include "trace/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "stream/reject.h"

enum { SHOW_HEX = 20 }; /* bytes in hex, in the text */

/* A field under way. */
struct show {
	struct report *r;
	bool hide;       /* what it says may be a person's */
	size_t parts;    /* so far */
	struct buf text; /* the parts in short */
};

/* Is what the database has the value of the row? */
static bool
show_same(const char *has, const char *decoded)
{

	return (has == NULL || decoded == NULL ? has == decoded : strcmp(has, decoded) == 0);
}

/* The bytes in hex, two digits each, a blank between them; cut after ${most}. */
static void
show_hex(const unsigned char *p, size_t len, size_t most, const char *between, struct buf *out)
{
	char hex[2];
	size_t i;

	out->len = 0;
	for (i = 0; i < len && i < most; i++) {
		num_hex(hex, p + i, 1);
		(void)(buf_adds(out, i > 0 ? between : "", NULL) || buf_add(out, hex, 2, NULL));
	}
	if (len > most)
		(void)buf_addf(out, NULL, " ... (%zu bytes)", len);
	(void)buf_str(out, NULL);
}

/* excerpt_fn: a row of the table of one field's parts. */
static void
show_part(void *cookie, const struct excerpt_part *p)
{
	struct show *s = cookie;
	struct report *r = s->r;
	struct buf hex = BUF_INIT(1 << 20);
	const bool hide = s->hide, read = p->field != NULL && p->bytes != NULL;

	s->parts++;
	report_row(r);
	report_text(r, "segment", "record", p->segment);
	report_text(r, "segment_name", NULL, p->name);
	report_text(r, "file", p->pattern != NULL ? "of" : NULL, p->pattern);
	report_count(r, "record", "number", p->record);
	report_count(r, "offset", NULL, p->offset);
	report_text(r, "field", "field", p->field);
	if (p->placed) {
		report_count(r, "at", "at byte", p->at);
		report_count(r, "length", "bytes", p->len);
	} else {
		report_null(r, "at");
		report_null(r, "length");
	}
	if (read && !hide) {
		show_hex(p->bytes, p->len, report_is_json(r) ? SIZE_MAX : SHOW_HEX,
		    report_is_json(r) ? "" : " ", &hex);
		report_text(r, "hex", "in hex", hex.p != NULL ? hex.p : "");
		report_text(r, "text", "as text", p->text);
	} else if (read) {
		report_text(r, "hex", "in hex", FAULT_HIDDEN);
	}
	report_close(r);
	buf_free(&hex);
}

/* excerpt_fn: the parts in a few words. */
static void
show_short(void *cookie, const struct excerpt_part *p)
{
	struct show *s = cookie;

	if (++s->parts > 3)
		return;
	(void)buf_addf(&s->text, NULL, "%s%s%s%s", s->parts > 1 ? ", " : "", p->segment,
	    p->field != NULL ? " " : "", p->field != NULL ? p->field : "");
	if (p->placed)
		(void)buf_addf(&s->text, NULL, " at %llu", (unsigned long long)p->at);
}

bool
show_hides(const struct trace_options *o, const struct entity_definition *d, const char *field)
{

	return (!o->persons && d != NULL && field != NULL && definition_person(d, field));
}

/* What the database has of the field, as text; NULL: nothing. */
static char *
show_stored(const struct json *stored, const char *field)
{
	const struct json *v = stored != NULL ? json_get(stored, field) : NULL;
	struct buf b = BUF_INIT(1 << 26);
	struct json_writer *w;
	char *s = NULL;

	if (v == NULL || v->kind == JSON_NULL)
		return (NULL);
	if (v->kind == JSON_STRING || v->kind == JSON_NUMBER)
		return (xstrdup(v->text));
	if (v->kind == JSON_BOOL)
		return (xstrdup(v->truth ? "true" : "false"));
	w = json_writer_new(&b);
	json_put_value(w, v);
	if (json_writer_end(w, NULL) == 0 && buf_str(&b, NULL) != NULL)
		s = xstrdup(b.p);
	json_writer_free(w);
	buf_free(&b);
	return (s);
}

/* One field of the row. */
static int
show_field(const struct trace_options *o, const struct entity_definition *d, struct remake *m,
    size_t i, const struct json *stored, struct report *r, bool *differs, struct err *e)
{
	struct show s = { .r = r, .text = BUF_INIT(1 << 16) };
	const bool json = report_is_json(r), one = o->field != NULL;
	const struct field_definition *f;
	struct stream_field v;
	const char *column, *key;
	char *decoded, *has;
	int rc;

	remake_field(m, i, &f, &column, &v);
	key = f != NULL ? f->key : column;
	if (one && strcmp(key, o->field) != 0)
		return (0);
	s.hide = show_hides(o, d, key);
	decoded = v.null ? NULL : xstrndup(v.p, v.len);
	has = show_stored(stored, key);
	if (one && !json)
		report_title(r, "%s", key);
	else
		report_row(r);
	report_text(r, "field", one ? NULL : "field", key);
	if (f != NULL)
		report_text(r, "column", one ? "column" : NULL, column);
	if (stored != NULL && d != NULL)
		report_text(r, "stored", one ? "in the database" : NULL,
		    s.hide && has != NULL ? FAULT_HIDDEN : has);
	report_text(r, "decoded", one ? "decoded now" : "value",
	    s.hide && decoded != NULL ? FAULT_HIDDEN : decoded);
	if (one || json) {
		report_table(r, "parts");
		rc = remake_parts(m, column, show_part, &s, e);
		report_close(r);
	} else {
		rc = remake_parts(m, column, show_short, &s, e);
		if (s.parts > 3)
			(void)buf_addf(&s.text, NULL, " and %zu more", s.parts - 3);
		report_text(r, NULL, "made of",
		    s.text.len > 0 && buf_str(&s.text, NULL) != NULL ? s.text.p : NULL);
	}
	if (remake_result(m) == REMAKE_PROVED && !show_same(has, decoded)) {
		*differs = true;
		report_finding(r, "%sthe database has another value: %s", one ? "" : "  ",
		    has == NULL ? "none" :
			s.hide  ? FAULT_HIDDEN :
				  has);
	}
	if (!one || json)
		report_close(r);
	free(decoded);
	free(has);
	buf_free(&s.text);
	return (rc);
}

/* Whether a digest of the books is today's. */
static const char *
show_since(const char *then, const char *now)
{

	return (then == NULL || now == NULL ? NULL :
		strcmp(then, now) == 0      ? "as today" :
					      "changed since");
}

/* A digest in short, and what there is to say of it. */
static void
show_digest(struct report *r, const char *key, const char *label, const char *digest,
    const char *remark)
{
	char line[120];

	report_text(r, key, NULL, digest);
	if (digest == NULL)
		return;
	(void)snprintf(line, sizeof(line), "%.16s%s%s", digest, remark != NULL ? ", " : "",
	    remark != NULL ? remark : "");
	report_text(r, NULL, label, line);
}

/* Where the row stands, who read it, how it was mapped. */
static void
show_books(const struct said *s, const struct entity_definition *d, struct report *r)
{
	char run[200], place[80];

	report_text(r, "dataset", NULL, s->dataset);
	report_text(r, "role", NULL, s->role);
	report_text(r, "source", "source", s->source);
	report_text(r, "source_sha256", "SHA-256", s->sha256);
	if (s->placed) {
		(void)snprintf(place, sizeof(place), "%llu, at byte %llu",
		    (unsigned long long)s->record, (unsigned long long)s->offset);
		report_text(r, NULL, "record", place);
		report_count(r, "record", NULL, s->record);
		report_count(r, "offset", NULL, s->offset);
	} else {
		report_null(r, "record");
		report_null(r, "offset");
	}
	report_text(r, "loaded", "loaded", s->loaded);
	(void)snprintf(run, sizeof(run), "%s%s%.60s%s", s->run != NULL ? s->run : "-",
	    s->pipeline != NULL ? " (" : "", s->pipeline != NULL ? s->pipeline : "",
	    s->pipeline != NULL ? ")" : "");
	report_text(r, NULL, "by run", run);
	report_text(r, "run", NULL, s->run);
	report_text(r, "pipeline", NULL, s->pipeline);
	report_text(r, "started", NULL, s->started);
	report_text(r, "version", "AEGIS Batch", s->version);
	show_digest(r, "layout_sha256", "layout", s->layout, NULL);
	show_digest(r, "mapping_sha256", d != NULL ? "mapping" : "rules", s->mapping,
	    d != NULL ? show_since(s->mapping, d->sha256) : NULL);
	report_text(r, "digest", NULL, s->digest);
}

/* What the row that was made again proves. */
static void
show_proof(const struct remake *m, struct report *r)
{
	static const char *const words[] = { "none", "proved", "changed", "shown", "other" };

	report_text(r, "file", "read from", remake_file(m));
	report_text(r, "result", NULL, words[remake_result(m)]);
	report_text(r, "why", NULL, remake_why(m)[0] != '\0' ? remake_why(m) : NULL);
	switch (remake_result(m)) {
	case REMAKE_PROVED:
		report_text(r, NULL, "proof",
		    "the row, made again, has the digest of the one loaded");
		break;
	case REMAKE_CHANGED:
		report_line(r,
		    "The definitions have changed since: what follows is the row as it would be mapped today.");
		break;
	case REMAKE_OTHER:
		report_finding(r, "NOT THE SAME: %s", remake_why(m));
		break;
	case REMAKE_NONE:
		report_line(r, "Its bytes are not shown: %s.", remake_why(m));
		break;
	case REMAKE_SHOWN:
	default:
		break;
	}
}

int
show_said(const struct trace_options *o, const struct said *s, const struct entity_definition *d,
    struct remake *m, const struct json *stored, struct report *r, bool *differs, struct err *e)
{
	size_t i;
	int rc = 0;

	report_title(r, "%s%s", s->dataset, strcmp(s->role, "enrich") == 0 ? " (enriches)" : "");
	report_open(r, NULL);
	show_books(s, d, r);
	show_proof(m, r);
	if (o->field == NULL || report_is_json(r))
		report_table(r, "fields");
	for (i = 0; rc == 0 && i < remake_fields(m); i++)
		rc = show_field(o, d, m, i, stored, r, differs, e);
	if (o->field == NULL || report_is_json(r))
		report_close(r);
	report_close(r);
	return (rc);
}
