/* Differences of a schema that are known. */

#include "pg/accept.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "pg/pg.h"

enum { ACCEPT_TEXT_MAX = 16 << 20, ACCEPT_LINE_MAX = 4 << 20 };

const char accept_first[] = "#aegis-known 1";

struct accept_line {
	const char *text;
	bool met;
};

struct accept {
	struct buf text;
	struct accept_line *lines;
	size_t n, cap;
};

/* Order lines by their text, for qsort() and bsearch(). */
static int
accept_order(const void *a, const void *b)
{

	return (
	    strcmp(((const struct accept_line *)a)->text, ((const struct accept_line *)b)->text));
}

/* Cut the text into lines, which it keeps. */
static int
accept_cut(struct accept *a, struct err *e)
{
	char *line = buf_str(&a->text, e), *next;
	size_t number = 1;

	for (; line != NULL && *line != '\0'; line = next, number++) {
		next = line + strcspn(line, "\n");
		if (*next == '\n')
			*next++ = '\0';
		if (number == 1 && strcmp(line, accept_first) != 0)
			return (
			    err_set(e, STATUS_DATA, "it does not begin with '%s'", accept_first));
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (a->n == a->cap)
			a->lines = xgrow(a->lines, &a->cap, sizeof(*a->lines));
		a->lines[a->n++] = (struct accept_line){ line, false };
	}
	if (number == 1)
		return (err_set(e, STATUS_DATA, "it is empty"));
	if (a->n > 0)
		qsort(a->lines, a->n, sizeof(*a->lines), accept_order);
	return (0);
}

struct accept *
accept_read(const char *path, struct err *e)
{
	struct accept *a = xcalloc(1, sizeof(*a));

	a->text.max = ACCEPT_TEXT_MAX;
	if (io_slurp(path, &a->text, e) == 0) {
		if (accept_cut(a, e) == 0)
			return (a);
		(void)err_prefix(e, "%s", path);
		(void)err_hint(e, "write one with: aegis schema-check --list >FILE");
	}
	accept_free(a);
	return (NULL);
}

void
accept_free(struct accept *a)
{

	if (a == NULL)
		return;
	buf_free(&a->text);
	free(a->lines);
	free(a);
}

int
accept_write(struct buf *out, const struct drift *d, struct err *e)
{
	char *def = drift_normal(d->have != NULL ? d->have : d->want);
	const char *const v[] = { drift_word(d->what), d->kind, d->object, def };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof(v) / sizeof(v[0]); i++)
		rc =
		    (i > 0 && buf_add(out, "\t", 1, e)) || pg_copy_text(out, v[i], strlen(v[i]), e);
	free(def);
	return (rc);
}

bool
accept_knows(struct accept *a, const struct drift *d)
{
	struct buf line = BUF_INIT(ACCEPT_LINE_MAX);
	struct accept_line key = { NULL, false }, *found = NULL;

	if (a != NULL && a->n > 0 && accept_write(&line, d, NULL) == 0 &&
	    (key.text = buf_str(&line, NULL)) != NULL)
		found = bsearch(&key, a->lines, a->n, sizeof(*a->lines), accept_order);
	if (found != NULL)
		found->met = true;
	buf_free(&line);
	return (found != NULL);
}

size_t
accept_gone(const struct accept *a)
{
	size_t i, n = 0;

	for (i = 0; a != NULL && i < a->n; i++)
		n += !a->lines[i].met;
	return (n);
}
