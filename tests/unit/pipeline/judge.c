/* Who is blamed for a failed step, by the rule in pipeline/judge.h. */
#include "pipeline/judge.h"

#include "../../tap.h"
#include "base/status.h"

/*
 * A pipe in args, one a stage: "65" its status, "b" behind it: it spoke of a
 * broken pipe, "c": it ended after the runner's SIGTERM, "s": it had no stream to read.
 */
static void
judge(const char *pipe, enum judge_end why, int want, int want_blamed)
{
	struct result_stage s[8];
	const char *p = pipe;
	size_t n = 0;
	int blamed = 99, got;

	memset(s, 0, sizeof(s));
	while (*p != '\0') {
		for (; *p >= '0' && *p <= '9'; p++)
			s[n].status = s[n].status * 10 + (*p - '0');
		for (; *p == 'b' || *p == 'c' || *p == 's'; p++) {
			s[n].starved = s[n].starved || *p == 's';
			s[n].broken_pipe = s[n].broken_pipe || *p == 'b';
			s[n].cut_off = s[n].cut_off || *p == 'c';
		}
		s[n++].ended = true;
		p += strspn(p, " ");
	}
	got = judge_step(s, n, why, &blamed);
	if (!tap_ok(got == want && blamed == want_blamed, "%s -> %d by %d", pipe, want,
		want_blamed))
		(void)printf("# got %d by %d\n", got, blamed);
}

int
main(void)
{
	static const struct {
		const char *pipe;
		int want, blamed;
	} cases[] = {
		/* without a failure */
		{ "0", 0, RESULT_NOBODY },
		{ "0 0 0", 0, RESULT_NOBODY },
		{ "1 0", 1, RESULT_NOBODY },
		{ "0 1", 1, RESULT_NOBODY },
		/* a finding because of which there is no stream */
		{ "1 65s 65s", 1, RESULT_NOBODY },
		{ "1 65s 143c", 1, RESULT_NOBODY },
		{ "1 65s 65", 65, 2 },
		{ "65s 1", 65, 0 },
		{ "0 65s", 65, 1 },
		{ "1 69s", 69, 1 },
		/* one failure, whatever else is fine */
		{ "65 0 0", 65, 0 },
		{ "0 1 69", 69, 2 },
		{ "1 137", 137, 1 },
		/* a closed pipe above a failure */
		{ "141 65", 65, 1 },
		{ "74b 65", 65, 1 },
		{ "141 74b 141 69", 69, 3 },
		{ "74b 0", 74, 0 },
		{ "141 0", 141, 0 },
		/* only closed pipes: the one nearest to where it was closed */
		{ "141 74b 0", 74, 1 },
		{ "74b 141 0 0", 141, 1 },
		/* 74 that is no closed pipe */
		{ "74 65", 74, 0 },
		{ "0 74", 74, 1 },
		/* a cut stream below a failure */
		{ "70 65", 70, 0 },
		{ "137 65 65", 137, 0 },
		{ "74b 139 65", 139, 1 },
		/* "broken pipe" with another status is a failure like any other */
		{ "65b 69", 65, 0 },
		/* ended by the runner */
		{ "143c 69", 69, 1 },
		{ "69 143c 137c", 69, 0 },
		{ "75c 69", 69, 1 },
		{ "143c 141", 141, 1 },
		{ "0 143c", 143, 1 },
		{ "143c 143c", 143, 0 },
		{ "143c 1", 143, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		judge(cases[i].pipe, JUDGE_BY_ITSELF, cases[i].want, cases[i].blamed);
	judge("143c 143c", JUDGE_TIMEOUT, STATUS_TEMPFAIL, RESULT_NOBODY);
	judge("0 0", JUDGE_TIMEOUT, STATUS_TEMPFAIL, RESULT_NOBODY);
	judge("143c 69c", JUDGE_STOP, STATUS_TEMPFAIL, RESULT_NOBODY);
	judge("65 143c", JUDGE_FAILURE, 65, 0);
	return (tap_end());
}
