/* Pipeline files read from text: settings in their order, faults with their places, circles. */
#include "pipeline/pipeline_load.h"

#include <stdlib.h>

#include "../../tap.h"

static const struct pipeline_names names = { .run = "run-id", .run_dir = "/tmp", .home = "/home" };

/* Parse ${text}: the pipeline, or NULL with the faults in ${said}. */
static struct pipeline *
parse(const char *text, char *said, size_t size)
{
	struct pipeline_faults f = PIPELINE_FAULTS_INIT;
	struct err e = ERR_INIT;
	struct conf *conf = conf_parse("p.yaml", text, strlen(text), &e);
	struct pipeline *p = conf != NULL ? pipeline_parse(conf, &names, &f, &e) : NULL;

	(void)snprintf(said, size, "%.*s%s", (int)f.text.len, f.text.len > 0 ? f.text.p : "",
	    e.msg);
	buf_free(&f.text);
	return (p);
}

static void
refused(const char *text, const char *want)
{
	char said[4000];
	struct pipeline *p = parse(text, said, sizeof(said));

	(void)tap_ok(p == NULL && strstr(said, want) != NULL, "refused: %s", want);
	if (p != NULL || strstr(said, want) == NULL)
		(void)printf("# %s\n", said);
	pipeline_free(p);
}

int
main(void)
{
	char said[4000];
	struct pipeline *p;

	/* A stage that is there is needed: the tests' own path may have none, so faults are of it. */
	p = parse("pipeline: a\nsteps:\n  - {name: s, pipe: [[no-such-stage, x]]}\n", said,
	    sizeof(said));
	(void)tap_ok(p == NULL && strstr(said, "p.yaml:3:23: stage 'no-such-stage' does not exist"),
	    "a stage that does not exist, with its place: %s", said);
	refused("pipeline: a\nsteps: []\n", "'steps' must be a list of steps, and not empty");
	refused("pipeline: a\n", "'steps' must be a list of steps, and not empty");
	refused("pipeline: a\nsteps:\n  - {name: s, pipe: []}\n",
	    "'pipe' must be a list of stages");
	refused("pipeline: a\nsteps:\n  - {name: s}\n", "'pipe' must be a list of stages");
	refused("pipeline: a b\nsteps:\n  - {name: s, pipe: [[x]]}\n",
	    "'pipeline' must be letters");
	refused("pipeline: a\nsettings: {run: x}\nsteps:\n  - {name: s, pipe: [[x]]}\n",
	    "a setting cannot be called 'run'");
	refused("pipeline: a\nsettings: {b: '${c}', c: d}\nsteps:\n  - {name: s, pipe: [[x]]}\n",
	    "setting 'c' of ${c} does not exist");
	refused(
	    "pipeline: a\nsteps:\n"
	    "  - {name: s, after: [t], pipe: [[x]]}\n  - {name: t, after: [s], pipe: [[x]]}\n",
	    "steps wait for each other: s -> t -> s");
	refused(
	    "pipeline: a\nsteps:\n"
	    "  - {name: s, output: /tmp/o, pipe: [[x]]}\n  - {name: t, output: /tmp/o, pipe: [[x]]}\n",
	    "/tmp/o");
	refused("pipeline: a\nsteps:\n  - {name: s, retries: 101, pipe: [[x]]}\n",
	    "'retries' must be a number from 0 to 100");
	(void)tap_ok(pipeline_name_ok("a.b_c-1") && !pipeline_name_ok("") &&
		!pipeline_name_ok("-a") && !pipeline_name_ok("a/b") && !pipeline_name_ok(".."),
	    "names that can be files'");
	return (tap_end());
}
