/* SPDX-License-Identifier: GPL-2.0 */
/* The world switches with nothing in them that could be left out. */
#include <linux/linkage.h>

#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#define VMCS_HOST_RSP	0x6c14

	.macro SAVE_HOST
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdi
	.endm

	.macro RESTORE_HOST
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	.endm

	/* From struct floor_regs in rdi, which goes last; not RAX and RSP */
	.macro LOAD_GUEST
	mov	8(%rdi), %rcx
	mov	16(%rdi), %rdx
	mov	24(%rdi), %rbx
	mov	40(%rdi), %rbp
	mov	48(%rdi), %rsi
	mov	64(%rdi), %r8
	mov	72(%rdi), %r9
	mov	80(%rdi), %r10
	mov	88(%rdi), %r11
	mov	96(%rdi), %r12
	mov	104(%rdi), %r13
	mov	112(%rdi), %r14
	mov	120(%rdi), %r15
	mov	56(%rdi), %rdi
	.endm

	/* The guest's rdi goes to the stack, above struct floor_regs. */
	.macro SAVE_GUEST
	push	%rdi
	mov	8(%rsp), %rdi
	mov	%rcx, 8(%rdi)
	mov	%rdx, 16(%rdi)
	mov	%rbx, 24(%rdi)
	mov	%rbp, 40(%rdi)
	mov	%rsi, 48(%rdi)
	mov	%r8, 64(%rdi)
	mov	%r9, 72(%rdi)
	mov	%r10, 80(%rdi)
	mov	%r11, 88(%rdi)
	mov	%r12, 96(%rdi)
	mov	%r13, 104(%rdi)
	mov	%r14, 112(%rdi)
	mov	%r15, 120(%rdi)
	pop	56(%rdi)
	.endm

	.text

SYM_FUNC_START(floor_vmx_enter)
	SAVE_HOST
	mov	$VMCS_HOST_RSP, %eax
	vmwrite	%rsp, %rax
	mov	(%rdi), %rax
	test	%sil, %sil
	LOAD_GUEST
	UNWIND_HINT_SAVE
	jnz	1f
	vmlaunch
1:	vmresume
	pop	%rdi
	mov	$1, %eax
	jmp	2f
SYM_INNER_LABEL(floor_vmx_leave, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ANNOTATE_NOENDBR
	SAVE_GUEST
	mov	%rax, (%rdi)
	pop	%rdi
	xor	%eax, %eax
2:	RESTORE_HOST
	RET
SYM_FUNC_END(floor_vmx_enter)

	/* RAX is in the VMCB. */
SYM_FUNC_START(floor_svm_enter)
	SAVE_HOST
	mov	%rsi, %rax
	LOAD_GUEST
	clgi
	vmrun	%rax
	stgi
	SAVE_GUEST
	pop	%rdi
	xor	%eax, %eax
	RESTORE_HOST
	RET
SYM_FUNC_END(floor_svm_enter)

SYM_FUNC_START(floor_guest)
	cpuid
	jmp	floor_guest
	int3
SYM_FUNC_END(floor_guest)
