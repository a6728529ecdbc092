/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptor tables for guests that take interrupts and exceptions */
#ifndef GUESTS_TABLES_H
#define GUESTS_TABLES_H

#include "guest.h"

#define KERNEL_CS	0x08
#define KERNEL_DS	0x10
#define USER_CS32	0x1b
#define USER_DS		0x23
#define USER_CS		0x2b
#define TSS_SEL		0x30
#define CODE32		0x40	/* for code at CPL 0 in compatibility mode */
#define CODE16		0x48

	/*
	 * Sets GDT, IDT, TSS and the stack up. All vectors go to \target,
	 * with the vector and an error code, or 0, on the stack. Uses rax,
	 * rsi, rdi and rbp.
	 */
	.macro TABLES target
	mov	$STACK, %esp
	lea	7001f(%rip), %rax
	lea	7002f(%rip), %rsi
	mov	%rsi, 2(%rax)
	lgdt	(%rax)
	push	$KERNEL_CS
	lea	7003f(%rip), %rax
	push	%rax
	lretq
7003:	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	/* The TSS: the stack for events at CPL 3, and no I/O bitmap */
	movl	$STACK, TSS + 4
	movl	$0, TSS + 8
	movl	$(104 << 16), TSS + 100
	mov	$TSS_SEL, %eax
	ltr	%ax
	/* 256 interrupt gates, each to its own 16 bytes of stubs */
	lea	7004f(%rip), %rax
	mov	$IDT, %edi
	xor	%ebp, %ebp
7005:	mov	%eax, %esi
	and	$0xffff, %esi
	or	$(KERNEL_CS << 16), %esi
	mov	%esi, (%rdi)
	mov	%eax, %esi
	and	$0xffff0000, %esi
	or	$0xee00, %esi
	mov	%esi, 4(%rdi)
	movq	$0, 8(%rdi)
	add	$16, %rax
	add	$16, %rdi
	inc	%ebp
	cmp	$256, %ebp
	jne	7005b
	lea	7006f(%rip), %rax
	lidt	(%rax)
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
	.quad	0x000f9b000000ffff
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
