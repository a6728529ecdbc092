/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptor tables for guests that take interrupts and exceptions */
#ifndef GUESTS_TABLES_H
#define GUESTS_TABLES_H

#include "guest.h"

	/*
	 * Sets GDT, IDT, TSS and the stack up. All vectors go to \target,
	 * with the vector and an error code, or 0, on the stack. Uses r8 to
	 * r11.
	 */
	.macro TABLES target
	mov	$STACK, %esp
	lea	7001f(%rip), %r8
	lea	7002f(%rip), %r9
	mov	%r9, 2(%r8)
	lgdt	(%r8)
	push	$KERNEL_CS
	lea	7003f(%rip), %r8
	push	%r8
	lretq
7003:	mov	$KERNEL_DS, %r8d
	mov	%r8d, %ds
	mov	%r8d, %es
	mov	%r8d, %ss
	/* The TSS: the stack for events at CPL 3, and no I/O bitmap */
	movl	$STACK, TSS + 4
	movl	$0, TSS + 8
	movl	$(104 << 16), TSS + 100
	mov	$TSS_SEL, %r8d
	ltr	%r8w
	/* 256 interrupt gates, each to its own 16 bytes of stubs */
	lea	7004f(%rip), %r8
	mov	$IDT, %r10d
	xor	%r11d, %r11d
7005:	mov	%r8d, %r9d
	and	$0xffff, %r9d
	or	$(KERNEL_CS << 16), %r9d
	mov	%r9d, (%r10)
	mov	%r8d, %r9d
	and	$0xffff0000, %r9d
	or	$0xee00, %r9d
	mov	%r9d, 4(%r10)
	movq	$0, 8(%r10)
	add	$16, %r8
	add	$16, %r10
	inc	%r11d
	cmp	$256, %r11d
	jne	7005b
	lea	7006f(%rip), %r8
	lidt	(%r8)
	jmp	7007f
	.balign	8
7002:	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00cffb000000ffff
	.quad	0x00cff3000000ffff
	.quad	0x00affb000000ffff
	.quad	0x0000890000000067 | (TSS & 0xffffff) << 16
	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00009b000000ffff
	.quad	0x000093000000ffff
7001:	.word	7001b - 7002b - 1
	.quad	0
7006:	.word	4095
	.quad	IDT
	.balign	16
7004:	.set	vector, 0
	.rept	256
	.balign	16
	.if	!(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17)
	push	$0
	.endif
	.byte	0x68		/* push */
	.long	vector
	jmp	\target
	.set	vector, vector + 1
	.endr
	.balign	16
7007:
	.endm

#endif /* GUESTS_TABLES_H */
