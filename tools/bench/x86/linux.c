// SPDX-License-Identifier: GPL-2.0
/* The PC of the row linux: a serial port, a clock, ACPI tables. */
#include <string.h>

#include "../../zxrun/x86/cmos.h"
#include "../../zxrun/x86/layout.h"
#include "../../zxrun/x86/ports.h"
#include "../../zxrun/x86/start.h"
#include "../../zxrun/x86/uart.h"
#include "bench.h"
#include "linux.h"

static struct uart uart;
static struct cmos cmos;
static struct line uart_line, cmos_line;

void linux_arch_create(struct vm *vm, struct vcpu *vcpu)
{
	vm->irqchip = true;
	vm->entry = START_CODE;
	vm->ram = reserve(LINUX_MEMORY);
	backend->vm_create(vm);
	backend->map(vm, 0, 0, vm->ram, LINUX_MEMORY);
	backend->trap_ports(vm, 0, PORTS_END);
	vcpu->vm = vm;
	backend->vcpu_create(vcpu);
	backend->vm_ready(vm);
	linux_line_init(&uart_line, vm, UART_PIN);
	linux_line_init(&cmos_line, vm, CMOS_PIN);
	uart_init(&uart, UART_PORT, &uart_line);
	cmos_init(&cmos, CMOS_PORT, &cmos_line, linux_now);
	linux_console(&uart.port.serial);
	cmos.alarm.arm = linux_arm;
}

void linux_arch_load(struct vm *vm, const char *path, const char *initramfs)
{
	struct start_config config = {
		.cmdline = "console=ttyS0 nokaslr " LINUX_WORDS,
		.cpus = 1,
		.low_ram = LINUX_MEMORY,
	};
	struct kernel kernel;
	const uint8_t *data;
	const char *why;
	size_t size;

	data = linux_file(path, &size);
	why = bzimage_load(data, size, vm->ram, LINUX_MEMORY, &kernel);
	if (why)
		fatal("%s: %s", path, why);
	data = linux_file(initramfs, &size);
	config.initrd = (kernel.end + BLOCK - 1) & ~(BLOCK - 1);
	config.initrd_size = size;
	if (config.initrd + size > LINUX_MEMORY)
		fatal("too little memory for %s", initramfs);
	memcpy(vm->ram + config.initrd, data, size);
	why = start_build(vm->ram, &kernel, &config);
	if (why)
		fatal("%s: %s", path, why);
}

/* NULL: there is nothing at this port, which reads as ones. */
static struct device *find_device(uint16_t port)
{
	if (device_has(&uart.port.dev, port))
		return &uart.port.dev;
	return device_has(&cmos.dev, port) ? &cmos.dev : NULL;
}

/* The first process writes to PORT_OUT. */
bool linux_arch_serve(struct vcpu *vcpu)
{
	const struct event *event = &vcpu->event;
	struct device *dev = find_device(event->addr);
	uint64_t key = (uintptr_t)dev;

	if (event->kind == EVENT_OUT && event->addr == PORT_OUT)
		return true;
	if (event->kind == EVENT_IN)
		backend->answer(vcpu, dev ? ports_in(NULL, key, event->addr,
						     event->size) :
					    UINT32_MAX);
	else if (event->kind != EVENT_OUT)
		fatal("the guest used address %#llx",
		      (unsigned long long)event->addr);
	else if (dev)
		ports_out(NULL, key, event->addr, event->size, event->data);
	return false;
}
