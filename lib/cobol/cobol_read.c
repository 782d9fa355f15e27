/* A COBOL description of records, read line by line. */

#include "cobol/cobol_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/io.h"
#include "cobol/cobol_entry.h"
#include "cobol/cobol_place.h"
#include "cobol/cobol_words.h"

#define COBOL_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* The entry that is being read. */
struct reading {
	struct cobol *c;
	const char *file;
	struct cobol_word words[COBOL_MAX_WORDS];
	size_t n;     /* words of it so far; 0: none is open */
	size_t begun; /* its first line */
	size_t line;
};

/* The entry is whole: take it, with its place in a message. */
static int
reading_end(struct reading *rd, struct err *e)
{
	size_t n = rd->n;

	rd->n = 0;
	if (n == 0 || cobol_entry_item(rd->c, rd->words, n, rd->begun, e) == 0)
		return (0);
	return (err_prefix(e, "%s:%zu", rd->file, rd->begun));
}

/* Is it a level number, 01 to 49, 66, 77 or 88, before a name? */
static bool
reading_begins(const struct cobol_word *words, size_t n)
{
	size_t level;

	return (n >= 2 && strlen(words[0].p) <= 2 && cobol_words_number(&words[0], &level) &&
	    ((level >= 1 && level <= 49) || level == 66 || level == 77 || level == 88) &&
	    !words[0].stop && !words[1].literal && strpbrk(words[1].p, COBOL_LETTERS) != NULL);
}

/* "RECORD ID NAME [UNDER ID] [KEY FIELD ...]": what the entries that follow describe. */
static int
reading_record(struct reading *rd, const struct cobol_word *w, size_t n, struct err *e)
{
	struct cobol *c = rd->c;
	struct cobol_record *r;
	size_t i = 3;

	if (n < 3)
		return (err_set(e, STATUS_DATA, "%s:%zu: RECORD needs an id and a name", rd->file,
		    rd->line));
	if (c->nrecords == COBOL_MAX_RECORDS)
		return (err_set(e, STATUS_DATA, "%s:%zu: more than %d records", rd->file, rd->line,
		    COBOL_MAX_RECORDS));
	r = &c->records[c->nrecords++];
	r->line = rd->line;
	r->id = w[1].p;
	r->name = w[2].p;
	if (i + 1 < n && cobol_words_is(&w[i], "UNDER")) {
		r->parent = w[i + 1].p;
		i += 2;
	}
	if (i + 1 < n && cobol_words_is(&w[i], "KEY")) {
		r->key = xcalloc(n - i, sizeof(*r->key));
		for (i++; i < n; i++)
			r->key[r->nkey++] = w[i].p;
	}
	if (i < n)
		return (err_set(e, STATUS_DATA,
		    "%s:%zu: '%.40s' is not understood after RECORD ID NAME", rd->file, rd->line,
		    w[i].p));
	return (0);
}

/* A comment, "* ...": one that begins with RECORD, LAYOUT, TITLE or LENGTH directs. */
static int
reading_comment(struct reading *rd, char *line, struct err *e)
{
	struct cobol_word w[COBOL_MAX_WORDS];
	struct cobol *c = rd->c;
	size_t n;

	line += strspn(line, "*> \t");
	if (strncmp(line, "TITLE ", 6) == 0) {
		if (c->title == NULL)
			c->title = line + 6 + strspn(line + 6, " \t");
		return (0);
	}
	if (strncmp(line, "RECORD ", 7) != 0 && strncmp(line, "LAYOUT ", 7) != 0 &&
	    strncmp(line, "LENGTH ", 7) != 0)
		return (0);
	n = cobol_words_cut(line, w, 0);
	if (cobol_words_is(&w[0], "RECORD"))
		return (reading_record(rd, w, n, e));
	if (n < 2)
		return (err_set(e, STATUS_DATA, "%s:%zu: %s needs a word after it", rd->file,
		    rd->line, w[0].p));
	if (cobol_words_is(&w[0], "LAYOUT")) {
		if (c->name == NULL)
			c->name = w[1].p;
	} else if (c->length == 0 &&
	    (!cobol_words_number(&w[1], &c->length) || c->length > COBOL_MAX_WIDTH)) {
		return (err_set(e, STATUS_DATA, "%s:%zu: '%.40s' is not a length", rd->file,
		    rd->line, w[1].p));
	}
	return (0);
}

/* A position may follow the full stop of the entry that was read last. */
static size_t
reading_position(struct reading *rd, const struct cobol_word *w, size_t n)
{
	struct cobol_record *r = rd->c->nrecords > 0 ? &rd->c->records[rd->c->nrecords - 1] : NULL;
	struct cobol_item *it = r != NULL && r->nitems > 0 ? &r->items[r->nitems - 1] : NULL;
	size_t printed;

	if (n == 0 || it == NULL || it->line != rd->begun || !cobol_words_number(w, &printed))
		return (0);
	it->printed = printed;
	return (1);
}

/* End each entry whose full stop is among the words from ${from} on. */
static int
reading_words(struct reading *rd, size_t from, struct err *e)
{
	struct cobol_word *w = rd->words;
	size_t n = rd->n, i, left;

	for (;;) {
		for (i = from; i < n && !w[i].stop; i++)
			continue;
		if (i == n)
			return (0);
		rd->n = i + 1;
		if (reading_end(rd, e))
			return (-1);
		left = n - i - 1;
		i++;
		if (!reading_begins(w + i, left))
			i += reading_position(rd, w + i, left);
		if (!reading_begins(w + i, n - i))
			return (0);
		memmove(w, w + i, (n - i) * sizeof(*w));
		rd->n = n -= i;
		rd->begun = rd->line;
		from = 0;
	}
}

/* One line of the description. */
static int
reading_line(struct reading *rd, char *line, struct err *e)
{
	size_t before = rd->n, n;
	char *p = line + strspn(line, " \t\f");

	if (*p == '\0')
		return (0);
	/* The sequence numbers of punched cards. */
	if (strspn(p, "0123456789") == 6 && (p[6] == ' ' || p[6] == '*'))
		p += 6 + strspn(p + 6, " \t");
	if (*p == '*')
		return (reading_comment(rd, p, e));
	n = cobol_words_cut(p, rd->words, before);
	if (reading_begins(rd->words + before, n - before)) {
		if (before > 0) {
			cobol_note(rd->c, rd->begun, "the entry has no full stop");
			rd->n = before;
			if (reading_end(rd, e))
				return (-1);
			memmove(rd->words, rd->words + before, (n - before) * sizeof(rd->words[0]));
			n -= before;
			before = 0;
		}
		rd->begun = rd->line;
	} else if (before == 0) {
		rd->c->skipped++;
		return (0);
	}
	rd->n = n;
	return (reading_words(rd, before, e));
}

/* Cut the text into lines and read each. */
static int
reading_all(struct reading *rd, struct err *e)
{
	char *p = rd->c->text.p, *nl;

	for (; p != NULL && *p != '\0'; p = nl) {
		if ((nl = strchr(p, '\n')) != NULL)
			*nl++ = '\0';
		p[strcspn(p, "\r")] = '\0';
		rd->line++;
		if (reading_line(rd, p, e))
			return (-1);
	}
	return (reading_end(rd, e));
}

/* Notes come from several passes: order them by line, those of one line as they came. */
static void
cobol_sort_notes(struct cobol *c)
{
	struct cobol_note n;
	size_t i, k;

	for (i = 1; i < c->nnotes; i++) {
		n = c->notes[i];
		for (k = i; k > 0 && c->notes[k - 1].line > n.line; k--)
			c->notes[k] = c->notes[k - 1];
		c->notes[k] = n;
	}
}

int
cobol_read(const char *path, struct cobol *c, struct err *e)
{
	struct reading *rd = xcalloc(1, sizeof(*rd));
	int rc;

	c->text.max = COBOL_MAX_TEXT;
	c->records = xcalloc(COBOL_MAX_RECORDS, sizeof(*c->records));
	rd->c = c;
	rd->file = path;
	rc = io_slurp(path, &c->text, e) || buf_str(&c->text, e) == NULL;
	if (rc == 0 && strlen(c->text.p) != c->text.len)
		rc = err_set(e, STATUS_DATA, "'%s' is not a text: it holds a NUL", path);
	rc = rc || reading_all(rd, e);
	free(rd);
	if (rc == 0 && c->nrecords == 0) {
		(void)err_set(e, STATUS_DATA, "'%s' holds no record: no entry of level 01", path);
		rc = err_hint(e, "doc/formats/cobol.md shows the form");
	}
	rc = rc || cobol_place(c, path, e);
	cobol_sort_notes(c);
	return (rc);
}
