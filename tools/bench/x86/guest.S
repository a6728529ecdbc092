/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest: 64-bit mode, everything mapped to itself. It asks for an
 * operation by a store to MMIO_DONE and does what struct param says. r12:
 * PARAM, r13: MMIO, r14: where this VCPU counts its interrupts, rbp: that
 * count, r15: operations left. The APIC is used as x2APIC.
 */
#include "arch.h"
#include "layout.h"

#define MSR_APIC_BASE	0x1b
#define X2APIC_EOI	0x80b
#define X2APIC_SVR	0x80f
#define X2APIC_ICR	0x830
#define X2APIC_LVTT	0x832
#define X2APIC_LVT0	0x835
#define X2APIC_TMICT	0x838
#define X2APIC_TDCR	0x83e

#define ICR_INIT	0x4500
#define ICR_STARTUP	0x4600
#define ICR_SELF	0x40000
#define LVT_MASKED	0x10000

#define MSR_EFER	0xc0000080

	.macro SET_MSR msr, low, high=0
	mov	$\msr, %ecx
	mov	$\low, %eax
	mov	$\high, %edx
	wrmsr
	.endm

	.macro AGAIN label
	dec	%r15
	jnz	\label
	jmp	finish
	.endm

	.section .rodata
	.balign	4096
	.global	guest_start, guest_end, guest_irq
	.code64
guest_start:
	mov	$STACK, %esp
	lea	PARAM_RESULT + PARAM, %r14
	call	init
	jmp	ask

	/* All that a VCPU needs; CS of the first one is flat but null. */
init:	mov	$PARAM, %r12d
	mov	$MMIO, %r13d
	xor	%ebp, %ebp
	lgdt	gdtr(%rip)
	lidt	idtr(%rip)
	pop	%rax
	push	$8
	push	%rax
	lretq

ask:	cli
	mov	%rax, MMIO_DONE(%r13)
	mov	PARAM_OP(%r12), %rax
	mov	PARAM_COUNT(%r12), %r15
	xor	%ebp, %ebp
	mov	%rbp, (%r14)
	lea	ops(%rip), %rcx
	movslq	(%rcx,%rax,4), %r8
	add	%rcx, %r8
	lfence
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, %r9
	jmp	*%r8

finish:	lfence
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%r9, PARAM_START(%r12)
	mov	%rax, PARAM_END(%r12)
	mov	%rbp, PARAM_RESULT(%r12)
	jmp	ask

ops:	.long	finish - ops
	.long	loop - ops
	.long	kernel - ops
	.long	sysreg - ops
	.long	store - ops
	.long	load - ops
	.long	out - ops
	.long	in - ops
	.long	bell - ops
	.long	irq_init - ops
	.long	store_irq - ops
	.long	ipi_self - ops
	.long	ipi_other - ops
	.long	cpu_on - ops
	.long	timer - ops
	.long	sleep - ops
	.long	touch - ops
	.long	spin - ops
	.long	chip - ops

loop:	dec	%r15
	jnz	loop
	jmp	finish

kernel:	xor	%eax, %eax
	cpuid
	AGAIN	kernel

sysreg:	mov	$MSR_APIC_BASE, %ecx
1:	rdmsr
	AGAIN	1b

store:	mov	%r15, MMIO_STORE(%r13)
	AGAIN	store

load:	mov	MMIO_LOAD(%r13), %rax
	add	%rax, %rbp
	AGAIN	load

out:	mov	$PORT_OUT, %edx
1:	mov	%r15d, %eax
	out	%eax, %dx
	AGAIN	1b

in:	mov	$PORT_IN, %edx
1:	in	%dx, %eax
	add	%rax, %rbp
	AGAIN	1b

bell:	mov	$BELL, %edx
1:	mov	%r15d, (%rdx)
	AGAIN	1b

	/* This VCPU's APIC, then an input of the I/O APIC: an edge */
irq_init:
	call	irq_init_cpu
	mov	$IOAPIC, %edx
	movl	$(0x11 + 2 * INPUT), (%rdx)
	movl	$0, 0x10(%rdx)
	movl	$(0x10 + 2 * INPUT), (%rdx)
	movl	$LINE, 0x10(%rdx)
	jmp	finish

irq_init_cpu:
	mov	$MSR_APIC_BASE, %ecx
	rdmsr
	or	$0xc00, %eax
	wrmsr
	SET_MSR	X2APIC_SVR, 0x1ff
	SET_MSR	X2APIC_TDCR, 0xb
	SET_MSR	X2APIC_LVTT, LINE
	SET_MSR	X2APIC_LVT0, LVT_MASKED
	ret

chip:	mov	$X2APIC_LVT0, %ecx
	mov	$LVT_MASKED, %eax
	xor	%edx, %edx
1:	wrmsr
	AGAIN	1b

	/* Whoever waits does not hang if there is an interrupt too many. */
store_irq:
	sti
1:	lea	1(%rbp), %rcx
	mov	%r15, MMIO_STORE(%r13)
2:	cmp	%rcx, %rbp
	jb	2b
	AGAIN	1b

ipi_self:
	sti
	mov	$X2APIC_ICR, %ecx
	mov	$(ICR_SELF | LINE), %eax
	xor	%edx, %edx
1:	lea	1(%rbp), %rbx
	wrmsr
2:	cmp	%rbx, %rbp
	jb	2b
	AGAIN	1b

ipi_other:
	mov	$X2APIC_ICR, %ecx
	mov	$LINE, %eax
	mov	$1, %edx
	mov	PARAM_OTHER(%r12), %rbx
1:	inc	%rbx
	wrmsr
2:	cmp	%rbx, PARAM_OTHER(%r12)
	jb	2b
	inc	%rbp
	AGAIN	1b

cpu_on:	SET_MSR	X2APIC_ICR, ICR_INIT, 1
	lea	secondary(%rip), %rax
	shr	$12, %eax
	or	$ICR_STARTUP, %eax
	wrmsr
	jmp	finish

	/* A count of 1: it has expired when it is switched on. */
timer:	sti
	mov	$X2APIC_TMICT, %ecx
	mov	$1, %eax
	xor	%edx, %edx
1:	lea	1(%rbp), %rbx
	wrmsr
2:	cmp	%rbx, %rbp
	jb	2b
	AGAIN	1b

sleep:	cli
	cmp	%r15, %rbp
	jae	finish
	sti
	hlt
	jmp	sleep

touch:	mov	$FAULT, %ecx
	mov	PARAM_STEP(%r12), %rdx
1:	mov	%r15, (%rcx)
	add	%rdx, %rcx
	AGAIN	1b

spin:	sti
1:	cmpq	$0, PARAM_STOP(%r12)
	je	1b
	jmp	finish

guest_irq:
	push	%rax
	push	%rcx
	push	%rdx
	SET_MSR	X2APIC_EOI, 0
	inc	%rbp
	mov	%rbp, (%r14)
	pop	%rdx
	pop	%rcx
	pop	%rax
	iretq

	.balign	8
gdtr:	.word	GDT_SIZE - 1
	.quad	GUEST_GDT
idtr:	.word	IDT_SIZE - 1
	.quad	GUEST_IDT

	/* The other VCPU, from a start-up IPI: CS is this page. */
	.balign	4096
	.code16
secondary:
	mov	%cr4, %eax
	or	$0x20, %eax		/* PAE */
	mov	%eax, %cr4
	xor	%eax, %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$0x100, %eax		/* LME */
	wrmsr
	lgdtl	%cs:(secondary_gdtr - secondary)
	mov	%cr0, %eax
	or	$0x80000001, %eax	/* PG and PE */
	mov	%eax, %cr0
	ljmpl	$8, $(GUEST_CODE + secondary_64 - guest_start)

	.code64
secondary_64:
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$(STACK - 0x1000), %esp
	lea	PARAM_OTHER + PARAM, %r14
	call	init
	call	irq_init_cpu
	sti
1:	hlt
	jmp	1b

	.balign	8
secondary_gdtr:
	.word	GDT_SIZE - 1
	.long	GUEST_GDT
guest_end:

	.section .note.GNU-stack, "", @progbits
