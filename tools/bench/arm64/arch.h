/* SPDX-License-Identifier: GPL-2.0 */
/* What an arm64 guest has, and its interrupt controller (IHI 0069). */
#ifndef BENCH_ARCH_H
#define BENCH_ARCH_H

#define GUEST_CODE	0		/* where it starts */
#define HAS_PORTS	0
#define INPUT		LINE		/* of the interrupt controller */

/* What the first process of the row linux prints */
#define LINUX_UP	4

#define GICD		0x08000000
#define GICR		0x080a0000
#define GICR_STRIDE	0x20000

#define GICD_CTLR	0x000
#define GICD_IGROUPR	0x080
#define GICD_ISENABLER	0x100
#define GICD_ICFGR	0xc00

#endif /* BENCH_ARCH_H */
