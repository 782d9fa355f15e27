/* The words of a COBOL description. */

#include "cobol/cobol_words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

/* A literal in quotes from ${p} on, a doubled quote for one in it.  Return what follows it. */
static char *
cobol_words_literal(char *p, struct cobol_word *w)
{
	const char quote = *p++;
	char *to = p;

	w->p = to;
	w->literal = true;
	for (; *p != '\0'; p++) {
		if (*p == quote && *++p != quote)
			break;
		*to++ = *p;
	}
	w->stop = *p == '.';
	if (*p != '\0')
		p += *p == '.' || *p == ',' || *p == ';';
	*to = '\0';
	return (p);
}

/* A word up to a space.  Its comma or semicolon means nothing, its full stop ends the entry. */
static char *
cobol_words_plain(char *p, struct cobol_word *w)
{
	char *end;

	w->p = p;
	while (*p != '\0' && !isspace((unsigned char)*p))
		p++;
	end = p;
	if (*p != '\0')
		p++;
	*end = '\0';
	while (end > w->p && (end[-1] == ',' || end[-1] == ';'))
		*--end = '\0';
	if (end > w->p && end[-1] == '.') {
		*--end = '\0';
		w->stop = true;
	}
	return (p);
}

size_t
cobol_words_cut(char *line, struct cobol_word *words, size_t n)
{
	char *p = line;

	for (;;) {
		struct cobol_word w = { NULL, false, false };

		while (isspace((unsigned char)*p))
			p++;
		if (*p == '\0' || n == COBOL_MAX_WORDS)
			return (n);
		p = *p == '\'' || *p == '"' ? cobol_words_literal(p, &w) : cobol_words_plain(p, &w);
		if (w.literal || w.p[0] != '\0')
			words[n++] = w;
		else if (w.stop && n > 0)
			words[n - 1].stop = true;
	}
}

bool
cobol_words_number(const struct cobol_word *w, size_t *out)
{
	uint64_t v;

	if (w->literal || num_u64(w->p, strlen(w->p), 0, 1000000000, &v))
		return (false);
	*out = v;
	return (true);
}

bool
cobol_words_is(const struct cobol_word *w, const char *name)
{

	return (!w->literal && strcasecmp(w->p, name) == 0);
}
