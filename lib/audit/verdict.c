/* The verdicts on a signature, and their words. */

#include "audit/verdict.h"

#include <string.h>

static const struct {
	const char *word;
	bool fine;
} verdicts[] = {
#define VERDICT_ROW(id, word, fine) { word, fine },
	VERDICT_LIST(VERDICT_ROW)
#undef VERDICT_ROW
};

const char *
verdict_word(enum verdict v)
{

	return (verdicts[v].word);
}

bool
verdict_fine(enum verdict v)
{

	return (verdicts[v].fine);
}

int
verdict_parse(const char *p, size_t len, enum verdict *v)
{
	int i;

	for (i = 0; i < VERDICT_COUNT; i++)
		if (strlen(verdicts[i].word) == len && memcmp(verdicts[i].word, p, len) == 0) {
			*v = (enum verdict)i;
			return (0);
		}
	return (-1);
}
