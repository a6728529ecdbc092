// SPDX-License-Identifier: GPL-2.0
/*
 * bench [-c] [-g] [-p PID] zxvm|kvm [ROW...]: measure all rows, or those that
 * are named, and print a line for each:
 *
 *	row NAME HYPERVISOR MEDIAN MINIMUM MAXIMUM
 *
 * in instructions of the host CPU for each operation. The thread PID goes
 * before the bench's.
 *
 * bench -l zxvm|kvm KERNEL INITRAMFS: boot Linux between the marks.
 */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "arch.h"
#include "bench.h"
#include "cpu.h"

#define BATCHES	9
#define FIRST_PRIORITY	50

const struct backend *backend;

static char **only;
static bool counting;
static double ticks_per_ns;

void fatal(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("bench: error: ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
	exit(1);
}

/* An ioctl that must work */
int call(int fd, unsigned long request, const void *arg, const char *name)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		fatal("%s: %s", name, strerror(errno));
	return ret;
}

/* Memory, aligned to a block, as the host gives it */
void *reserve(size_t size)
{
	uint8_t *mem = mmap(NULL, size + BLOCK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *aligned;

	if (mem == MAP_FAILED)
		fatal("no memory");
	aligned = (uint8_t *)(((uintptr_t)mem + BLOCK - 1) & ~(BLOCK - 1));
	if (aligned != mem)
		munmap(mem, aligned - mem);
	munmap(aligned + size, mem + BLOCK - aligned);
	return aligned;
}

/* The same, and it is there, in small pages or huge ones */
void *allocate(size_t size, bool huge)
{
	void *mem = reserve(size);

	madvise(mem, size, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return memset(mem, 0, size);
}

/* Is this row to be measured? */
bool wanted(const char *row)
{
	char **name;

	if (!*only)
		return true;
	for (name = only; *name; name++)
		if (!strcmp(*name, row))
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * Warm up, then the median of the batches: @batch does @ops operations and
 * returns the ticks that they took. For the plug-in: one batch between marks.
 */
void measure(const char *row, unsigned int ops, uint64_t (*batch)(void *arg),
	     void *arg)
{
	double scale = ticks_scale() / ops;
	uint64_t took[BATCHES];
	unsigned int i;

	/* Let the kernel finish what the row before has left to it. */
	usleep(200000);
	batch(arg);
	if (counting) {
		count_begin();
		batch(arg);
		count_end();
		printf("counted %s %s %u\n", row, backend->name, ops);
		return;
	}
	for (i = 0; i < BATCHES; i++)
		took[i] = batch(arg);
	qsort(took, BATCHES, sizeof(took[0]), compare);
	printf("row %s %s %.2f %.2f %.2f\n", row, backend->name,
	       took[BATCHES / 2] * scale, took[0] * scale,
	       took[BATCHES - 1] * scale);
}

/*
 * The CPU time of this process as ticks: what it slept and what ran meanwhile
 * does not count.
 */
uint64_t cpu_ticks(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (t.tv_sec * 1000000000.0 + t.tv_nsec) * ticks_per_ns;
}

static uint64_t raw_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void calibrate(void)
{
	uint64_t ns = raw_ns(), start = ticks(), end;

	do {
		end = ticks();
	} while ((end - start) * ticks_scale() < 2000000);
	ticks_per_ns = (double)(end - start) / (raw_ns() - ns);
}

static void precede(pid_t pid)
{
	struct sched_param param = { .sched_priority = FIRST_PRIORITY };

	if (sched_setscheduler(pid, SCHED_FIFO, &param))
		fatal("the priority of %d: %s", pid, strerror(errno));
}

int main(int argc, char **argv)
{
	bool growth = false, linux_guest = false;
	int option;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt(argc, argv, "cglp:")) != -1) {
		if (option == 'c')
			counting = true;
		else if (option == 'g')
			growth = true;
		else if (option == 'l')
			linux_guest = true;
		else if (option == 'p')
			precede(atoi(optarg));
		else
			return 2;
	}
	if (optind == argc || (linux_guest && argc - optind != 3))
		return 2;
	backend = strcmp(argv[optind], "kvm") ? &zxvm_backend : &kvm_backend;
	only = argv + optind + 1;
	calibrate();
	/* A table of files that grows later would wait for all CPUs. */
	close(dup2(0, 1000));
	set_priority(1);
	if (linux_guest) {
		run_linux(only[0], only[1]);
		return 0;
	}
	backend->open();
	if (growth)
		run_growth();
	else
		run_rows();
	return 0;
}
