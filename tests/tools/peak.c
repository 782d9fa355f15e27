/*
 * peak FILE COMMAND [ARGUMENT ...]: run the command and write its peak resident
 * memory, in KiB, to FILE.  A child's figure starts at what its parent had when it
 * was forked, so that the parent must be as small as this.
 */
#define _DEFAULT_SOURCE

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct rusage ru;
	int status;
	pid_t pid;
	FILE *f;

	if (argc < 3)
		return (64);
	if ((pid = fork()) == 0) {
		(void)execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &ru) != pid || (f = fopen(argv[1], "w")) == NULL)
		return (74);
	(void)fprintf(f, "%ld\n", ru.ru_maxrss);
	if (fclose(f) != 0)
		return (74);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
