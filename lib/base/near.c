/* How near two words are: for "did you mean". */

#include "base/near.h"

#include <limits.h>
#include <string.h>

/* The smallest of three numbers. */
static int
near_least(int a, int b, int c)
{
	int m = a < b ? a : b;

	return (m < c ? m : c);
}

int
near_distance(const char *a, const char *b)
{
	int row[3][NEAR_MAX + 1] = { { 0 } };
	int n = (int)strlen(a), m = (int)strlen(b), i, j;

	if (n > NEAR_MAX || m > NEAR_MAX)
		return (INT_MAX);
	for (j = 0; j <= m; j++)
		row[0][j] = j;
	for (i = 1; i <= n; i++) {
		int *cur = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];

		cur[0] = i;
		for (j = 1; j <= m; j++) {
			cur[j] = near_least(up[j] + 1, cur[j - 1] + 1,
			    up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    up2[j - 2] + 1 < cur[j])
				cur[j] = up2[j - 2] + 1;
		}
	}
	return (row[n % 3][m]);
}
