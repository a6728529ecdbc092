// SPDX-License-Identifier: GPL-2.0
/* The arm64 machine: its devices, what is loaded into its RAM, its registers. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zx/zxvm.h>

#include "../arch.h"
#include "../devices/simple.h"
#include "access.h"
#include "fdt.h"
#include "image.h"
#include "layout.h"
#include "pl011.h"
#include "pl031.h"

#define HOLES_MAX	8

struct machine {
	struct pl011 uart;
	struct pl031 rtc;
	struct exit_device exit;
	struct hole holes[HOLES_MAX];
	unsigned int hole_count;
	atomic_bool told;	/* of an access to a hole */
	struct line uart_line;
	struct line rtc_line;
};

uint64_t arch_ram_base(void)
{
	return RAM_BASE;
}

int arch_check_options(const struct options *options)
{
	if (options->cpus > CPUS_MAX)
		return fail("too many CPUs: %u asked for, the machine has room for %d",
			    options->cpus, CPUS_MAX);
	if (options->memory > ADDRESS_END - RAM_BASE)
		return fail("too much memory: the machine has room for %" PRIu64 " MiB",
			    (ADDRESS_END - RAM_BASE) / MIB);
	return 0;
}

zx_status_t arch_create_guest(struct vm *vm)
{
	const struct zxvm_irqchip_config config = {
		.gicd_base = GICD_BASE,
		.gicr_base = GICR_BASE,
	};

	return zxvm_guest_create_irqchip(&config, &vm->guest, &vm->vmar);
}

static void set_line(struct line *line, bool level)
{
	struct vm *vm = line->vm;
	zx_status_t status;

	status = zxvm_guest_set_line(vm->guest, line->number, level);
	if (status != ZX_OK)
		vm_stop_error(vm, "cannot set interrupt %u of the guest: %s", line->number,
			      zx_status_get_string(status));
}

static void line_init(struct line *line, struct vm *vm, unsigned int number)
{
	line->set = set_line;
	line->vm = vm;
	line->number = number;
}

static void request_exit(struct exit_device *exit, int status)
{
	vm_stop(exit->vm, STOP_EXIT, status);
}

static int64_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

static int add_device(struct vm *vm, struct device *dev)
{
	zx_status_t status;

	status = zx_guest_set_trap(vm->guest, ZX_GUEST_TRAP_MEM, dev->base, dev->size,
				   ZX_HANDLE_INVALID, (uint64_t)(uintptr_t)dev);
	if (status != ZX_OK)
		return fail("cannot add the device %s at 0x%" PRIx64 ": %s", dev->name, dev->base,
			    zx_status_get_string(status));
	return 0;
}

static int add_hole(struct vm *vm, uint64_t start, uint64_t end)
{
	struct machine *machine = vm->machine;
	struct hole *hole = &machine->holes[machine->hole_count];

	if (start >= end)
		return 0;
	machine->hole_count++;
	hole_init(hole, start, end - start, &machine->told);
	return add_device(vm, &hole->dev);
}

static int add_devices(struct vm *vm)
{
	struct machine *machine = vm->machine;

	line_init(&machine->uart_line, vm, SPI(UART_SPI));
	line_init(&machine->rtc_line, vm, SPI(RTC_SPI));
	pl011_init(&machine->uart, UART_BASE, &machine->uart_line);
	pl031_init(&machine->rtc, RTC_BASE, &machine->rtc_line, seconds);
	exit_device_init(&machine->exit, EXIT_BASE);
	machine->exit.vm = vm;
	machine->exit.request = request_exit;
	vm->serial = &machine->uart.serial;
	vm->alarm = &machine->rtc.alarm;

	return add_device(vm, &machine->uart.dev) || add_device(vm, &machine->rtc.dev) ||
	       add_device(vm, &machine->exit.dev) ||
	       add_hole(vm, 0, GICD_BASE) ||
	       add_hole(vm, GICD_BASE + GICD_SIZE, GICR_BASE) ||
	       add_hole(vm, GICR_BASE + CPUS_MAX * GICR_SIZE, UART_BASE) ||
	       add_hole(vm, UART_BASE + DEVICE_SIZE, RTC_BASE) ||
	       add_hole(vm, RTC_BASE + DEVICE_SIZE, EXIT_BASE) ||
	       add_hole(vm, EXIT_BASE + DEVICE_SIZE, RAM_BASE) ||
	       add_hole(vm, RAM_BASE + vm->ram_size, ADDRESS_END) ? -1 : 0;
}

/* Reads the file to ram[offset]. Returns its size, or -1 after a message. */
static int64_t load_initrd(struct vm *vm, uint64_t offset)
{
	const char *path = vm->options->initrd;
	uint64_t end = offset;
	ssize_t got;
	uint8_t more;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("cannot open the initrd %s: %s", path, strerror(errno));
	do {
		if (end < vm->ram_size)
			got = read(fd, vm->ram + end, vm->ram_size - end);
		else
			got = read(fd, &more, 1);
		if (got > 0 && end == vm->ram_size) {
			close(fd);
			return fail("too little memory for both kernel and initrd: raise -m");
		}
		if (got > 0)
			end += (uint64_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0)
		fail("cannot read the initrd %s: %s", path, strerror(errno));
	close(fd);
	return got < 0 ? -1 : (int64_t)(end - offset);
}

static int fill_seeds(struct fdt_config *config)
{
	const size_t kaslr_size = sizeof(config->kaslr_seed);

	if (getrandom(config->seed, sizeof(config->seed), 0) != sizeof(config->seed) ||
	    getrandom(&config->kaslr_seed, kaslr_size, 0) != (ssize_t)kaslr_size)
		return fail("cannot get random numbers: %s", strerror(errno));
	return 0;
}

/* From RAM's start: kernel, devicetree, initrd, each on a 2 MiB boundary. */
static int load(struct vm *vm)
{
	struct fdt_config config = {
		.cpus = vm->options->cpus,
		.ram_size = vm->ram_size,
		.cmdline = vm->options->cmdline,
	};
	uint64_t dtb, initrd;
	struct image image;
	int64_t size = 0;
	int error;

	if (image_load(vm->options->kernel, vm->ram, vm->ram_size, &image) || fill_seeds(&config))
		return -1;
	dtb = align_up(image.text_offset + image.size, BOOT_ALIGN);
	initrd = dtb + DTB_MAX;
	if (initrd > vm->ram_size)
		return fail("too little memory: the kernel needs %" PRIu64 " MiB; raise -m",
			    initrd / MIB);
	if (vm->options->initrd)
		size = load_initrd(vm, initrd);
	if (size < 0)
		return -1;
	config.initrd_start = RAM_BASE + initrd;
	config.initrd_end = config.initrd_start + (uint64_t)size;
	error = fdt_build(vm->ram + dtb, DTB_MAX, &config);
	if (error)
		return fail("cannot write the devicetree: %s", fdt_strerror(error));
	vm->entry = RAM_BASE + image.text_offset;
	vm->boot_arg = RAM_BASE + dtb;
	return 0;
}

int arch_build(struct vm *vm)
{
	vm->machine = calloc(1, sizeof(*vm->machine));
	if (!vm->machine)
		return fail("out of memory");
	return add_devices(vm) || load(vm) ? -1 : 0;
}

void arch_destroy(struct vm *vm)
{
	free(vm->machine);
}

/* The others get their first x0 from the guest's PSCI call. */
zx_status_t arch_vcpu_init(struct vcpu *vcpu)
{
	zx_vcpu_state_t state = { .x[0] = vcpu->vm->boot_arg };

	if (vcpu->index)
		return ZX_OK;
	return zx_vcpu_write_state(vcpu->handle, ZX_VCPU_STATE, &state, sizeof(state));
}

zx_status_t arch_access(struct vcpu *vcpu, struct device *dev, const zx_packet_guest_mem_t *mem)
{
	uint64_t offset = mem->addr - dev->base;
	unsigned int size = mem->access_size;
	zx_vcpu_state_t state;
	zx_status_t status;
	uint64_t value;

	if (!mem->read) {
		dev->write(dev, offset, size, mem->data & access_mask(size));
		return ZX_OK;
	}
	value = loaded_value(dev->read(dev, offset, size), size, mem->sign_extend);
	if (mem->xt >= ARRAY_SIZE(state.x))
		return ZX_OK;	/* XZR */
	status = zx_vcpu_read_state(vcpu->handle, ZX_VCPU_STATE, &state, sizeof(state));
	if (status != ZX_OK)
		return status;
	state.x[mem->xt] = value;
	return zx_vcpu_write_state(vcpu->handle, ZX_VCPU_STATE, &state, sizeof(state));
}

void arch_registers(struct vcpu *vcpu, char *text, size_t size)
{
	zx_vcpu_state_t state;
	size_t used = 0, i;

	text[0] = '\0';
	if (zx_vcpu_read_state(vcpu->handle, ZX_VCPU_STATE, &state, sizeof(state)) != ZX_OK)
		return;
	for (i = 0; i < ARRAY_SIZE(state.x) && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s x%-2zu %016" PRIx64,
					 i && i % 4 == 0 ? "\n" : "", i, state.x[i]);
	if (used < size)
		snprintf(text + used, size - used, " sp  %016" PRIx64 "\n nzcv %x", state.sp,
			 state.cpsr >> 28);
}
