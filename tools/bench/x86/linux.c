// SPDX-License-Identifier: GPL-2.0
/*
 * The row linux: from the opening of the device until the first process of a
 * stock kernel writes to PORT_OUT. Loader and models of devices are zxrun's;
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

#include "../../zxrun/x86/cmos.h"
#include "../../zxrun/x86/layout.h"
#include "../../zxrun/x86/ports.h"
#include "../../zxrun/x86/start.h"
#include "../../zxrun/x86/uart.h"
#include "bench.h"
#include "cpu.h"

#define MEMORY		(128UL << 20)
#define WORDS		"console=ttyS0 nokaslr norandmaps mitigations=off " \
			"cryptomgr.notests panic=-1"
#define NOW		1767225600	/* 2026-01-01 */

static struct pc {
	struct vm vm;
	struct vcpu vcpu;
	struct uart uart;
	struct cmos cmos;
	struct line uart_line;
	struct line cmos_line;
	char console[65536];
	size_t printed;
	bool up;
} pc;

static const uint8_t *map_file(const char *path, size_t *size)
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

static void load(const char *path, const char *initramfs)
{
	struct start_config config = {
		.cmdline = WORDS,
		.cpus = 1,
		.low_ram = MEMORY,
	};
	struct kernel kernel;
	const uint8_t *data;
	const char *why;
	size_t size;

	data = map_file(path, &size);
	why = bzimage_load(data, size, pc.vm.ram, MEMORY, &kernel);
	if (why)
		fatal("%s: %s", path, why);
	data = map_file(initramfs, &size);
	config.initrd = (kernel.end + BLOCK - 1) & ~(BLOCK - 1);
	config.initrd_size = size;
	if (config.initrd + size > MEMORY)
		fatal("too little memory for %s", initramfs);
	memcpy(pc.vm.ram + config.initrd, data, size);
	why = start_build(pc.vm.ram, &kernel, &config);
	if (why)
		fatal("%s: %s", path, why);
}

static void set_line(struct line *line, bool level)
{
	backend->line(line->vm, line->number, level);
}

static void line_init(struct line *line, unsigned int number)
{
	line->set = set_line;
	line->vm = &pc.vm;
	line->number = number;
}

static void print(struct serial *serial)
{
	pc.printed += serial->take(serial, (uint8_t *)pc.console + pc.printed,
				   sizeof(pc.console) - pc.printed);
}

static int64_t now(void)
{
	return NOW;
}

/* The clock stands still. */
static void arm(struct alarm_clock *alarm, int64_t second)
{
	(void)alarm;
	(void)second;
}

static void create(void)
{
	pc.vm.irqchip = true;
	pc.vm.entry = START_CODE;
	pc.vm.ram = reserve(MEMORY);
	backend->vm_create(&pc.vm);
	backend->map(&pc.vm, 0, 0, pc.vm.ram, MEMORY);
	backend->trap_ports(&pc.vm, 0, PORTS_END);
	pc.vcpu.vm = &pc.vm;
	backend->vcpu_create(&pc.vcpu);
	backend->vm_ready(&pc.vm);
	line_init(&pc.uart_line, UART_PIN);
	line_init(&pc.cmos_line, CMOS_PIN);
	uart_init(&pc.uart, UART_PORT, &pc.uart_line);
	cmos_init(&pc.cmos, CMOS_PORT, &pc.cmos_line, now);
	pc.uart.port.serial.wake = print;
	pc.cmos.alarm.arm = arm;
}

/* NULL: there is nothing at this port, which reads as ones. */
static struct device *find_device(uint16_t port)
{
	if (device_has(&pc.uart.port.dev, port))
		return &pc.uart.port.dev;
	return device_has(&pc.cmos.dev, port) ? &pc.cmos.dev : NULL;
}

static void serve(const struct event *event)
{
	struct device *dev = find_device(event->addr);
	uint64_t key = (uintptr_t)dev;

	if (event->kind == EVENT_IN)
		backend->answer(&pc.vcpu, dev ? ports_in(NULL, key, event->addr,
							 event->size) :
						UINT32_MAX);
	else if (event->kind != EVENT_OUT)
		fatal("the guest used address %#llx",
		      (unsigned long long)event->addr);
	else if (dev)
		ports_out(NULL, key, event->addr, event->size, event->data);
}

/* What it printed tells why it has not come up. */
static void tell(void)
{
	if (!pc.up)
		printf("%.*s\n", (int)pc.printed, pc.console);
}

void run_linux(const char *kernel, const char *initramfs)
{
	const struct event *event = &pc.vcpu.event;

	atexit(tell);
	count_begin();
	backend->open();
	create();
	load(kernel, initramfs);
	for (;;) {
		backend->enter(&pc.vcpu);
		if (event->kind == EVENT_OUT && event->addr == PORT_OUT)
			break;
		serve(event);
	}
	count_end();
	pc.up = true;
	printf("counted linux %s 1\n", backend->name);
}
