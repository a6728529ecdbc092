/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The x86 machine: where things are. Documentation/zxrun.1 shows the same
 * tables.
 */
#ifndef ZXRUN_X86_LAYOUT_H
#define ZXRUN_X86_LAYOUT_H

#include <stdint.h>

/* RAM up to the hole below 4 GiB, the rest above */
#define LOW_RAM_END	UINT64_C(0xc0000000)
#define HIGH_RAM_BASE	UINT64_C(0x100000000)

/*
 * Low memory. The boot VCPU starts with CR3 = 0, so its page tables are at 0;
 * nothing else of it is used once the kernel has tables of its own.
 */
#define PAGE_TABLES	UINT64_C(0x0000)	/* six pages: 4 GiB by 2 MiB */
#define GDT_BASE	UINT64_C(0x6000)
#define START_CODE	UINT64_C(0x7000)
#define START_STACK	UINT64_C(0x8000)	/* grows down, after the code */
#define PVH_INFO	UINT64_C(0x9000)
#define BOOT_PARAMS	UINT64_C(0x10000)
#define CMDLINE		UINT64_C(0x20000)
#define CMDLINE_MAX	UINT64_C(0x10000)
#define LOW_END		UINT64_C(0x9fc00)	/* where a PC's EBDA starts */
#define ACPI_BASE	UINT64_C(0xe0000)
#define ACPI_END	UINT64_C(0xf0000)
#define RESET_VECTOR	UINT64_C(0xffff0)	/* f000:fff0 */
#define KERNEL_BASE	UINT64_C(0x100000)

#define EXIT_BASE	UINT64_C(0xfeb00000)
#define IOAPIC_BASE	UINT64_C(0xfec00000)
#define LAPIC_BASE	UINT64_C(0xfee00000)
#define DEVICE_SIZE	UINT64_C(0x1000)
#define IOAPIC_PINS	24

/* I/O ports and I/O APIC pins */
#define I8042_PORT	0x64
#define CMOS_PORT	0x70
#define CMOS_PIN	8
#define UART_PORT	0x3f8
#define UART_PIN	4
#define SLEEP_PORT	0x600	/* ACPI's sleep control, and sleep status */
#define RESET_PORT	0xcf9
#define PORTS_END	0x10000

#define CPUS_MAX	64

#endif
