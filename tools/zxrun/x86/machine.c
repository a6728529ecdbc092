// SPDX-License-Identifier: GPL-2.0
/* The x86 machine: its devices, what is loaded into its RAM, its registers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zircon/syscalls.h>
#include <zx/zxvm.h>

#include "../arch.h"
#include "../board.h"
#include "../file.h"
#include "cmos.h"
#include "layout.h"
#include "mmio.h"
#include "ports.h"
#include "power.h"
#include "start.h"
#include "uart.h"

#define BOOT_ALIGN	(2 * MIB)
#define CONSOLE		"console=ttyS0"

struct machine {
	struct uart uart;
	struct cmos cmos;
	struct power power;
	struct exit_device exit;
	struct holes holes;
	struct holes port_holes;
	struct line uart_line;
	struct line cmos_line;
	char *cmdline;
};

const char *const arch_kvm_advice = "unload kvm_intel or kvm_amd";

int arch_check_options(const struct options *options)
{
	if (options->cpus > CPUS_MAX)
		return fail("too many CPUs: %u asked for, the machine has room for %d",
			    options->cpus, CPUS_MAX);
	return 0;
}

zx_status_t arch_create_guest(struct vm *vm)
{
	return zxvm_guest_create_irqchip(NULL, &vm->guest, &vm->vmar);
}

unsigned int arch_ram(uint64_t size, struct ram_part parts[RAM_PARTS])
{
	uint64_t low = size < LOW_RAM_END ? size : LOW_RAM_END;

	parts[0] = (struct ram_part){ .size = low };
	parts[1] = (struct ram_part){ .base = HIGH_RAM_BASE, .offset = low, .size = size - low };
	return size > low ? 2 : 1;
}

static void request_power(struct power *power, bool off)
{
	vm_stop(power->vm, off ? STOP_POWER_OFF : STOP_REBOOT, 0);
}

static int add_port(struct vm *vm, struct device *dev)
{
	return board_add_device(vm, ZX_GUEST_TRAP_IO, dev);
}

static int add_port_hole(struct vm *vm, uint64_t start, uint64_t end)
{
	return board_add_hole(vm, &vm->machine->port_holes, start, end);
}

/* In the order of their addresses, so that what is between is seen. */
static int add_ports(struct vm *vm)
{
	struct machine *machine = vm->machine;
	struct device *devices[] = {
		&machine->power.i8042, &machine->cmos.dev, &machine->uart.port.dev,
		&machine->power.sleep, &machine->power.reset,
	};
	uint64_t end = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		if (add_port_hole(vm, end, devices[i]->base) || add_port(vm, devices[i]))
			return -1;
		end = devices[i]->base + devices[i]->size;
	}
	return add_port_hole(vm, end, PORTS_END);
}

/* The interrupt controllers are the kernel's. */
static int add_memory(struct vm *vm)
{
	struct machine *machine = vm->machine;
	struct holes *holes = &machine->holes;
	const struct ram_part *last = &vm->ram_part[vm->ram_parts - 1];
	uint64_t high = last->base ? last->base + last->size : HIGH_RAM_BASE;
	zx_info_vmar_t space;
	zx_status_t status;

	status = zx_object_get_info(vm->vmar, ZX_INFO_VMAR, &space, sizeof(space), NULL, NULL);
	if (status != ZX_OK)
		return fail("cannot tell the size of the guest's address space");
	return board_add_device(vm, ZX_GUEST_TRAP_MEM, &machine->exit.dev) ||
	       board_add_hole(vm, holes, vm->ram_part[0].size, EXIT_BASE) ||
	       board_add_hole(vm, holes, EXIT_BASE + DEVICE_SIZE, IOAPIC_BASE) ||
	       board_add_hole(vm, holes, IOAPIC_BASE + DEVICE_SIZE, LAPIC_BASE) ||
	       board_add_hole(vm, holes, LAPIC_BASE + DEVICE_SIZE, HIGH_RAM_BASE) ||
	       board_add_hole(vm, holes, high, space.base + space.len) ? -1 : 0;
}

static int add_devices(struct vm *vm)
{
	struct machine *machine = vm->machine;

	machine->holes.kind = ZX_GUEST_TRAP_MEM;
	machine->holes.value = UINT64_MAX;
	machine->port_holes.kind = ZX_GUEST_TRAP_IO;
	machine->port_holes.value = UINT64_MAX;
	machine->port_holes.told = true;	/* a PC's ports are probed, silently */
	board_line_init(&machine->uart_line, vm, UART_PIN);
	board_line_init(&machine->cmos_line, vm, CMOS_PIN);
	uart_init(&machine->uart, UART_PORT, &machine->uart_line);
	cmos_init(&machine->cmos, CMOS_PORT, &machine->cmos_line, board_seconds);
	power_init(&machine->power, I8042_PORT, RESET_PORT, SLEEP_PORT);
	machine->power.vm = vm;
	machine->power.request = request_power;
	board_exit_init(&machine->exit, vm, EXIT_BASE);
	vm->serial = &machine->uart.port.serial;
	vm->alarm = &machine->cmos.alarm;
	return add_ports(vm) || add_memory(vm) ? -1 : 0;
}

/* A PC has a screen, so Linux prints there unless it is told otherwise. */
static int make_cmdline(struct vm *vm)
{
	const char *given = vm->options->cmdline;
	int length;

	if (!strncmp(given, "console=", 8) || strstr(given, " console="))
		length = asprintf(&vm->machine->cmdline, "%s", given);
	else
		length = asprintf(&vm->machine->cmdline, "%s%s" CONSOLE, given, *given ? " " : "");
	if (length >= 0)
		return 0;
	vm->machine->cmdline = NULL;
	return fail("out of memory");
}

/* Low RAM has all that is loaded: low memory, kernel, initrd. */
static int load_kernel(struct vm *vm, struct kernel *kernel)
{
	const char *path = vm->options->kernel, *why;
	uint8_t *data;
	size_t size;

	if (file_read("kernel", path, KERNEL_MAX, &data, &size))
		return -1;
	why = kernel_load(data, size, vm->ram, vm->ram_part[0].size, kernel);
	free(data);
	return why ? fail("cannot boot %s: %s", path, why) : 0;
}

static int load(struct vm *vm)
{
	struct start_config config = {
		.cpus = vm->options->cpus,
		.low_ram = vm->ram_part[0].size,
		.high_ram = vm->ram_size - vm->ram_part[0].size,
	};
	struct kernel kernel;
	int64_t size = 0;
	const char *why;

	if (load_kernel(vm, &kernel) || make_cmdline(vm))
		return -1;
	config.cmdline = vm->machine->cmdline;
	config.initrd = align_up(kernel.end, BOOT_ALIGN);
	if (vm->options->initrd)
		size = board_load_initrd(vm, config.initrd, config.low_ram);
	if (size < 0)
		return -1;
	config.initrd_size = (uint64_t)size;
	why = start_build(vm->ram, &kernel, &config);
	if (why)
		return fail("cannot boot %s: %s", vm->options->kernel, why);
	vm->entry = START_CODE;
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
	if (vm->machine)
		free(vm->machine->cmdline);
	free(vm->machine);
}

/* The start code sets what the kernel wants; the others wait for their SIPI. */
zx_status_t arch_vcpu_init(struct vcpu *vcpu)
{
	(void)vcpu;
	return ZX_OK;
}

/* The one device or hole of guest-physical space that has the address */
static struct device *find_device(struct vm *vm, uint64_t address)
{
	struct machine *machine = vm->machine;
	unsigned int i;

	if (device_has(&machine->exit.dev, address))
		return &machine->exit.dev;
	for (i = 0; i < machine->holes.count; i++)
		if (device_has(&machine->holes.hole[i].dev, address))
			return &machine->holes.hole[i].dev;
	return NULL;
}

static void *bus_memory(void *context, uint64_t address, uint64_t size)
{
	return vm_memory(context, address, size);
}

static bool bus_load(void *context, uint64_t address, unsigned int size, uint64_t *value)
{
	struct device *dev = find_device(context, address);

	if (dev)
		*value = dev->read(dev, address - dev->base, size);
	return dev;
}

static bool bus_store(void *context, uint64_t address, unsigned int size, uint64_t value)
{
	struct device *dev = find_device(context, address);

	if (dev)
		dev->write(dev, address - dev->base, size, value);
	return dev;
}

static zx_status_t access_memory(struct vcpu *vcpu, const zx_packet_guest_mem_t *mem)
{
	const struct mmio_bus bus = {
		.context = vcpu->vm,
		.memory = bus_memory,
		.load = bus_load,
		.store = bus_store,
	};
	zx_vcpu_state_t state;
	zx_status_t status;

	status = zx_vcpu_read_state(vcpu->handle, ZX_VCPU_STATE, &state, sizeof(state));
	if (status == ZX_OK)
		status = mmio_execute(&bus, mem, &state);
	if (status == ZX_OK)
		status = zx_vcpu_write_state(vcpu->handle, ZX_VCPU_STATE, &state, sizeof(state));
	return status;
}

static zx_status_t string_memory(void *context, bool write, uint64_t address, void *bytes,
				 size_t size)
{
	void *memory = vm_memory(context, address, size);

	if (!memory)
		return ZX_ERR_NOT_FOUND;
	if (write)
		memcpy(memory, bytes, size);
	else
		memcpy(bytes, memory, size);
	return ZX_OK;
}

zx_status_t arch_packet(struct vcpu *vcpu, const zx_port_packet_t *packet)
{
	const struct zxvm_io_ops ops = {
		.context = vcpu->vm,
		.in = ports_in,
		.out = ports_out,
		.memory = string_memory,
	};

	switch (packet->type) {
	case ZX_PKT_TYPE_GUEST_MEM:
		return access_memory(vcpu, &packet->guest_mem);
	case ZX_PKT_TYPE_GUEST_IO:
		return zxvm_complete_io(vcpu->handle, packet, &ops);
	default:
		return ZX_ERR_WRONG_TYPE;
	}
}

void arch_registers(struct vcpu *vcpu, char *text, size_t size)
{
	static const char names[][4] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	};
	zx_vcpu_state_t state;
	size_t used = 0, i;

	text[0] = '\0';
	if (zx_vcpu_read_state(vcpu->handle, ZX_VCPU_STATE, &state, sizeof(state)) != ZX_OK)
		return;
	for (i = 0; i < ARRAY_SIZE(names) && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s %-3s %016" PRIx64,
					 i && i % 4 == 0 ? "\n" : "", names[i], (&state.rax)[i]);
	if (used < size)
		snprintf(text + used, size - used, "\n rflags %" PRIx64, state.rflags);
}
