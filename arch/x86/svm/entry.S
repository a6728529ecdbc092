/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world switch of SVM. APM vol. 2, 15.5, 15.6 and 15.17.
 *
 * VMRUN exchanges RAX, RSP, RIP, RFLAGS, CRs, CS, SS, DS, ES and the table
 * registers; VMLOAD and VMSAVE do FS, GS, TR, LDTR and the MSRs of system
 * calls; the other general registers are exchanged here. The guest's are in
 * the VCPU page in the order of their numbers.
 */
#include <linux/linkage.h>

#include <asm/alternative.h>
#include <asm/cpufeatures.h>
#include <asm/nospec-branch.h>

#include "entry-header.S"

/*
 * Against what the guest has trained or left in the CPU, as spec_decide() says
 * and the kernel patches in: see Documentation/mitigations-x86.rst. Kernels
 * differ in the macros that they offer.
 */
#ifndef UNTRAIN_RET_VM
.macro UNTRAIN_RET_VM
	UNTRAIN_RET
	ALTERNATIVE "", "call entry_ibpb", X86_FEATURE_IBPB_ON_VMEXIT
.endm
#endif
#ifndef VM_CLEAR_CPU_BUFFERS
#define VM_CLEAR_CPU_BUFFERS
#endif

.section .noinstr.text, "ax"

/*
 * void svm_enter(u64 *regs, u64 vmcb_pa, u64 host_pa)
 *
 * While GIF is 0 nothing interrupts, not even an NMI: in there GS and TR are
 * the guest's. RFLAGS.IF of the host decides whether interrupts make the
 * guest exit; 15.21.1.
 */
SYM_FUNC_START(svm_enter)
	PUSH_HOST
	push	%rdx
	push	%rdi

	mov	%rsi, %rax
	clgi
	sti
	vmload	%rax

	LOAD_GUEST %rdi
	mov	RDI(%rdi), %rdi

	VM_CLEAR_CPU_BUFFERS
	vmrun	%rax

	/* RAX is the host's again: the address of the VMCB. */
	vmsave	%rax
	push	%rdi
	mov	8(%rsp), %rdi
	mov	16(%rsp), %rax
	vmload	%rax
	cli
	stgi

	SAVE_GUEST %rdi
	pop	RDI(%rdi)
	add	$16, %rsp

	FILL_RETURN_BUFFER %rax, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT
	UNTRAIN_RET_VM

	CLEAR_GUEST
	POP_HOST
	RET
SYM_FUNC_END(svm_enter)
