/* How near two words are, against distances counted by hand. */
#include "base/near.h"

#include <limits.h>
#include <string.h>

#include "../../tap.h"

int
main(void)
{
	static const struct {
		const char *a, *b;
		int n;
	} v[] = { { "", "", 0 }, { "tenant", "tenant", 0 }, { "tenat", "tenant", 1 },
		{ "tennant", "tenant", 1 }, { "tanent", "tenant", 2 }, { "tneant", "tenant", 1 },
		{ "rule-laod", "rule-load", 1 }, { "kitten", "sitting", 3 }, { "abc", "", 3 },
		{ "", "abc", 3 }, { "ca", "abc", 3 } };
	char longer[NEAR_MAX + 2];
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		(void)tap_ok(near_distance(v[i].a, v[i].b) == v[i].n &&
			near_distance(v[i].b, v[i].a) == v[i].n,
		    "'%s' and '%s': %d", v[i].a, v[i].b, near_distance(v[i].a, v[i].b));
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	(void)tap_ok(near_distance(longer, "x") == INT_MAX, "a word that is too long");
	return (tap_end());
}
