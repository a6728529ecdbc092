// SPDX-License-Identifier: GPL-2.0
/*
 * The machine of the row linux: a serial port and a clock, which a devicetree
 * tells of, and a ROM at 0, where the VCPU starts.
 */
#include <string.h>

#include <libfdt.h>

#include "../../zxrun/arm64/access.h"
#include "../../zxrun/arm64/fdt.h"
#include "../../zxrun/arm64/image.h"
#include "../../zxrun/arm64/layout.h"
#include "../../zxrun/arm64/pl011.h"
#include "../../zxrun/arm64/pl031.h"
#include "arch.h"
#include "bench.h"
#include "linux.h"

#define ROM_BASE	0
#define ROM_SIZE	BLOCK

/* Puts the guest where the plug-in takes it for one: see plugin/arm64.c. */
#define KASLR_SEED	0x1234567812345678

struct rom {
	uint32_t code[4];
	uint64_t dtb;
	uint64_t kernel;
};

static struct pl011 uart;
static struct pl031 rtc;
static struct line uart_line, rtc_line;
static struct rom *rom;

void linux_arch_create(struct vm *vm, struct vcpu *vcpu)
{
	vm->irqchip = true;
	vm->entry = ROM_BASE;
	vm->ram = reserve(LINUX_MEMORY);
	rom = reserve(ROM_SIZE);
	backend->vm_create(vm);
	backend->map(vm, 0, ROM_BASE, rom, ROM_SIZE);
	backend->map(vm, 1, RAM_BASE, vm->ram, LINUX_MEMORY);
	backend->trap(vm, UART_BASE);
	backend->trap(vm, RTC_BASE);
	vcpu->vm = vm;
	backend->vcpu_create(vcpu);
	backend->vm_ready(vm);
	linux_line_init(&uart_line, vm, SPI(UART_SPI));
	linux_line_init(&rtc_line, vm, SPI(RTC_SPI));
	pl011_init(&uart, UART_BASE, &uart_line);
	pl031_init(&rtc, RTC_BASE, &rtc_line, linux_now);
	linux_console(&uart.port.serial);
	rtc.alarm.arm = linux_arm;
}

static void write_rom(uint64_t dtb, uint64_t kernel)
{
	*rom = (struct rom){
		.code = {
			0x58000080,	/* ldr x0, dtb */
			0x580000b0,	/* ldr x16, kernel */
			0xd61f0200,	/* br x16 */
		},
		.dtb = dtb,
		.kernel = kernel,
	};
}

void linux_arch_load(struct vm *vm, const char *kernel, const char *initramfs)
{
	struct fdt_config config = {
		.cmdline = "console=ttyAMA0 " LINUX_WORDS,
		.cpus = 1,
		.ram_size = LINUX_MEMORY,
		.kaslr_seed = KASLR_SEED,
	};
	uint64_t dtb, initrd;
	struct image image;
	const uint8_t *data;
	size_t size;
	int error;

	if (image_load(kernel, vm->ram, LINUX_MEMORY, &image))
		fatal("%s: not loaded", kernel);
	dtb = (image.text_offset + image.size + BOOT_ALIGN - 1) &
	      ~(BOOT_ALIGN - 1);
	initrd = dtb + DTB_MAX;
	data = linux_file(initramfs, &size);
	if (initrd + size > LINUX_MEMORY)
		fatal("too little memory for %s", initramfs);
	memcpy(vm->ram + initrd, data, size);
	config.initrd_start = RAM_BASE + initrd;
	config.initrd_end = config.initrd_start + size;
	error = fdt_build(vm->ram + dtb, DTB_MAX, &config);
	if (error)
		fatal("the devicetree: %s", fdt_strerror(error));
	write_rom(RAM_BASE + dtb, RAM_BASE + image.text_offset);
}

static struct device *find_device(uint64_t addr)
{
	if (device_has(&uart.port.dev, addr))
		return &uart.port.dev;
	if (device_has(&rtc.dev, addr))
		return &rtc.dev;
	fatal("the guest used address %#llx", (unsigned long long)addr);
}

/* The first process prints LINUX_UP. */
bool linux_arch_serve(struct vcpu *vcpu)
{
	const struct event *event = &vcpu->event;
	struct device *dev = find_device(event->addr);
	uint64_t offset = event->addr - dev->base;

	if (event->kind == EVENT_LOAD)
		backend->answer(vcpu, dev->read(dev, offset, event->size) &
				      access_mask(event->size));
	else
		dev->write(dev, offset, event->size,
			   event->data & access_mask(event->size));
	return linux_last_printed() == LINUX_UP;
}
