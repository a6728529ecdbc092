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

#endif /* GUESTS_LAYOUT_X86_H */
