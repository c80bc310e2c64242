/* popen() for a conf that is called many times: what a command printed is kept in the folder $CONF_ANSWERS, under the
   command and the environment, and is not asked for again. A command that fails or prints on standard error is. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static uint64_t hashed(uint64_t hash, const char *text)
{
	for (; *text; ++text)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return (hash ^ 0xff) * 1099511628211u;
}

static uint64_t key_of(const char *command)
{
	uint64_t hash = hashed(14695981039346656037u, command);
	for (char **variable = environ; *variable; ++variable)
		if (strncmp(*variable, "KCONFIG_", 8) != 0)
			hash = hashed(hash, *variable);
	return hash;
}

/* Runs it with its output in files; true if the answer may be kept. */
static int run(const char *command, const char *out, const char *err)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) < 127;
}

static int tell(const char *file)
{
	FILE *in = fopen(file, "r");
	int c, any = 0;
	for (; in && (c = getc(in)) != EOF; any = 1)
		putc(c, stderr);
	if (in)
		fclose(in);
	return any;
}

FILE *popen(const char *command, const char *mode)
{
	char known[4096], out[4200], err[4200];
	(void)mode;
	snprintf(known, sizeof known, "%s/%016llx", getenv("CONF_ANSWERS"), (unsigned long long)key_of(command));
	FILE *answer = fopen(known, "r");
	if (answer)
		return answer;
	snprintf(out, sizeof out, "%s.%d.out", known, (int)getpid());
	snprintf(err, sizeof err, "%s.%d.err", known, (int)getpid());
	int keep = run(command, out, err);
	keep = !tell(err) && keep;
	answer = fopen(out, "r");
	unlink(err);
	if (keep)
		rename(out, known);
	else
		unlink(out);
	return answer;
}

int pclose(FILE *answer)
{
	return fclose(answer);
}
