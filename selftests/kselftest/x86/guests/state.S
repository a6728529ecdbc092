/* SPDX-License-Identifier: GPL-2.0 */
/* Guests that tell registers, and change them */
#include "guest.h"

	.macro TELL_MSR number
	mov	$\number, %ecx
	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	TELL	%rax
	.endm

	.macro TELL_SELECTOR from, to
	mov	$-1, %eax
	\from	\to
	TELL	%rax
	.endm

	/* Tells what a VCPU starts with; the order is in vcpu_state.c */
	GUEST	initial
	MMIO_BASE
	TELL	%rsp
	mov	$STACK, %esp
	pushfq
	pop	%r15
	mov	%r15, TELL_A(%r14)
	mov	%cr0, %r15
	mov	%r15, TELL_A(%r14)
	mov	%cr2, %r15
	mov	%r15, TELL_A(%r14)
	mov	%cr3, %r15
	mov	%r15, TELL_A(%r14)
	mov	%cr4, %r15
	mov	%r15, TELL_A(%r14)
	mov	%cr8, %r15
	mov	%r15, TELL_A(%r14)
	TELL_MSR 0xc0000080	/* EFER */
	TELL_MSR 0x277		/* PAT */
	TELL_MSR 0x174		/* SYSENTER_CS */
	TELL_MSR 0x175		/* SYSENTER_ESP */
	TELL_MSR 0x176		/* SYSENTER_EIP */
	TELL_MSR 0xc0000100	/* FS_BASE */
	TELL_MSR 0xc0000101	/* GS_BASE */
	TELL_SELECTOR mov, "%cs, %eax"
	TELL_SELECTOR mov, "%ss, %eax"
	TELL_SELECTOR mov, "%ds, %eax"
	TELL_SELECTOR mov, "%es, %eax"
	TELL_SELECTOR mov, "%fs, %eax"
	TELL_SELECTOR mov, "%gs, %eax"
	TELL_SELECTOR str, %eax
	TELL_SELECTOR sldt, %eax
	mov	$DATA, %ebx
	sgdt	(%rbx)
	mov	2(%rbx), %rax
	movzwl	(%rbx), %ecx
	TELL	%rax
	TELL	%rcx
	sidt	(%rbx)
	mov	2(%rbx), %rax
	movzwl	(%rbx), %ecx
	TELL	%rax
	TELL	%rcx
	mov	%dr6, %rax
	TELL	%rax
	mov	%dr7, %rax
	TELL	%rax
	DONE
	GUEST_END initial

	/* Adds 1 to each register, 16 to RSP, and tells r15 */
	GUEST	registers
1:	inc	%rax
	inc	%rcx
	inc	%rdx
	inc	%rbx
	add	$16, %rsp
	inc	%rbp
	inc	%rsi
	inc	%rdi
	inc	%r8
	inc	%r9
	inc	%r10
	inc	%r11
	inc	%r12
	inc	%r13
	inc	%r15
	mov	%r15, TELL_DONE(%r14)
	jmp	1b
	GUEST_END registers

	/* Tells RFLAGS for ever */
	GUEST	flags
	mov	$MMIO, %r14d
1:	mov	$STACK, %esp
	pushfq
	pop	%r15
	mov	%r15, TELL_A(%r14)
	jmp	1b
	GUEST_END flags
