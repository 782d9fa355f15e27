/* Where the statements of a script end: as psql cuts them. */
#include "pg/script.h"

#include <stdlib.h>

#include "../../tap.h"
#include "base/io.h"

/* The statements of ${text}, each in brackets, '!' behind one that \gexec ends. */
static void
cuts(const char *text, const char *want)
{
	char *copy = xstrdup(text), *p = copy, got[512] = "";
	struct script_statement s;
	size_t n = 0;

	while ((p = script_next(p, &s)) != NULL && n < sizeof(got))
		n +=
		    (size_t)snprintf(got + n, sizeof(got) - n, "[%s]%s", s.sql, s.gexec ? "!" : "");
	if (!tap_ok(strcmp(got, want) == 0, "%s", text))
		(void)printf("# got %s\n", got);
	free(copy);
}

int
main(void)
{

	cuts("", "");
	cuts(" \n\t", "");
	cuts("-- only a comment\n", "");
	cuts("SELECT 1", "[SELECT 1]");
	cuts("SELECT 1;", "[SELECT 1]");
	cuts("a;b;", "[a][b]");
	cuts("a;;b", "[a][][b]");
	cuts("SELECT ';';x", "[SELECT ';'][x]");
	cuts("SELECT 'it''s; one';x", "[SELECT 'it''s; one'][x]");
	cuts("SELECT E'it\\'s; one';x", "[SELECT E'it\\'s; one'][x]");
	cuts("SELECT 'a\\';x", "[SELECT 'a\\'][x]");
	cuts("SELECT \"a;b\";x", "[SELECT \"a;b\"][x]");
	cuts("SELECT $$a;b$$;x", "[SELECT $$a;b$$][x]");
	cuts("SELECT $q$a;$$;b$q$;x", "[SELECT $q$a;$$;b$q$][x]");
	cuts("SELECT $1;x", "[SELECT $1][x]");
	cuts("SELECT a$b;x$c", "[SELECT a$b][x$c]");
	cuts("a -- b; c\n;d", "[a -- b; c\n][d]");
	cuts("a /* b; /* c; */ d; */;e", "[a /* b; /* c; */ d; */][e]");
	cuts("SELECT 'x'\n\\gexec\nb;", "[SELECT 'x'\n]![\nb]");
	cuts("SELECT '\\gexec';b", "[SELECT '\\gexec'][b]");
	cuts("SELECT 'never ended; x", "[SELECT 'never ended; x]");
	cuts("SELECT $q$never; x", "[SELECT $q$never; x]");
	cuts("SELECT /* never; x", "[SELECT /* never; x]");
	return (tap_end());
}
