/* SPDX-License-Identifier: GPL-2.0 */
/* Runs code that a test wrote to CODE, with an IDT */
#include "tables.h"

	/*
	 * An event while r13 is not 0 goes on there, with r12 = vector +
	 * (error code << 8): see TRY of probe.h. Any other fills FRAME and is
	 * told, its error code at MMIO + 8 * vector, and goes on where it was.
	 * RAX and RCX are the handler's meanwhile.
	 */
	GUEST	probe
	MMIO_BASE
	TABLES	probe_event
	xor	%r13d, %r13d
	mov	$CODE, %r8d
	jmp	*%r8

probe_event:
	test	%r13, %r13
	jz	1f
	mov	8(%rsp), %r12
	shl	$8, %r12
	add	(%rsp), %r12
	mov	%r13, 16(%rsp)
	xor	%r13d, %r13d
	add	$16, %rsp
	iretq
1:	push	%rax
	push	%rcx
	mov	$FRAME, %ecx
	.irp	n, 0, 1, 2, 3, 4, 5, 6
	mov	8 * \n + 16(%rsp), %rax
	mov	%rax, 8 * \n(%rcx)
	.endr
	mov	%cr2, %rax
	mov	%rax, 56(%rcx)
	cmpl	$1, (%rcx)	/* MOV DR may be an exit */
	jne	3f
	mov	%dr6, %rax
	mov	%rax, 64(%rcx)
3:	incq	72(%rcx)
	mov	(%rcx), %rax
	mov	8(%rcx), %r15
	mov	%r15, (%r14, %rax, 8)
	/* Where the test wants it to go on instead */
	mov	80(%rcx), %rax
	test	%rax, %rax
	jz	2f
	mov	%rax, 32(%rsp)
	movq	$0, 80(%rcx)
2:	pop	%rcx
	pop	%rax
	add	$16, %rsp
	iretq
	GUEST_END probe
