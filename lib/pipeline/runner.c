/* run: a pipeline from its lock to its record. */

#include "pipeline/runner.h"

#include <stdlib.h>

#include "base/buf.h"
#include "pipeline/exec.h"
#include "pipeline/rundir.h"
#include "pipeline/runfile.h"
#include "pipeline/runlog.h"

/* Keep what failed steps said last beside their outputs. */
static void
runner_keep_messages(const struct pipeline *p, const char *run_dir, const struct result *r)
{
	size_t i;

	for (i = 0; i < r->nsteps; i++)
		if (r->steps[i].state == RESULT_FAILED && r->steps[i].messages != NULL)
			/* A copy for convenience: its failure is no failure of the run. */
			(void)rundir_write(run_dir, p->steps[i].name, "err", r->steps[i].messages,
			    NULL);
}

/* Where the run is recorded: in the database, or in a directory. */
struct runner_record {
	struct runlog *l;
	struct runfile *f;
	const struct pipeline *p;
};

/* Record the results so far when a step has ended, so that it is known what was done if the runner
 * dies; a failure is ignored. */
static void
runner_ended(void *cookie, const struct result *r)
{
	struct runner_record *record = cookie;

	/* The end of the run is recorded once more, and that must not fail. */
	if (record->f != NULL)
		(void)runfile_write(record->f, r, false, NULL);
	else
		(void)runlog_step(record->l, r, NULL);
}

/* Nothing begins that another run may be doing. */
static int
runner_may_begin(void *cookie, struct err *e)
{
	struct runner_record *record = cookie;

	return (record->f == NULL && runlog_hold(record->l, e));
}

/* Take the pipeline's lock. */
static int
runner_open(struct runner_record *record, const struct runner_options *o, struct err *e)
{

	if (o->record != NULL)
		record->f = runfile_open(o->record, record->p, o->run, e);
	else
		record->l = runlog_open(record->p, o->run, o->asked, o->wait, e);
	return (record->f == NULL && record->l == NULL);
}

/* Record that the run is running; ${dead} gets how many earlier ones had died. */
static int
runner_start(struct runner_record *record, uint64_t *dead, struct err *e)
{

	return (record->f != NULL ? runfile_write(record->f, NULL, false, e) :
				    runlog_start(record->l, dead, e));
}

int
runner_run(const struct pipeline *p, const struct runner_options *o, struct result *r,
    uint64_t *dead, char taken_up[37], struct err *e)
{
	bool *kept = xcalloc(p->nsteps, sizeof(*kept));
	struct runner_record record = { NULL, NULL, p };
	struct exec_options x = { o->run_dir, o->jobs, o->voice, o->progress, kept, o->left,
		runner_may_begin, runner_ended, &record };
	int rc = -1;

	*dead = 0;
	taken_up[0] = '\0';
	if (setenv("AEGIS_RUN", o->run, 1)) {
		(void)err_sys(e, STATUS_TEMPFAIL, "cannot set the environment");
		goto done;
	}
	if (runner_open(&record, o, e) || rundir_make(o->run_dir, e))
		goto done;
	/* From here on a signal ends the stages, and the record says so. */
	if (exec_catch(e) || runner_start(&record, dead, e)) {
		(void)rundir_remove(o->run_dir, NULL);
		goto done;
	}
	if (o->begun != NULL)
		o->begun(o->cookie, p);
	if ((o->resume && runlog_resume(record.l, kept, taken_up, e)) || exec_run(p, &x, r, e))
		goto done;
	runner_keep_messages(p, o->run_dir, r);
	if (o->judge != NULL)
		o->judge(o->cookie, p, r);
	if (record.f != NULL)
		(void)runfile_write(record.f, r, true, e);
	else
		(void)runlog_end(record.l, r, e);
	rc = 0;
done:
	runlog_close(record.l);
	runfile_close(record.f);
	free(kept);
	return (rc);
}
