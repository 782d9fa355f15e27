/* Encoding and layout of a file, told from its first bytes. */

#include "rrc/probe.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/domain.h"
#include "rrc/frame.h"
#include "rrc/number.h"

/* How well the first records fit. */
struct probe {
	struct charset c;
	size_t records, known, bad_keys;
	size_t foreign; /* of those known: whose values do not suit their fields */
	struct domain_seen seen;
	uint64_t open; /* set: segments with a record open */
	bool root_first;
	struct domain *domain;
	unsigned char *pad; /* a line filled up with blanks */
};

int
probe_encoding(const char *s, enum probe_choice *out, struct err *e)
{

	if (strcmp(s, "auto") == 0)
		*out = PROBE_AUTO;
	else if (strcmp(s, "ascii") == 0)
		*out = PROBE_ASCII;
	else if (strcmp(s, "ebcdic") == 0)
		*out = PROBE_EBCDIC;
	else
		return (err_set(e, STATUS_USAGE, "unknown encoding '%s' (ebcdic, ascii, auto)", s));
	return (0);
}

/* Whether the field's digits or sign are invalid; binary and character fields never are. */
static bool
probe_number_bad(const struct charset *c, const struct layout_field *f, const unsigned char *p)
{
	struct number v;
	enum number_result r = NUMBER_OK;

	switch (f->kind) {
	case LAYOUT_DIGITS:
		r = number_digits(c, p, f->width, &v);
		break;
	case LAYOUT_ZONED:
		r = number_zoned(c, p, f->width, &v);
		break;
	case LAYOUT_PACKED:
		r = number_packed(c, p, f->width, &v);
		break;
	case LAYOUT_BINARY:
	case LAYOUT_CHAR:
	case LAYOUT_GROUP:
		break;
	}
	return (r == NUMBER_BAD_DIGITS || r == NUMBER_BAD_SIGN);
}

/* Whether the condition 'when' of ${f} is met, so that the record has this field; true without
 * one. */
static bool
probe_code_holds(const struct charset *c, const struct layout_segment *s,
    const struct layout_field *f, const unsigned char *rec, size_t len)
{
	const struct layout_field *on;
	size_t i, k;

	if (f->when < 0)
		return (true);
	on = &s->fields[f->when];
	if (on->at + on->width > len)
		return (false);
	for (i = 0; i < f->ncodes; i++) {
		for (k = 0; k < on->width; k++)
			if (rec[on->at + k] != c->raw[(unsigned char)f->codes[i][k]])
				break;
		if (k == on->width)
			return (true);
	}
	return (false);
}

/* Do the values of a record of ${segment} suit it? */
static void
probe_values(struct probe *pr, const struct layout *l, size_t segment, const unsigned char *rec,
    size_t len)
{
	struct record r = { rec, NULL };

	if (len < l->length) {
		memcpy(pr->pad, rec, len);
		memset(pr->pad + len, pr->c.blank, l->length - len);
		r.p = pr->pad;
	}
	pr->foreign += !domain_look(pr->domain, segment, &r, &pr->seen);
}

/* Count the record, whether its id is known and its place plausible, and whether its key is bad.
 */
static void
probe_record(struct probe *pr, const struct layout *l, const unsigned char *rec, size_t len)
{
	const struct layout_segment *s = NULL;
	size_t i, k;

	pr->records++;
	if (len < l->id_at + l->id_width)
		return;
	for (i = 0; i < l->nsegments && s == NULL; i++) {
		for (k = 0; k < l->id_width; k++)
			if (rec[l->id_at + k] != pr->c.raw[(unsigned char)l->segments[i].id[k]])
				break;
		if (k == l->id_width)
			s = &l->segments[i];
	}
	if (s == NULL)
		return;
	if (pr->records == 1)
		pr->root_first = s->parent < 0;
	/* A known id counts where the record could be one of its kind. */
	if (len > s->length && pr->c.id == CHARSET_ASCII)
		return;
	if (s->parent >= 0 && (pr->open & l->segments[s->parent].bit) == 0)
		return;
	pr->open = (pr->open & s->ancestors) | s->bit;
	pr->known++;
	for (i = 0; i < s->nkey; i++) {
		const struct layout_field *f = &s->fields[s->key[i]];

		if (f->at + f->width <= len && probe_code_holds(&pr->c, s, f, rec, len) &&
		    probe_number_bad(&pr->c, f, rec + f->at)) {
			pr->bad_keys++;
			break;
		}
	}
	probe_values(pr, l, (size_t)(s - l->segments), rec, len);
}

/* Rate the first records of ${head}, cut and read as files in character set ${id} are. */
static void
probe_as(struct probe *pr, const struct layout *l, enum charset_id id, const unsigned char *head,
    size_t len)
{
	const unsigned char *nl;
	size_t n;

	memset(pr, 0, sizeof(*pr));
	charset_init(&pr->c, id);
	pr->domain = domain_new(l, &pr->c);
	pr->pad = xcalloc(1, l->length + FRAME_SLACK);
	while (len > 0 && pr->records < FRAME_HEAD_RECORDS) {
		if (id == CHARSET_EBCDIC) {
			n = l->length;
			if (len < n)
				break;
			probe_record(pr, l, head, n);
		} else {
			nl = memchr(head, '\n', len);
			/* The head may end within a line. */
			if (nl == NULL && pr->records > 0)
				break;
			n = nl != NULL ? (size_t)(nl - head) : len;
			probe_record(pr, l, head, n > 0 && head[n - 1] == '\r' ? n - 1 : n);
			n += nl != NULL;
		}
		head += n;
		len -= n;
	}
	domain_free(pr->domain);
	free(pr->pad);
}

enum { PROBE_VALUES = 16 }; /* of fewer values nothing is said */

/* Whether the values of the records are those of the layout: three of four records suit, and three of
 * four values, where there are enough to tell. */
static bool
probe_suits(const struct probe *pr)
{

	return (pr->seen.looked < PROBE_VALUES ||
	    (4 * pr->foreign <= pr->known && 4 * pr->seen.misfits <= pr->seen.looked));
}

/* Whether a root is first, most records are known, and most of those have a good key and values. */
static bool
probe_fits(const struct probe *pr)
{

	return (pr->root_first && 2 * pr->known > pr->records && 2 * pr->bad_keys < pr->known &&
	    probe_suits(pr));
}

/* Set ${e} to why the layout does not fit, with the first bytes shown; always return -1. */
static int
probe_refuse(const struct layout *l, const char *name, const struct probe *pr,
    const unsigned char *head, size_t len, struct err *e)
{
	size_t shown = len < 24 ? len : 24, i;
	char hex[64], text[120], why[200];

	for (i = 0; i < shown; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", head[i]);
	for (i = 0; i < shown; i++)
		text[i] = (char)pr->c.latin1[head[i]];
	for (i = 0; i < shown; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			text[i] = '.';
	text[shown] = '\0';
	if (pr->records == 0)
		(void)snprintf(why, sizeof(why), "its %zu bytes are less than one record", len);
	else if (2 * pr->known <= pr->records)
		(void)snprintf(why, sizeof(why),
		    "of its first %zu records %zu are of its kinds, "
		    "of their length and below their parent",
		    pr->records, pr->known);
	else if (!pr->root_first)
		(void)snprintf(why, sizeof(why), "its first record is not a root record (%s)",
		    l->segments[0].id);
	else if (!probe_suits(pr))
		(void)snprintf(why, sizeof(why),
		    "of the values in its first %zu records %zu of %zu do not suit their fields",
		    pr->records, pr->seen.misfits, pr->seen.looked);
	else
		(void)snprintf(why, sizeof(why),
		    "of its first %zu records %zu have a key that cannot "
		    "be decoded",
		    pr->records, pr->bad_keys);
	(void)err_set(e, STATUS_DATA, "'%s' does not fit layout %s: %s; it begins with %s '%s'",
	    name, l->name, why, hex, text);
	return (err_hint(e,
	    "%s has %s of %zu bytes with a record id in byte%s %zu, and a %s record first: see "
	    "--layout and --encoding",
	    l->name, pr->c.id == CHARSET_EBCDIC ? "EBCDIC records" : "ASCII lines", l->length,
	    l->id_width > 1 ? "s from" : "", l->id_at, l->segments[0].name));
}

int
probe_head(const struct layout *l, const char *name, const unsigned char *head, size_t len,
    enum probe_choice choice, enum charset_id *out, struct err *e)
{
	struct probe ascii, ebcdic, *best;

	if (len == 0)
		return (err_set(e, STATUS_NOINPUT, "'%s' is empty", name));
	probe_as(&ascii, l, CHARSET_ASCII, head, len);
	probe_as(&ebcdic, l, CHARSET_EBCDIC, head, len);
	if (choice == PROBE_AUTO && l->encoding[0] != '\0')
		choice = l->encoding[0] == 'a' ? PROBE_ASCII : PROBE_EBCDIC;
	if (choice == PROBE_ASCII)
		best = &ascii;
	else if (choice == PROBE_EBCDIC)
		best = &ebcdic;
	else if (probe_fits(&ascii) != probe_fits(&ebcdic))
		best = probe_fits(&ascii) ? &ascii : &ebcdic;
	else
		best = ebcdic.known * (ascii.records + 1) >= ascii.known * (ebcdic.records + 1) ?
		    &ebcdic :
		    &ascii;
	*out = best->c.id;
	if (probe_fits(best))
		return (0);
	return (probe_refuse(l, name, best, head, len, e));
}
