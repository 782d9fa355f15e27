/* The extensions that a database can do without. */

#include "pg/without.h"

#include <string.h>

const char *
without_text(unsigned int set)
{
	static const char *const texts[] = { "", "age", "vector", "age,vector" };

	return (texts[set & WITHOUT_ALL]);
}

const char *
without_name(unsigned int bit)
{

	return (bit == WITHOUT_AGE ? "age" : "vector");
}

int
without_parse(const char *text, unsigned int *set, struct err *e)
{
	size_t n;

	for (*set = 0; *text != '\0'; text += n) {
		text += strspn(text, ", \n");
		n = strcspn(text, ", \n");
		if (n == 3 && memcmp(text, "age", n) == 0)
			*set |= WITHOUT_AGE;
		else if (n == 6 && memcmp(text, "vector", n) == 0)
			*set |= WITHOUT_VECTOR;
		else if (n > 0)
			return (err_set(e, STATUS_USAGE,
			    "'%.*s' is not an extension that a server can be without: age, vector",
			    (int)n, text));
	}
	return (0);
}
