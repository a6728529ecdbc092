// SPDX-License-Identifier: GPL-2.0
/*
 * The row linux: from the opening of the device until the first process of a
 * stock kernel has told so. Loader and models of devices are zxrun's;
 * interrupt controllers are the hypervisor's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "bench.h"
#include "cpu.h"
#include "linux.h"

#define NOW		1767225600	/* 2026-01-01 */

static char console[65536];
static size_t printed;
static bool up;

const uint8_t *linux_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *data;

	if (fd < 0 || fstat(fd, &status))
		fatal("%s: %s", path, strerror(errno));
	*size = status.st_size;
	data = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		fatal("%s: %s", path, strerror(errno));
	close(fd);
	return data;
}

static void set_line(struct line *line, bool level)
{
	backend->line(line->vm, line->number, level);
}

void linux_line_init(struct line *line, struct vm *vm, unsigned int number)
{
	line->set = set_line;
	line->vm = vm;
	line->number = number;
}

static void print(struct serial *serial)
{
	printed += serial->take(serial, (uint8_t *)console + printed,
				sizeof(console) - printed);
}

/* What the guest sends to @serial is kept. */
void linux_console(struct serial *serial)
{
	serial->wake = print;
}

uint8_t linux_last_printed(void)
{
	return printed ? console[printed - 1] : 0;
}

/* The clock stands still. */
int64_t linux_now(void)
{
	return NOW;
}

void linux_arm(struct alarm_clock *alarm, int64_t second)
{
	(void)alarm;
	(void)second;
}

/* What it printed tells why it has not come up. */
static void tell(void)
{
	if (!up)
		printf("%.*s\n", (int)printed, console);
}

void run_linux(const char *kernel, const char *initramfs)
{
	static struct vcpu vcpu;
	static struct vm vm;

	atexit(tell);
	count_begin();
	backend->open();
	linux_arch_create(&vm, &vcpu);
	linux_arch_load(&vm, kernel, initramfs);
	do
		backend->enter(&vcpu);
	while (!linux_arch_serve(&vcpu));
	count_end();
	up = true;
	printf("counted linux %s 1\n", backend->name);
}
