// SPDX-License-Identifier: GPL-2.0
/* The arm64 machine: its devices, what is loaded into its RAM, its registers. */
#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <zircon/syscalls.h>
#include <zx/zxvm.h>

#include "../arch.h"
#include "../board.h"
#include "access.h"
#include "fdt.h"
#include "image.h"
#include "layout.h"
#include "pl011.h"
#include "pl031.h"

struct machine {
	struct pl011 uart;
	struct pl031 rtc;
	struct exit_device exit;
	struct holes holes;
	struct line uart_line;
	struct line rtc_line;
};

const char *const arch_kvm_advice = "boot with kvm-arm.mode=none";

unsigned int arch_ram(uint64_t size, struct ram_part parts[RAM_PARTS])
{
	parts[0] = (struct ram_part){ .base = RAM_BASE, .size = size };
	return 1;
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

static int add_device(struct vm *vm, struct device *dev)
{
	return board_add_device(vm, ZX_GUEST_TRAP_MEM, dev);
}

static int add_hole(struct vm *vm, uint64_t start, uint64_t end)
{
	return board_add_hole(vm, &vm->machine->holes, start, end);
}

static int add_devices(struct vm *vm)
{
	struct machine *machine = vm->machine;

	machine->holes.kind = ZX_GUEST_TRAP_MEM;
	board_line_init(&machine->uart_line, vm, SPI(UART_SPI));
	board_line_init(&machine->rtc_line, vm, SPI(RTC_SPI));
	pl011_init(&machine->uart, UART_BASE, &machine->uart_line);
	pl031_init(&machine->rtc, RTC_BASE, &machine->rtc_line, board_seconds);
	board_exit_init(&machine->exit, vm, EXIT_BASE);
	vm->serial = &machine->uart.port.serial;
	vm->alarm = &machine->rtc.alarm;

	return add_device(vm, &machine->uart.port.dev) || add_device(vm, &machine->rtc.dev) ||
	       add_device(vm, &machine->exit.dev) ||
	       add_hole(vm, 0, GICD_BASE) ||
	       add_hole(vm, GICD_BASE + GICD_SIZE, GICR_BASE) ||
	       add_hole(vm, GICR_BASE + CPUS_MAX * GICR_SIZE, UART_BASE) ||
	       add_hole(vm, UART_BASE + DEVICE_SIZE, RTC_BASE) ||
	       add_hole(vm, RTC_BASE + DEVICE_SIZE, EXIT_BASE) ||
	       add_hole(vm, EXIT_BASE + DEVICE_SIZE, RAM_BASE) ||
	       add_hole(vm, RAM_BASE + vm->ram_size, ADDRESS_END) ? -1 : 0;
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
		size = board_load_initrd(vm, initrd, vm->ram_size);
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

zx_status_t arch_packet(struct vcpu *vcpu, const zx_port_packet_t *packet)
{
	const zx_packet_guest_mem_t *mem = &packet->guest_mem;
	struct device *dev = (struct device *)(uintptr_t)packet->key;
	unsigned int size = mem->access_size;
	zx_vcpu_state_t state;
	zx_status_t status;
	uint64_t offset, value;

	if (packet->type != ZX_PKT_TYPE_GUEST_MEM)
		return ZX_ERR_WRONG_TYPE;
	offset = mem->addr - dev->base;
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
