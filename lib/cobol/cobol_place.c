/* Where the items of a record are, by the sum of their widths, and what disagrees with that. */

#include "cobol/cobol_place.h"

#include <string.h>
#include <strings.h>

/* Is the item's place that of another, so that it adds no bytes? */
static bool
place_shares(const struct cobol_item *it)
{

	return (it->redefines != NULL);
}

/* Each group's width: the items come after their group, so from the end up. */
static void
place_widths(struct cobol_record *r)
{
	size_t i;

	for (i = r->nitems; i-- > 0;) {
		struct cobol_item *it = &r->items[i], *up;

		if (it->parent < 0)
			continue;
		up = &r->items[it->parent];
		if (!place_shares(it) && up->pic == NULL)
			up->width += it->width * it->occurs;
	}
}

/* The item that ${r}->items[i] redefines: the last before it of that name in the same group. */
static int
place_target(const struct cobol_record *r, size_t i)
{
	const struct cobol_item *it = &r->items[i];
	size_t k;

	for (k = i; k-- > 0;)
		if (r->items[k].parent == it->parent &&
		    strcasecmp(r->items[k].name, it->redefines) == 0)
			return ((int)k);
	return (-1);
}

/* Place the item at ${at}, or where the one is that it redefines. */
static int
place_item(struct cobol *c, struct cobol_record *r, size_t i, size_t at, struct err *e)
{
	struct cobol_item *it = &r->items[i];
	const struct cobol_item *other;
	int k;

	it->at = at;
	it->again = it->parent >= 0 &&
	    (r->items[it->parent].again || r->items[it->parent].redefines != NULL);
	if (it->redefines == NULL)
		return (0);
	if ((k = place_target(r, i)) < 0)
		return (err_set(e, STATUS_DATA,
		    "%s redefines '%.60s', which does not exist before it in its group", it->name,
		    it->redefines));
	other = &r->items[k];
	it->at = other->at;
	if (it->width * it->occurs > other->width * other->occurs)
		cobol_note(c, it->line, "%s has %zu bytes, %s, which it redefines, %zu", it->name,
		    it->width * it->occurs, other->name, other->width * other->occurs);
	return (0);
}

/* Each item's place, from its group's on. */
static int
place_items(struct cobol *c, struct cobol_record *r, const char *file, struct err *e)
{
	size_t next[COBOL_MAX_ITEMS], i, at;

	for (i = 0; i < r->nitems; i++) {
		struct cobol_item *it = &r->items[i];

		if (it->parent >= 0 && r->items[it->parent].pic != NULL)
			return (err_set(e, STATUS_DATA,
			    "%s:%zu: %s is inside of %s, which has a PICTURE", file, it->line,
			    it->name, r->items[it->parent].name));
		if (i > 0 && it->parent < 0)
			return (err_set(e, STATUS_DATA, "%s:%zu: %s belongs to no record", file,
			    it->line, it->name));
		if (it->width == 0)
			return (err_set(e, STATUS_DATA,
			    "%s:%zu: %s has neither a PICTURE nor items in it", file, it->line,
			    it->name));
		at = it->parent < 0 ? 0 : next[it->parent];
		if (place_item(c, r, i, at, e))
			return (err_prefix(e, "%s:%zu", file, it->line));
		if (it->parent >= 0 && !place_shares(it))
			next[it->parent] = at + it->width * it->occurs;
		next[i] = it->at;
		if (it->at + it->width * it->occurs > COBOL_MAX_WIDTH)
			return (err_set(e, STATUS_DATA, "%s:%zu: the record has more than %d bytes",
			    file, it->line, COBOL_MAX_WIDTH));
	}
	r->width = r->items[0].width * r->items[0].occurs;
	return (0);
}

/* The printed positions: where the distance to the sums changes, something is wrong there. */
static void
place_compare(struct cobol *c, const struct cobol_record *r)
{
	long off = 0, now;
	size_t i;

	for (i = 0; i < r->nitems; i++) {
		const struct cobol_item *it = &r->items[i];

		if (it->printed == 0)
			continue;
		now = (long)it->printed - (long)(it->at + 1);
		if (now != off && now == 0)
			cobol_note(c, it->line,
			    "%s: position %zu is printed, which the widths before it sum to again",
			    it->name, it->printed);
		else if (now != off)
			cobol_note(c, it->line,
			    "%s: position %zu is printed, the widths before it sum to %zu",
			    it->name, it->printed, it->at + 1);
		off = now;
	}
}

/* A text literal that is wider than its item cannot stand in it. */
static void
place_values(struct cobol *c, const struct cobol_record *r)
{
	size_t i, k;

	for (i = 0; i < r->nitems; i++) {
		const struct cobol_item *it = &r->items[i];

		for (k = 0; k < it->nvalues; k++) {
			const char *text = it->values[k].text;

			if (!it->values[k].simple || it->kind != COBOL_TEXT ||
			    strlen(text) <= it->width || strcasecmp(text, "SPACE") == 0 ||
			    strcasecmp(text, "SPACES") == 0 || strncasecmp(text, "ZERO", 4) == 0 ||
			    strncasecmp(text, "HIGH-", 5) == 0 || strncasecmp(text, "LOW-", 4) == 0)
				continue;
			cobol_note(c, it->line, "%s has %zu bytes, its value '%.40s' %zu", it->name,
			    it->width, text, strlen(text));
		}
	}
}

/* Two items of one group with one name cannot be told apart. */
static void
place_names(struct cobol *c, const struct cobol_record *r)
{
	size_t i, k;

	for (i = 0; i < r->nitems; i++)
		for (k = 0; k < i && !cobol_is_filler(&r->items[i]); k++)
			if (r->items[k].parent == r->items[i].parent &&
			    strcasecmp(r->items[k].name, r->items[i].name) == 0)
				cobol_note(c, r->items[i].line, "%s is in its group twice",
				    r->items[i].name);
}

/* The first leaf is the record id; its VALUE is what stands there. */
static void
place_id(struct cobol_record *r)
{
	size_t i;

	for (i = 0; i < r->nitems && r->items[i].pic == NULL; i++)
		continue;
	if (r->id != NULL || i == r->nitems || r->items[i].nvalues != 1 ||
	    !r->items[i].values[0].simple || r->items[i].width > 2)
		return;
	r->id = r->items[i].values[0].text;
}

/* The length of a record, where nobody said it: what more than half of them have, or the longest. */
static size_t
place_length(const struct cobol *c)
{
	size_t i, k, n, longest = 0;

	for (i = 0; i < c->nrecords; i++) {
		for (k = n = 0; k < c->nrecords; k++)
			n += c->records[k].width == c->records[i].width;
		if (2 * n > c->nrecords)
			return (c->records[i].width);
		if (c->records[i].width > longest)
			longest = c->records[i].width;
	}
	return (longest);
}

int
cobol_place(struct cobol *c, const char *file, struct err *e)
{
	size_t i;

	for (i = 0; i < c->nrecords; i++) {
		struct cobol_record *r = &c->records[i];

		if (r->nitems == 0)
			return (err_set(e, STATUS_DATA, "%s:%zu: record %s has no entries", file,
			    r->line, r->id));
		place_widths(r);
		if (place_items(c, r, file, e))
			return (-1);
		place_compare(c, r);
		place_values(c, r);
		place_names(c, r);
		place_id(r);
	}
	if (c->length == 0)
		c->length = place_length(c);
	for (i = 0; i < c->nrecords; i++)
		if (c->records[i].width != c->length)
			cobol_note(c, c->records[i].line, "record %s has %zu bytes, not %zu",
			    c->records[i].id != NULL ? c->records[i].id : "?", c->records[i].width,
			    c->length);
	return (0);
}
