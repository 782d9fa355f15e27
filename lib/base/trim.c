/* A text without the spaces around it. */

#include "base/trim.h"

const char *
trim_spaces(const char *p, size_t *n)
{

	while (*n > 0 && p[*n - 1] == ' ')
		(*n)--;
	for (; *n > 0 && *p == ' '; p++)
		(*n)--;
	return (p);
}
