/* Names in a pipeline's args, filled in. */

#include "pipeline/expand.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

bool
expand_name_ok(const char *name)
{
	const char *p;

	if (name[0] < 'a' || name[0] > 'z')
		return (false);
	for (p = name; *p != '\0'; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9') && *p != '_')
			return (false);
	return (p - name <= 64);
}

/* The variable whose name is the ${len} bytes at ${name}, or NULL; owned by ${x}. */
static struct expand_var *
expand_find(const struct expand *x, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < x->n; i++)
		if (strlen(x->v[i].name) == len && memcmp(x->v[i].name, name, len) == 0)
			return (&x->v[i]);
	return (NULL);
}

void
expand_set(struct expand *x, const char *name, const char *value, const char *shown)
{
	struct expand_var *v = expand_find(x, name, strlen(name));

	if (v == NULL) {
		if (x->n == x->cap)
			x->v = xgrow(x->v, &x->cap, sizeof(*x->v));
		v = &x->v[x->n++];
		v->name = xstrdup(name);
	} else {
		free(v->value);
		free(v->shown);
	}
	v->value = xstrdup(value);
	v->shown = xstrdup(shown);
}

/* The value of ${NAME}, NAME being ${len} bytes at ${p}. */
static int
expand_one(const struct expand *x, const char *p, size_t len, struct buf *word, struct buf *shown,
    struct err *e)
{
	const struct expand_var *v;
	const char *value;
	char name[200], quoted[200];

	if (len > 4 && memcmp(p, "env:", 4) == 0 && len - 4 < sizeof(name)) {
		memcpy(name, p + 4, len - 4);
		name[len - 4] = '\0';
		if ((value = getenv(name)) == NULL)
			return (err_set(e, STATUS_CONFIG, "'%s' is not in the environment",
			    err_quote(quoted, sizeof(quoted), name, len - 4)));
		if (buf_adds(word, value, e) || buf_adds(shown, "${", e) ||
		    buf_add(shown, p, len, e) || buf_adds(shown, "}", e))
			return (-1);
		return (0);
	}
	if ((v = expand_find(x, p, len)) == NULL)
		return (err_set(e, STATUS_CONFIG, "setting '%s' of ${%s} does not exist",
		    err_quote(quoted, sizeof(quoted), p, len), quoted));
	return (buf_adds(word, v->value, e) || buf_adds(shown, v->shown, e));
}

/* Append ${s} with its ${NAME} references filled in to ${word} and ${shown}; "$${" stands for a
 * literal "${". */
static int
expand_into(const struct expand *x, const char *s, struct buf *word, struct buf *shown,
    struct err *e)
{
	const char *end;
	char quoted[200];

	while (*s != '\0') {
		size_t n = strcspn(s, "$");

		if (n == 0 && strncmp(s, "${", 2) == 0) {
			if ((end = strchr(s, '}')) == NULL)
				return (err_set(e, STATUS_CONFIG, "'%s' has no '}'",
				    err_quote(quoted, sizeof(quoted), s, strlen(s))));
			if (expand_one(x, s + 2, (size_t)(end - s) - 2, word, shown, e))
				return (-1);
			s = end + 1;
			continue;
		}
		if (n == 0 && strncmp(s, "$${", 3) == 0) {
			s++;
			n = 2;
		} else if (n == 0) {
			n = 1;
		}
		if (buf_add(word, s, n, e) || buf_add(shown, s, n, e))
			return (-1);
		s += n;
	}
	return (0);
}

int
expand_word(struct expand *x, const char *s, char **word, char **shown, struct err *e)
{
	struct buf w = BUF_INIT(EXPAND_WORD_MAX), h = BUF_INIT(EXPAND_WORD_MAX);
	struct err own = ERR_INIT;
	int rc = -1;

	if (expand_into(x, s, &w, &h, &own) == 0 && w.len + h.len <= x->left) {
		x->left -= w.len + h.len;
		*word = xstrndup(w.len ? w.p : "", w.len);
		*shown = xstrndup(h.len ? h.p : "", h.len);
		rc = 0;
	} else if (own.status == STATUS_CONFIG) {
		(void)err_set(e, STATUS_CONFIG, "%s", own.msg);
	} else {
		(void)err_set(e, STATUS_CONFIG, "too long when its names are filled in");
	}
	buf_free(&w);
	buf_free(&h);
	return (rc);
}

void
expand_free(struct expand *x)
{
	size_t i;

	for (i = 0; i < x->n; i++) {
		free(x->v[i].name);
		free(x->v[i].value);
		free(x->v[i].shown);
	}
	free(x->v);
	x->v = NULL;
	x->n = x->cap = 0;
}
