/* SPDX-License-Identifier: GPL-2.0 */
/* Where the guest's interrupt controller is, and its registers (IHI 0069). */
#ifndef BENCH_GIC_H
#define BENCH_GIC_H

#define GICD		0x08000000
#define GICR		0x080a0000
#define GICR_STRIDE	0x20000

#define GICD_CTLR	0x000
#define GICD_IGROUPR	0x080
#define GICD_ISENABLER	0x100
#define GICD_ICFGR	0xc00

#endif /* BENCH_GIC_H */
