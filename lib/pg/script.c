/* Where the statements of an SQL script end. */

#include "pg/script.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* The end of what ${open} opens at ${p}, such as a string: behind its closing mark, or the text's. */
static char *
script_behind(char *p, const char *close)
{
	char *end = strstr(p, close);

	return (end != NULL ? end + strlen(close) : p + strlen(p));
}

/* Behind a comment that begins at ${p}; such comments stand in one another. */
static char *
script_comment(char *p)
{
	size_t depth = 0;

	do {
		if (p[0] == '/' && p[1] == '*') {
			depth++;
			p += 2;
		} else if (p[0] == '*' && p[1] == '/') {
			depth--;
			p += 2;
		} else {
			p++;
		}
	} while (depth > 0 && *p != '\0');
	return (p);
}

/* Behind the dollar quote that begins at ${p}, or ${p} where none does: $$, $tag$. */
static char *
script_dollar(char *p)
{
	char tag[64];
	size_t n = 1;

	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	if (p[n] != '$' || isdigit((unsigned char)p[1]) || n + 2 > sizeof(tag))
		return (p);
	memcpy(tag, p, n + 1);
	tag[n + 1] = '\0';
	return (script_behind(p + n + 1, tag));
}

/* Behind the string that begins with the quote at ${p}; a backslash escapes where ${escapes}. */
static char *
script_string(char *p, bool escapes)
{

	for (p++; *p != '\0'; p++) {
		if (escapes && *p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '\'')
			return (p + 1);
	}
	return (p);
}

/* Behind the string, quoted name, comment or dollar quote at ${p}; ${p} where none begins there. */
static char *
script_skip(const char *text, char *p)
{

	if (*p == '\'')
		return (script_string(p, p > text && (p[-1] == 'E' || p[-1] == 'e')));
	if (*p == '"')
		return (script_behind(p + 1, "\""));
	if (*p == '$')
		return (script_dollar(p));
	if (p[0] == '-' && p[1] == '-')
		return (p + strcspn(p, "\n"));
	if (p[0] == '/' && p[1] == '*')
		return (script_comment(p));
	return (p);
}

char *
script_next(char *text, struct script_statement *s)
{
	static const char gexec[] = "\\gexec";
	char *p = text, *behind;
	bool any = false;

	s->sql = text;
	s->gexec = false;
	while (*p != '\0') {
		behind = script_skip(text, p);
		if (behind != p) {
			any = any || (*p != '-' && *p != '/');
			p = behind;
		} else if (*p == ';') {
			*p = '\0';
			return (p + 1);
		} else if (strncmp(p, gexec, sizeof(gexec) - 1) == 0) {
			*p = '\0';
			s->gexec = true;
			return (p + sizeof(gexec) - 1);
		} else {
			any = any || !isspace((unsigned char)*p);
			p++;
		}
	}
	return (any ? p : NULL);
}
