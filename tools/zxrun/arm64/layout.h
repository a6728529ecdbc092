/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The arm64 machine: where things are. The addresses and interrupts are those
 * of QEMU's virt machine. Documentation/zxrun.1 shows the same table.
 */
#ifndef ZXRUN_ARM64_LAYOUT_H
#define ZXRUN_ARM64_LAYOUT_H

#include <stdint.h>

#define GICD_BASE	UINT64_C(0x08000000)
#define GICD_SIZE	UINT64_C(0x00010000)
#define GICR_BASE	UINT64_C(0x080a0000)
#define GICR_SIZE	UINT64_C(0x00020000)	/* of each VCPU */

#define UART_BASE	UINT64_C(0x09000000)
#define UART_SPI	1
#define RTC_BASE	UINT64_C(0x09010000)
#define RTC_SPI		2
#define EXIT_BASE	UINT64_C(0x09020000)
#define DEVICE_SIZE	UINT64_C(0x00001000)

#define RAM_BASE	UINT64_C(0x40000000)
#define ADDRESS_END	(UINT64_C(1) << 36)	/* of guest-physical space */

#define CPUS_MAX	64

/* The INTID of a shared interrupt */
#define SPI(n)		(32 + (n))

/* A kernel, its DTB and its initrd each start on such a boundary. */
#define BOOT_ALIGN	(UINT64_C(2) << 20)
#define DTB_MAX		(UINT64_C(2) << 20)

/* The affinity of a VCPU, as the kernel side sets VMPIDR_EL1 */
static inline unsigned int cpu_affinity(unsigned int index)
{
	return (index >> 4) << 8 | (index & 15);
}

#endif
