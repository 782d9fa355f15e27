/* Do the values of a record suit its fields? */

#include "rrc/domain.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/choice.h"
#include "rrc/date.h"
#include "rrc/number.h"

enum {
	DOMAIN_NUMBERS = 8, /* numeric fields of a segment that are looked at in every record, */
	DOMAIN_FIRST = 4,   /* the first of these among them */
	DOMAIN_TELLS = 4,   /* values of a record, of fewer of which nothing is said */
	/* More than a third of the values do not suit, and where these are few, more than half. */
	DOMAIN_FEW = 3,
	DOMAIN_HALF = 2,
	DOMAIN_THIRD = 3,
};

struct domain_check {
	const struct layout_field *f;
	bool key;    /* a code that belongs to the segment's key */
	bool digits; /* digits suit */
	struct choice choice;
	unsigned char
	    *codes; /* of LAYOUT_DOMAIN_CODES: ${n} times the field's width, in raw bytes */
	size_t n;
};

/* Eight bytes of a record, and which of them are digits where all is well. */
struct domain_eight {
	size_t at;
	uint64_t mask;
};

/* Of a segment: the plain numbers stand first, then all that is looked at in every record. */
struct domain_segment {
	struct domain_check *checks;
	size_t plain, quick, n;
	struct domain_eight *eights; /* of the plain numbers */
	size_t neights;
};

struct domain {
	const struct charset *c;
	struct domain_segment segments[LAYOUT_MAX_SEGMENTS];
	size_t n;
};

/* Which checks are taken down. */
enum domain_pass { DOMAIN_PLAIN, DOMAIN_QUICK, DOMAIN_REST };

/* Is the field one whose bytes are a number, read the first time? */
static bool
domain_is_number(const struct layout_field *f)
{

	return (!f->redefines && f->domain == LAYOUT_DOMAIN_NONE &&
	    (f->kind == LAYOUT_DIGITS || f->kind == LAYOUT_ZONED || f->kind == LAYOUT_PACKED));
}

/* A field with codes: they stand as the file has them, filled up with spaces at their places. */
static void
domain_codes(struct domain_check *k, const struct charset *c, bool placed)
{
	const struct layout_field *f = k->f;
	size_t i;

	if (f->domain != LAYOUT_DOMAIN_CODES || !placed)
		return;
	k->codes = xcalloc(f->ndomain, f->width);
	memset(k->codes, c->blank, f->ndomain * f->width);
	for (i = 0; i < f->ndomain; i++)
		(void)charset_encode(c, f->domain_codes[i], k->codes + i * f->width, f->width);
	k->n = f->ndomain;
}

/* Is the ${nth} of ${numbers} numeric fields looked at in every record?  The first ones, and others from all
 * over the record. */
static bool
domain_is_quick(size_t nth, size_t numbers)
{
	const size_t rest = numbers > DOMAIN_FIRST ? numbers - DOMAIN_FIRST : 1;

	if (nth < DOMAIN_FIRST || numbers <= DOMAIN_NUMBERS)
		return (true);
	nth -= DOMAIN_FIRST;
	return ((nth + 1) * (DOMAIN_NUMBERS - DOMAIN_FIRST) / rest !=
	    nth * (DOMAIN_NUMBERS - DOMAIN_FIRST) / rest);
}

/* Are the field's bytes, where its record has them, plain digits as a rule, at one place? */
static bool
domain_is_plain(const struct layout *l, const struct layout_field *f)
{

	return (l->form == LAYOUT_RECORDS && f->when < 0 && f->width <= 8 && l->length >= 8 &&
	    f->at + f->width <= l->length && (f->kind == LAYOUT_DIGITS || f->kind == LAYOUT_ZONED));
}

/* The eight bytes of a record that hold a plain number. */
static struct domain_eight
domain_eight(const struct layout *l, const struct layout_field *f)
{
	struct domain_eight e = { f->at + 8 <= l->length ? f->at : l->length - 8, 0 };
	unsigned char mask[8] = { 0 };

	memset(mask + (f->at - e.at), 0xff, f->width);
	memcpy(&e.mask, mask, sizeof(e.mask));
	return (e);
}

/* Take down the segment's checks of a pass: plain numbers, other numbers and domains that are looked at in every
 * record, or all other numbers. */
static void
domain_take(struct domain *d, const struct layout *l, size_t segment, enum domain_pass pass)
{
	const struct layout_segment *s = &l->segments[segment];
	struct domain_segment *ds = &d->segments[segment];
	size_t numbers = 0, nth = 0, key, i;

	for (i = 0; i < s->nfields; i++)
		numbers += domain_is_number(&s->fields[i]);
	for (i = 0; i < s->nfields; i++) {
		const struct layout_field *f = &s->fields[i];
		const bool number = domain_is_number(f);
		const bool quick =
		    number ? domain_is_quick(nth++, numbers) : f->domain != LAYOUT_DOMAIN_NONE;
		const enum domain_pass mine = !quick ? DOMAIN_REST :
		    number && domain_is_plain(l, f)  ? DOMAIN_PLAIN :
						       DOMAIN_QUICK;
		struct domain_check *k = &ds->checks[ds->n];

		if (mine != pass || (!number && !quick))
			continue;
		k->f = f;
		for (key = 0; key < s->nkey; key++)
			k->key |= s->key[key] == i && f->domain == LAYOUT_DOMAIN_CODES;
		k->digits = f->domain == LAYOUT_DOMAIN_DIGITS ||
		    (f->domain == LAYOUT_DOMAIN_NONE && f->kind != LAYOUT_PACKED);
		choice_init(&k->choice, d->c, s, f);
		domain_codes(k, d->c, l->form == LAYOUT_RECORDS);
		if (pass == DOMAIN_PLAIN)
			ds->eights[ds->neights++] = domain_eight(l, f);
		ds->n++;
	}
}

struct domain *
domain_new(const struct layout *l, const struct charset *c)
{
	struct domain *d = xcalloc(1, sizeof(*d));
	size_t i;

	d->c = c;
	d->n = l->nsegments;
	for (i = 0; i < l->nsegments; i++) {
		struct domain_segment *s = &d->segments[i];

		s->checks = xcalloc(l->segments[i].nfields, sizeof(*s->checks));
		s->eights = xcalloc(DOMAIN_NUMBERS, sizeof(*s->eights));
		domain_take(d, l, i, DOMAIN_PLAIN);
		s->plain = s->n;
		domain_take(d, l, i, DOMAIN_QUICK);
		s->quick = s->n;
		domain_take(d, l, i, DOMAIN_REST);
	}
	return (d);
}

/* Is the value one of the field's codes?  Without a place it has a length of its own. */
static bool
domain_is_code(const struct domain_check *k, const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (memcmp(k->codes + i * n, p, n) == 0)
			return (true);
	for (i = 0; k->codes == NULL && i < k->f->ndomain; i++)
		if (strlen(k->f->domain_codes[i]) == n && memcmp(k->f->domain_codes[i], p, n) == 0)
			return (true);
	return (false);
}

/* Eight digits that are a day, six that are a month, or zeros. */
static bool
domain_is_date(const struct domain *d, const unsigned char *p, size_t n)
{
	struct number x;
	char day[10];

	if (number_digits(d->c, p, n, &x) != NUMBER_OK)
		return (false);
	return (number_is_zero(&x) || (n == 8 && date_day(x.digits, day) == DATE_OK) ||
	    (n == 6 && date_month(x.digits, day) == DATE_OK));
}

/* Does the value suit the field?  1, 0; -1: there is none. */
static int
domain_suits(const struct domain *d, const struct domain_check *k, const struct record *rec)
{
	struct number x;
	enum number_result res;
	size_t n;
	const unsigned char *p = record_field(rec, k->f, &n);

	if (!choice_holds(&k->choice, rec) || n == 0)
		return (-1);
	/* Most numbers are digits, also the zoned ones. */
	if (k->digits && n <= NUMBER_MAX_DIGITS && charset_digits(d->c, p, n))
		return (1);
	if (charset_empty(d->c, p, n))
		return (-1);
	switch (k->f->domain) {
	case LAYOUT_DOMAIN_CODES:
		return (domain_is_code(k, p, n));
	case LAYOUT_DOMAIN_DATE:
		return (domain_is_date(d, p, n));
	case LAYOUT_DOMAIN_DIGITS:
		return (number_digits(d->c, p, n, &x) == NUMBER_OK);
	case LAYOUT_DOMAIN_NONE:
		break;
	}
	res = k->f->kind == LAYOUT_ZONED ? number_zoned(d->c, p, n, &x) :
	    k->f->kind == LAYOUT_PACKED  ? number_packed(d->c, p, n, &x) :
					   number_digits(d->c, p, n, &x);
	return (res == NUMBER_OK || res == NUMBER_NULL);
}

/* Look at the checks from ${first} to ${end}; does a code of the key not exist? */
static bool
domain_count(const struct domain *d, const struct domain_segment *s, const struct record *rec,
    size_t first, size_t end, struct domain_seen *seen)
{
	bool strange = false;
	size_t i;

	for (i = first; i < end; i++) {
		int suits = domain_suits(d, &s->checks[i], rec);

		seen->looked += suits >= 0;
		seen->misfits += suits == 0;
		strange |= suits == 0 && s->checks[i].key;
	}
	return (strange);
}

/* Are all plain numbers digits, as they are in most records? */
static bool
domain_plain(const struct domain *d, const struct domain_segment *s, const struct record *rec)
{
	uint64_t bad = 0, x;
	size_t i;

	for (i = 0; i < s->neights; i++) {
		memcpy(&x, rec->p + s->eights[i].at, sizeof(x));
		bad |= charset_undigit(d->c, x, s->eights[i].mask);
	}
	return (bad == 0);
}

bool
domain_look(const struct domain *d, size_t segment, const struct record *rec,
    struct domain_seen *seen)
{
	const struct domain_segment *s = &d->segments[segment];
	struct domain_seen one = { 0, 0 };
	size_t first = 0;
	bool strange;

	if (domain_plain(d, s, rec))
		one.looked = first = s->plain;
	strange = domain_count(d, s, rec, first, s->quick, &one);
	seen->looked += one.looked;
	seen->misfits += one.misfits;
	if (one.misfits == 0)
		return (true);
	/* One that does not suit is a reason to look at all. */
	(void)domain_count(d, s, rec, s->quick, s->n, &one);
	if (one.looked < DOMAIN_TELLS)
		return (one.looked < 2 || !strange);
	return (
	    (one.misfits > DOMAIN_FEW ? DOMAIN_THIRD : DOMAIN_HALF) * one.misfits <= one.looked);
}

void
domain_free(struct domain *d)
{
	size_t i, k;

	if (d == NULL)
		return;
	for (i = 0; i < d->n; i++) {
		for (k = 0; k < d->segments[i].n; k++) {
			choice_release(&d->segments[i].checks[k].choice);
			free(d->segments[i].checks[k].codes);
		}
		free(d->segments[i].checks);
		free(d->segments[i].eights);
	}
	free(d);
}
