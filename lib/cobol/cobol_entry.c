/* One data description entry: level, name and clauses. */

#include "cobol/cobol_entry.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { COBOL_MAX_DIGITS = 31, COBOL_LEVEL_RENAMES = 66, COBOL_LEVEL_VALUE = 88 };

/* What is read of an entry: its words, and how far. */
struct entry {
	struct cobol *c;
	const struct cobol_word *words;
	size_t n, i;
	size_t line;
	struct cobol_item *item;
	bool comp, comp3; /* USAGE */
};

/* The word that is next, if it is ${name}, is taken. */
static bool
entry_take(struct entry *en, const char *name)
{

	if (en->i >= en->n || !cobol_words_is(&en->words[en->i], name))
		return (false);
	en->i++;
	return (true);
}

/* How often a symbol of a PICTURE stands there: "9(5)" is five times, "9(0)" none; ${p} is moved
 * behind it.  -1: no number. */
static int
entry_times(const char **p)
{
	int n = 0;

	if (*++*p != '(')
		return (1);
	for (++*p; isdigit((unsigned char)**p) && n < COBOL_MAX_WIDTH; ++*p)
		n = n * 10 + (**p - '0');
	*p += strspn(*p, "0123456789");
	if (*(*p)++ != ')' || n > COBOL_MAX_WIDTH)
		return (-1);
	return (n);
}

/* Read a PICTURE: its bytes as DISPLAY, its digits and its sign. */
static int
entry_picture(struct entry *en, const char *pic, struct err *e)
{
	struct cobol_item *it = en->item;
	size_t width = 0, digits = 0, decimals = 0;
	bool sign = false, point = false, text = false;
	const char *p = pic;
	char symbol;
	int times;

	while (*p != '\0') {
		symbol = (char)toupper((unsigned char)*p);
		if (symbol == 'S' || symbol == 'V') {
			sign |= symbol == 'S';
			point |= symbol == 'V';
			p++;
			continue;
		}
		if (strchr("9XAZB0/,.+-*$", symbol) == NULL || (times = entry_times(&p)) < 0)
			return (
			    err_set(e, STATUS_DATA, "the PICTURE '%.40s' is not understood", pic));
		if (symbol != '9')
			text = true;
		else
			digits += (size_t)times;
		if (symbol == '9' && point)
			decimals += (size_t)times;
		width += (size_t)times;
	}
	if (text && (sign || point))
		return (err_set(e, STATUS_DATA, "the PICTURE '%.40s' is not understood", pic));
	if (width == 0 || width > COBOL_MAX_WIDTH || (!text && digits > COBOL_MAX_DIGITS))
		return (err_set(e, STATUS_DATA, "the PICTURE '%.40s' is too long", pic));
	it->pic = pic;
	it->width = width;
	it->digits = text ? 0 : digits;
	it->decimals = decimals;
	it->kind = text ? COBOL_TEXT : sign ? COBOL_ZONED : COBOL_DIGITS;
	return (0);
}

/* Is the word one of a clause, so that it ends the literals of a VALUE? */
static bool
entry_is_clause(const struct cobol_word *w)
{
	static const char *const clauses[] = { "PIC", "PICTURE", "OCCURS", "REDEFINES", "COMP",
		"COMP-3", "COMPUTATIONAL", "COMPUTATIONAL-3", "USAGE", "SIGN", "JUST", "JUSTIFIED",
		"BLANK", "SYNC", "SYNCHRONIZED", "DISPLAY", "BINARY", "PACKED-DECIMAL" };
	size_t i;

	for (i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++)
		if (cobol_words_is(w, clauses[i]))
			return (true);
	return (false);
}

/* The literals of a VALUE clause: a value of ${it}, called ${name} or its own. */
static int
entry_value(struct entry *en, struct cobol_item *it, const char *name, struct err *e)
{
	struct buf text = BUF_INIT(COBOL_MAX_TEXT);
	struct cobol_value *v;
	size_t first;
	bool range = false;

	while (entry_take(en, "IS") || entry_take(en, "ARE"))
		continue;
	for (first = en->i; en->i < en->n && !entry_is_clause(&en->words[en->i]); en->i++) {
		const struct cobol_word *w = &en->words[en->i];

		if (cobol_words_is(w, "THRU") || cobol_words_is(w, "THROUGH")) {
			range = true;
			if (buf_adds(&text, " THRU ", e))
				return (-1);
			continue;
		}
		if ((text.len > 0 && !range && buf_adds(&text, ", ", e)) ||
		    buf_adds(&text, w->p, e))
			return (-1);
		range = false;
	}
	if (en->i == first) {
		buf_free(&text);
		return (err_set(e, STATUS_DATA, "a VALUE without a literal"));
	}
	if (it->nvalues == it->values_cap)
		it->values = xgrow(it->values, &it->values_cap, sizeof(*it->values));
	v = &it->values[it->nvalues++];
	v->name = name;
	v->simple = en->i == first + 1;
	v->text = cobol_keep(en->c, xstrdup(text.len > 0 ? buf_str(&text, e) : ""));
	buf_free(&text);
	return (0);
}

/* OCCURS n [TO m] TIMES and what may follow. */
static int
entry_occurs(struct entry *en, struct err *e)
{
	size_t times = 0;

	if (en->i >= en->n || !cobol_words_number(&en->words[en->i++], &times))
		return (err_set(e, STATUS_DATA, "OCCURS without a number"));
	if (entry_take(en, "TO") &&
	    (en->i >= en->n || !cobol_words_number(&en->words[en->i++], &times)))
		return (err_set(e, STATUS_DATA, "OCCURS TO without a number"));
	if (times == 0 || times > COBOL_MAX_WIDTH)
		return (err_set(e, STATUS_DATA, "OCCURS %zu TIMES", times));
	(void)entry_take(en, "TIMES");
	if (entry_take(en, "DEPENDING")) {
		(void)entry_take(en, "ON");
		en->i++;
		cobol_note(en->c, en->line,
		    "%s occurs a varying number of times; its greatest is taken", en->item->name);
	}
	if (entry_take(en, "INDEXED")) {
		(void)entry_take(en, "BY");
		en->i++;
	}
	en->item->occurs = times;
	return (0);
}

/* A word that says how a number is stored. */
static bool
entry_usage(struct entry *en)
{

	(void)(entry_take(en, "USAGE") && entry_take(en, "IS"));
	if (entry_take(en, "COMP-3") || entry_take(en, "COMPUTATIONAL-3") ||
	    entry_take(en, "PACKED-DECIMAL"))
		return (en->comp3 = true);
	if (entry_take(en, "COMP") || entry_take(en, "COMPUTATIONAL") || entry_take(en, "BINARY") ||
	    entry_take(en, "COMP-4") || entry_take(en, "COMP-5"))
		return (en->comp = true);
	return (entry_take(en, "DISPLAY"));
}

/* Words that change no byte of a record. */
static bool
entry_idle(struct entry *en)
{

	return (entry_take(en, "JUSTIFIED") || entry_take(en, "JUST") || entry_take(en, "RIGHT") ||
	    entry_take(en, "BLANK") || entry_take(en, "WHEN") || entry_take(en, "ZERO") ||
	    entry_take(en, "ZEROS") || entry_take(en, "SYNC") || entry_take(en, "SYNCHRONIZED") ||
	    entry_take(en, "EXTERNAL") || entry_take(en, "GLOBAL"));
}

/* One clause of the entry. */
static int
entry_clause(struct entry *en, struct err *e)
{
	const size_t at = en->i;
	size_t printed;

	if (entry_take(en, "PIC") || entry_take(en, "PICTURE")) {
		(void)entry_take(en, "IS");
		if (en->i >= en->n)
			return (err_set(e, STATUS_DATA, "a PICTURE without its symbols"));
		return (entry_picture(en, en->words[en->i++].p, e));
	}
	if (entry_take(en, "OCCURS"))
		return (entry_occurs(en, e));
	if (entry_take(en, "REDEFINES")) {
		if (en->i >= en->n)
			return (err_set(e, STATUS_DATA, "REDEFINES without a name"));
		en->item->redefines = en->words[en->i++].p;
		return (0);
	}
	if (entry_take(en, "VALUE") || entry_take(en, "VALUES"))
		return (entry_value(en, en->item, NULL, e));
	if (entry_usage(en) || entry_idle(en))
		return (0);
	en->i = at;
	/* A position in front of the full stop, or where there is none. */
	if (en->i + 1 == en->n && cobol_words_number(&en->words[en->i], &printed)) {
		en->item->printed = printed;
		en->i++;
		return (0);
	}
	return (err_set(e, STATUS_DATA, "'%.40s' is not a clause that a record can have",
	    en->words[at].p));
}

/* The bytes of a number that is not DISPLAY; a usage of a group holds for what is in it. */
static int
entry_stored(struct entry *en, struct err *e)
{
	struct cobol_item *it = en->item;

	if (it->pic == NULL) {
		it->kind = COBOL_GROUP;
		it->usage = en->comp3 ? COBOL_PACKED : en->comp ? COBOL_BINARY : COBOL_GROUP;
		return (0);
	}
	if (!en->comp && !en->comp3)
		return (0);
	if (it->kind == COBOL_TEXT)
		return (err_set(e, STATUS_DATA, "%s is text: COMP does not fit", it->name));
	it->kind = en->comp3 ? COBOL_PACKED : COBOL_BINARY;
	if (en->comp3)
		it->width = it->digits / 2 + 1;
	else if (it->digits > 18)
		return (err_set(e, STATUS_DATA, "%s: COMP holds 18 digits at most", it->name));
	else
		it->width = it->digits <= 4 ? 2 : it->digits <= 9 ? 4 : 8;
	return (0);
}

/* Find the group that holds an item of this level, the last one of a lower level. */
static void
entry_parent(struct cobol_record *r, struct cobol_item *it)
{
	int i;

	it->parent = -1;
	it->depth = 1;
	for (i = (int)r->nitems - 2; i >= 0; i = r->items[i].parent)
		if (r->items[i].level < it->level)
			break;
	if (i < 0)
		return;
	it->parent = i;
	it->depth = r->items[i].depth + 1;
}

/* A level 88 names values of the item before. */
static int
entry_condition(struct entry *en, struct cobol_record *r, struct err *e)
{

	if (r == NULL || r->nitems == 0)
		return (err_set(e, STATUS_DATA, "a level 88 without an item before it"));
	if (!entry_take(en, "VALUE") && !entry_take(en, "VALUES"))
		return (err_set(e, STATUS_DATA, "a level 88 without VALUE"));
	return (entry_value(en, &r->items[r->nitems - 1], en->words[1].p, e));
}

/* The record that a level begins or goes on; a level 01 begins one. */
static int
entry_record(struct entry *en, unsigned level, struct cobol_record **out, struct err *e)
{
	struct cobol *c = en->c;
	struct cobol_record *r = c->nrecords > 0 ? &c->records[c->nrecords - 1] : NULL;

	/* A directive has begun it already. */
	if (level == 1 && (r == NULL || r->nitems > 0)) {
		if (c->nrecords == COBOL_MAX_RECORDS)
			return (err_set(e, STATUS_DATA, "more than %d records", COBOL_MAX_RECORDS));
		r = &c->records[c->nrecords++];
		r->line = en->line;
	}
	if (r == NULL || (r->nitems == 0 && level != 1))
		return (err_set(e, STATUS_DATA, "level %02u without a level 01 before it", level));
	if (r->nitems == COBOL_MAX_ITEMS)
		return (err_set(e, STATUS_DATA, "more than %d items", COBOL_MAX_ITEMS));
	*out = r;
	return (0);
}

int
cobol_entry_item(struct cobol *c, const struct cobol_word *words, size_t n, size_t line,
    struct err *e)
{
	struct entry en = { c, words, n, 2, line, NULL, false, false };
	struct cobol_record *r = c->nrecords > 0 ? &c->records[c->nrecords - 1] : NULL;
	struct cobol_item *it;
	size_t level = 0;

	(void)cobol_words_number(&words[0], &level);
	if (level == COBOL_LEVEL_VALUE)
		return (entry_condition(&en, r, e));
	if (level == COBOL_LEVEL_RENAMES) {
		cobol_note(c, line, "%s RENAMES others and is left out", words[1].p);
		return (0);
	}
	if (entry_record(&en, (unsigned)level, &r, e))
		return (-1);
	if (r->nitems == r->cap)
		r->items = xgrow(r->items, &r->cap, sizeof(*r->items));
	it = en.item = &r->items[r->nitems++];
	memset(it, 0, sizeof(*it));
	it->name = words[1].p;
	it->level = (unsigned)level;
	it->occurs = 1;
	it->line = line;
	while (en.i < en.n)
		if (entry_clause(&en, e))
			return (-1);
	entry_parent(r, it);
	/* USAGE of a group is each number's in it. */
	if (it->parent >= 0 && it->kind != COBOL_TEXT && !en.comp && !en.comp3) {
		en.comp3 = r->items[it->parent].usage == COBOL_PACKED;
		en.comp = r->items[it->parent].usage == COBOL_BINARY;
	}
	return (entry_stored(&en, e));
}
