/* SPDX-License-Identifier: GPL-2.0 */
/* A guest that does with its APIC what the test tells it */
#include "tables.h"
#include "x86/guests/apic.h"

	/*
	 * Asks at TELL_DONE, does operation rbx, and asks again. What is read
	 * is told at TELL_A, an exception at TELL_B, an interrupt at TELL_C
	 * after its EOI, which r12 says how to give: 1: by the page, 2: by
	 * the MSR, 0: not at all; 3: by the page, and nothing is told; 4: by
	 * the MSR, and one more is at DATA plus 8 times the vector; 5: the same
	 * by the page.
	 */
	GUEST	apic
	MMIO_BASE
	TABLES	apic_event
	jmp	apic_ask

	/* VCPUs that come from the guest start have its GDT */
	.global	guest_apic_ap
guest_apic_ap:
	MMIO_BASE
	mov	$1, %eax
	cpuid
	shr	$24, %ebx
	shl	$12, %ebx
	mov	$AP_STACKS, %esp
	sub	%ebx, %esp
	lidt	apic_idtr(%rip)
apic_ask:
	xor	%r15d, %r15d
	mov	%r15, TELL_DONE(%r14)
	lea	apic_ask(%rip), %r13
	lea	apic_ops(%rip), %rsi
	movslq	(%rsi, %rbx, 4), %rdi
	add	%rsi, %rdi
	jmp	*%rdi

apic_read:
	mov	(%rcx), %edx
	TELL	%rdx
	jmp	apic_ask
apic_write:
	mov	%edx, (%rcx)
	jmp	apic_ask
apic_rdmsr:
	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	TELL	%rax
	jmp	apic_ask
apic_wrmsr:
	wrmsr
	jmp	apic_ask
apic_halt:
	sti
	hlt
	cli
	jmp	apic_ask
apic_halt_masked:
	hlt
	jmp	apic_ask
apic_window:
	sti
	nop
	cli
	jmp	apic_ask
apic_spin:
	sti
1:	pause
	jmp	1b
apic_set_cr8:
	mov	%rdx, %cr8
	jmp	apic_ask
apic_get_cr8:
	mov	%cr8, %rdx
	TELL	%rdx
	jmp	apic_ask
apic_read_byte:
	movzbl	(%rcx), %edx
	TELL	%rdx
	jmp	apic_ask
apic_or:
	orl	%edx, (%rcx)
	jmp	apic_ask
apic_send:
	mov	$0xfee00300, %edi
	movzbl	%dl, %esi
1:	mov	DATA(, %rsi, 8), %rax
	mov	%edx, (%rdi)
2:	pause
	cmp	%rax, DATA(, %rsi, 8)
	je	2b
	dec	%rcx
	jnz	1b
	jmp	apic_ask
apic_jump:
	jmp	*%rcx
apic_loop:
	sti
1:	jmp	1b

	.balign	4
apic_ops:
	.long	apic_read - apic_ops
	.long	apic_write - apic_ops
	.long	apic_rdmsr - apic_ops
	.long	apic_wrmsr - apic_ops
	.long	apic_halt - apic_ops
	.long	apic_halt_masked - apic_ops
	.long	apic_window - apic_ops
	.long	apic_spin - apic_ops
	.long	apic_set_cr8 - apic_ops
	.long	apic_get_cr8 - apic_ops
	.long	apic_read_byte - apic_ops
	.long	apic_or - apic_ops
	.long	apic_send - apic_ops
	.long	apic_jump - apic_ops
	.long	apic_loop - apic_ops

apic_event:
	mov	(%rsp), %rsi
	cmp	$2, %esi
	je	3f
	cmp	$32, %esi
	jb	4f
	cmp	$1, %r12d
	jb	3f
	je	2f
	cmp	$3, %r12d
	je	5f
	cmp	$4, %r12d
	je	6f
	cmp	$5, %r12d
	je	7f
	push	%rax
	push	%rcx
	push	%rdx
	mov	$0x80b, %ecx
	xor	%eax, %eax
	xor	%edx, %edx
	wrmsr
	pop	%rdx
	pop	%rcx
	pop	%rax
	jmp	3f
2:	mov	$0xfee000b0, %edi
	movl	$0, (%rdi)
3:	TELL	%rsi, TELL_C
	add	$16, %rsp
	iretq
5:	mov	$0xfee000b0, %edi
	movl	$0, (%rdi)
	add	$16, %rsp
	iretq
6:	mov	$0x80b, %ecx
	xor	%eax, %eax
	xor	%edx, %edx
	wrmsr
	incq	DATA(, %rsi, 8)
	add	$16, %rsp
	iretq
7:	mov	$0xfee000b0, %edi
	movl	$0, (%rdi)
	incq	DATA(, %rsi, 8)
	add	$16, %rsp
	iretq
4:	TELL	%rsi, TELL_B
	mov	%r13, 16(%rsp)
	add	$16, %rsp
	iretq

apic_idtr:
	.word	4095
	.quad	IDT
	GUEST_END apic
