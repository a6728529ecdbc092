/* SPDX-License-Identifier: GPL-2.0 */
/* Guest-physical addresses of what x86 needs beside layout.h */
#ifndef GUESTS_LAYOUT_X86_H
#define GUESTS_LAYOUT_X86_H

#define PML4		0x0000		/* CR3 of the first VCPU is 0 */
#define PDPT		0x1000		/* the first 512 GiB in pages of 1 GiB */
#define START		0x2000		/* from real to 64-bit mode */
#define ENTRY		0x4000		/* where guests are loaded */
#define IDT		0x20000
#define TSS		0x21000
#define FRAME		0x28000		/* struct frame of probe.h */
#define USER_STACK	0x1e0000

/* Selectors of the GDT that TABLES makes */
#define KERNEL_CS	0x08
#define KERNEL_DS	0x10
#define USER_CS32	0x1b
#define USER_DS		0x23
#define USER_CS		0x2b
#define TSS_SEL		0x30
#define KERNEL_CS32	0x40
#define KERNEL_CS16	0x48

#endif /* GUESTS_LAYOUT_X86_H */
