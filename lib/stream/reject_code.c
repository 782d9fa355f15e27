/* The codes of faults, and what each one means. */

#include "stream/reject_code.h"

#include <stddef.h>
#include <string.h>

#define REJECT_CODE_LINE(code, meaning, advice) { code, meaning, advice },

static const struct reject_code reject_codes[] = { REJECT_CODES(REJECT_CODE_LINE) };

const struct reject_code *
reject_code_nth(unsigned i)
{

	return (i < sizeof(reject_codes) / sizeof(reject_codes[0]) ? &reject_codes[i] : NULL);
}

const struct reject_code *
reject_code_find(const char *code)
{
	const struct reject_code *c;
	unsigned i;

	for (i = 0; (c = reject_code_nth(i)) != NULL; i++)
		if (strcmp(c->code, code) == 0)
			return (c);
	return (NULL);
}
