// SPDX-License-Identifier: GPL-2.0
/* What the machines of all architectures are built with. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zx/zxvm.h>

#include "board.h"

static void set_line(struct line *line, bool level)
{
	struct vm *vm = line->vm;
	zx_status_t status;

	status = zxvm_guest_set_line(vm->guest, line->number, level);
	if (status != ZX_OK)
		vm_stop_error(vm, "cannot set interrupt %u of the guest: %s", line->number,
			      zx_status_get_string(status));
}

void board_line_init(struct line *line, struct vm *vm, unsigned int number)
{
	line->set = set_line;
	line->vm = vm;
	line->number = number;
}

int board_add_device(struct vm *vm, zx_guest_trap_t kind, struct device *dev)
{
	zx_status_t status;

	status = zx_guest_set_trap(vm->guest, kind, dev->base, dev->size, ZX_HANDLE_INVALID,
				   (uint64_t)(uintptr_t)dev);
	if (status != ZX_OK)
		return fail("cannot add the device %s at 0x%" PRIx64 ": %s", dev->name, dev->base,
			    zx_status_get_string(status));
	return 0;
}

int board_add_hole(struct vm *vm, struct holes *holes, uint64_t start, uint64_t end)
{
	struct hole *hole = &holes->hole[holes->count];

	if (start >= end)
		return 0;
	holes->count++;
	hole_init(hole, start, end - start, holes->value, &holes->told);
	return board_add_device(vm, holes->kind, &hole->dev);
}

static void request_exit(struct exit_device *exit, int status)
{
	vm_stop(exit->vm, STOP_EXIT, status);
}

void board_exit_init(struct exit_device *exit, struct vm *vm, uint64_t base)
{
	exit_device_init(exit, base);
	exit->vm = vm;
	exit->request = request_exit;
}

int64_t board_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t board_load_initrd(struct vm *vm, uint64_t offset, uint64_t end)
{
	const char *path = vm->options->initrd;
	uint64_t at = offset;
	ssize_t got;
	uint8_t more;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("cannot open the initrd %s: %s", path, strerror(errno));
	do {
		if (at < end)
			got = read(fd, vm->ram + at, end - at);
		else
			got = read(fd, &more, 1);
		if (got > 0 && at >= end) {
			close(fd);
			return fail("too little memory for both kernel and initrd: raise -m");
		}
		if (got > 0)
			at += (uint64_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0)
		fail("cannot read the initrd %s: %s", path, strerror(errno));
	close(fd);
	return got < 0 ? -1 : (int64_t)(at - offset);
}
