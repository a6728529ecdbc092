// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "harness.h"

#define EXIT_SKIP	4
#define REAP_SECONDS	10

/* Shared with every process of a test */
struct outcome {
	int failures;
	bool skipped;
	char reason[200];
};

static struct outcome *outcome;
static struct test *tests, **tail = &tests;

void harness_add(struct test *test)
{
	*tail = test;
	tail = &test->next;
}

const char *err_name(int err)
{
	const char *name = err ? strerrorname_np(err) : "success";

	return name ? name : "an unknown errno";
}

void harness_fail(const char *file, int line, const char *format, ...)
{
	char text[512];
	int len, n = __atomic_fetch_add(&outcome->failures, 1, __ATOMIC_SEQ_CST);
	va_list args;

	if (n > 20)	/* a loop that fails each time says nothing new */
		return;
	len = snprintf(text, sizeof(text), "# %s:%d: ", file, line);
	va_start(args, format);
	vsnprintf(text + len, sizeof(text) - len - 1, format, args);
	va_end(args);
	strcat(text, "\n");
	/* One write, so that lines of threads and children stay whole */
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

bool harness_failed(void)
{
	return __atomic_load_n(&outcome->failures, __ATOMIC_SEQ_CST);
}

void harness_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(outcome->reason, sizeof(outcome->reason), format, args);
	va_end(args);
	outcome->skipped = true;
	_exit(EXIT_SKIP);
}

static void run_child(const struct test *test)
{
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (test->setup)
		test->setup();
	test->fn();
	fflush(stdout);
	_exit(harness_failed() ? 1 : 0);
}

/* Returns false when the child did not end in time */
static bool reap(pid_t pid, int seconds, int *status)
{
	struct timespec now, end, left;
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	for (;;) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end.tv_sec)
			return false;
		left.tv_sec = end.tv_sec - now.tv_sec;
		left.tv_nsec = 0;
		sigtimedwait(&chld, NULL, &left);
	}
}

/* Returns NULL for success, else what went wrong */
static const char *judge(int status)
{
	static char text[100];

	if (WIFSIGNALED(status)) {
		snprintf(text, sizeof(text), "killed by SIG%s",
			 sigabbrev_np(WTERMSIG(status)));
		return text;
	}
	if (outcome->failures) {
		snprintf(text, sizeof(text), "%d failed checks",
			 outcome->failures);
		return text;
	}
	if (WEXITSTATUS(status) && !outcome->skipped) {
		snprintf(text, sizeof(text), "exit status %d",
			 WEXITSTATUS(status));
		return text;
	}
	return NULL;
}

/* How much slower than usual the host is: Bochs, a debug kernel */
int harness_time_scale(void)
{
	const char *scale = getenv("zxvm_timeout_scale");

	return scale && atoi(scale) > 0 ? atoi(scale) : 1;
}

/* Of a file in /proc, each line as a comment */
static void show(pid_t pid, const char *task, const char *name)
{
	char path[64], line[200];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/%s", pid, task, name);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		printf("#   %s", line);
	fclose(file);
}

/* Where are the threads of a test that hangs? */
static void show_threads(pid_t pid)
{
	char path[32];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		show(pid, entry->d_name, "stat");
		show(pid, entry->d_name, "stack");
	}
	closedir(dir);
}

static bool run_test(const struct test *test, int number)
{
	const char *wrong;
	int status = 0, limit = test->timeout * harness_time_scale();
	pid_t pid;

	memset(outcome, 0, sizeof(*outcome));
	fflush(stdout);
	pid = fork();
	if (!pid)
		run_child(test);
	setpgid(pid, pid);
	if (!reap(pid, limit, &status)) {
		printf("# %s: still running after %d seconds\n", test->name,
		       limit);
		show_threads(pid);
		kill(-pid, SIGKILL);
		wrong = "timeout";
		if (!reap(pid, REAP_SECONDS, &status))
			wrong = "timeout, and SIGKILL does not end it";
	} else {
		wrong = judge(status);
	}
	kill(-pid, SIGKILL);
	if (wrong)
		printf("# %s: %s\nnot ok %d %s\n", test->name, wrong, number,
		       test->name);
	else if (outcome->skipped)
		printf("ok %d %s # SKIP %s\n", number, test->name,
		       outcome->reason);
	else
		printf("ok %d %s\n", number, test->name);
	fflush(stdout);
	return !wrong;
}

static bool chosen(const struct test *test, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strstr(test->name, argv[i]))
			return true;
	return argc < 2;
}

/* Arguments: parts of the names of the tests to run; none runs all */
int main(int argc, char **argv)
{
	int number = 0, failed = 0;
	struct test *test;
	sigset_t chld;

	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	for (test = tests; test; test = test->next)
		number += chosen(test, argc, argv);
	printf("TAP version 13\n1..%d\n", number);
	number = 0;
	for (test = tests; test; test = test->next)
		if (chosen(test, argc, argv))
			failed += !run_test(test, ++number);
	printf("# passed %d of %d\n", number - failed, number);
	return failed != 0;
}
