// SPDX-License-Identifier: GPL-2.0
/*
 * A stock Linux kernel as the guest of zxrun. The testbed packs /t/zxrun,
 * /t/Image and /t/guest.cpio.gz, which the Makefile makes of a busybox.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "zx.h"

#define ZXRUN	"/t/zxrun"
#define IMAGE	"/t/Image"
#define INITRD	"/t/guest.cpio.gz"

static char console[1 << 20];

/* Boot, collect the console, return the wait status of zxrun */
static int boot(const char *cpus, const char *words)
{
	static const char *const needed[] = { ZXRUN, IMAGE, INITRD };
	size_t len = 0;
	unsigned int i;
	int pipes[2], status;
	ssize_t n;
	pid_t pid;

	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (access(needed[i], R_OK))
			SKIP("%s is not packed", needed[i]);
	ASSERT_SYS(pipe(pipes));
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, 0);
		dup2(pipes[1], 1);
		dup2(pipes[1], 2);
		close(pipes[0]);
		close(pipes[1]);
		execl(ZXRUN, "zxrun", "-c", cpus, "-m", "256", "-i", INITRD,
		      "-a", words, IMAGE, NULL);
		_exit(127);
	}
	close(pipes[1]);
	while (len < sizeof(console) - 1) {
		n = read(pipes[0], console + len, sizeof(console) - 1 - len);
		if (n <= 0)
			break;
		len += n;
	}
	console[len] = 0;
	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

static void show_lines(const char *line, int lines)
{
	for (; lines && *line; lines--) {
		int len = strcspn(line, "\r\n");

		printf("# guest: %.*s\n", len, line);
		line += len;
		line += strspn(line, "\r\n");
	}
	fflush(stdout);
}

static const char *lines_before(const char *at, int lines)
{
	while (at > console && lines >= 0)
		lines -= *--at == '\n';
	return at;
}

/* The end of the console, and what the guest complained about before */
static void show_console(void)
{
	const char *trace = strcasestr(console, "call trace");

	if (trace)
		show_lines(lines_before(trace, 15), 35);
	show_lines(lines_before(console + strlen(console), 25), 25);
}

static long number_after(const char *what)
{
	char *found = strstr(console, what);

	return found ? strtol(found + strlen(what), NULL, 10) : -1;
}

static void boot_and_check(int cpus)
{
	char count[8], what[32];
	int status, i;

	snprintf(count, sizeof(count), "%d", cpus);
	status = boot(count, "panic=-1");
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(WEXITSTATUS(status), 0);
	EXPECT_EQ(number_after("zxvm-guest: nproc "), cpus);
	for (i = 0; i < cpus; i++) {
		snprintf(what, sizeof(what), "zxvm-guest: ticks%d ", i);
		CHECK_(0, number_after(what) > 0, "CPU %d: %ld timer interrupts", i,
		       number_after(what));
	}
	EXPECT_TRUE(strstr(console, "zxvm-guest: memory ok"));
	EXPECT_TRUE(strstr(console, "zxvm-guest: done"));
	EXPECT_FALSE(strcasestr(console, "call trace"));
	EXPECT_FALSE(strstr(console, "rcu_sched detected"));
	if (harness_failed())
		show_console();
}

TEST_T(linux_with_one_cpu, 240)
{
	boot_and_check(1);
}

TEST_T(linux_with_four_cpus, 300)
{
	boot_and_check(4);
}

/* The whole process is killed while Linux runs in it: the host lives on */
TEST_T(linux_killed, 120)
{
	int status, pipes[2];
	char byte;
	pid_t pid;

	if (access(ZXRUN, X_OK) || access(IMAGE, R_OK))
		SKIP("%s or %s is not packed", ZXRUN, IMAGE);
	ASSERT_SYS(pipe(pipes));
	pid = fork();
	if (!pid) {
		dup2(pipes[1], 1);
		execl(ZXRUN, "zxrun", "-c", "4", "-m", "256", IMAGE, NULL);
		_exit(127);
	}
	/* It says something: it runs */
	ASSERT_EQ(read(pipes[0], &byte, 1), 1);
	sleep_ms(500);
	ASSERT_SYS(kill(pid, SIGKILL));
	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_TRUE(WIFSIGNALED(status));
	VM_BOOT(&vm, done);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}
