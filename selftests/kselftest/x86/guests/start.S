/* SPDX-License-Identifier: GPL-2.0 */
/* What VCPUs that start in real mode run first, loaded at START */
#include "guest.h"

#define CR0_PE_PG	0x80000001
#define CR4_PAE_PGE	0xa0
#define MSR_EFER	0xc0000080
#define EFER_LME	0x100

	/* To 64-bit mode; tells that it is there; to where r15 points then */
	GUEST	start
	.code16
	mov	%cr4, %eax
	or	$CR4_PAE_PGE, %eax
	mov	%eax, %cr4
	mov	$PML4, %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME, %eax
	wrmsr
	lgdtl	%cs:(start_gdtr - guest_start)
	mov	%cr0, %eax
	or	$CR0_PE_PG, %eax
	mov	%eax, %cr0
	ljmpl	$8, $(START + start_64 - guest_start)

	.code64
start_64:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	MMIO_BASE
	TELL	%rax, TELL_START
	jmp	*%r15

	.balign	8
start_gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* code, 64 bits */
	.quad	0x00cf93000000ffff	/* data */
start_gdtr:
	.word	start_gdtr - start_gdt - 1
	.long	START + start_gdt - guest_start
	GUEST_END start
