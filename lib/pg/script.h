#ifndef AEGIS_PG_SCRIPT_H
#define AEGIS_PG_SCRIPT_H

#include <stdbool.h>

/*
 * SQL as psql takes it, cut into statements.
 */
struct script_statement {
	char *sql;  /* in the script's own memory, ended by a NUL; "" for a blank one */
	bool gexec; /* ended by \gexec: the values that it answers are statements themselves */
};

/**
 * script_next(text, s):
 * Cut the next statement off ${text}, which is changed: up to a ';' or "\gexec" that stands in no
 * string, quoted name, dollar quote or comment.  Set ${s}; return where the rest begins, or NULL
 * where nothing but blanks and comments is left.
 */
char *script_next(char *text, struct script_statement *s);

#endif
