/* SPDX-License-Identifier: GPL-2.0 */
/* What an x86 guest has. */
#ifndef BENCH_ARCH_H
#define BENCH_ARCH_H

/* VCPU 0 starts in 64-bit mode with CR3 = 0: tables first, then code */
#define GUEST_PML4	0x0
#define GUEST_PDPT	0x1000
#define GUEST_PD	0x2000		/* four pages, for 4 GiB */
#define GUEST_GDT	0x6000
#define GUEST_IDT	0x7000
#define GUEST_CODE	0x10000
#define GDT_SIZE	24
#define IDT_SIZE	4096

#define HAS_PORTS	1
#define INPUT		10		/* of the I/O APIC */

#define IOAPIC		0xfec00000

#endif /* BENCH_ARCH_H */
