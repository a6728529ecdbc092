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
#include <uapi/asm/svm.h>

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

/*
 * FILL_RETURN_BUFFER, but without what some kernels count in it, which they do
 * where GS is.
 */
#undef CREDIT_CALL_DEPTH
#define CREDIT_CALL_DEPTH
#undef CALL_THUNKS_DEBUG_INC_CTXSW
#define CALL_THUNKS_DEBUG_INC_CTXSW
.macro FILL_RETURNS_WITHOUT_GS
	ALTERNATIVE "jmp .Lfilled", \
		    __stringify(__FILL_RETURN_BUFFER(%rcx, RSB_CLEAR_LOOPS)), \
		    X86_FEATURE_RSB_VMEXIT
.Lfilled:
.endm

#define SVM_VMCB	0
#define SVM_PA		8
#define SVM_HOST_PA	16

#define VMCB_EXIT_CODE	0x70

.section .noinstr.text, "ax"

/*
 * void svm_enter(struct zxvm_vcpu *vcpu, u64 *regs, const struct svm_vcpu *svm)
 *
 * An exit after which the guest could be entered at once was none.
 *
 * While GIF is 0 nothing interrupts, not even an NMI: in there GS and TR are
 * the guest's. RFLAGS.IF of the host decides whether interrupts make the
 * guest exit; 15.21.1.
 */
SYM_FUNC_START(svm_enter)
	PUSH_HOST
	push	%rdi
	push	%rdx
	push	%rsi

	mov	SVM_PA(%rdx), %rax
	mov	%rsi, %rdi
	clgi
	sti
	vmload	%rax

1:	LOAD_GUEST %rdi
	mov	RDI(%rdi), %rdi

	VM_CLEAR_CPU_BUFFERS
	vmrun	%rax

	/* RAX is the host's again: the address of the VMCB. */
	push	%rdi
	mov	8(%rsp), %rdi
	SAVE_GUEST %rdi
	pop	RDI(%rdi)

	mov	8(%rsp), %rdx
	mov	SVM_VMCB(%rdx), %rcx
	cmpl	$SVM_EXIT_CPUID, VMCB_EXIT_CODE(%rcx)
	jne	.Lleave
	/* With these no function can be called without the host's GS. */
	ALTERNATIVE "", "jmp .Lleave", X86_FEATURE_IBPB_ON_VMEXIT
#ifdef X86_FEATURE_CALL_DEPTH
	ALTERNATIVE "", "jmp .Lleave", X86_FEATURE_CALL_DEPTH
#endif
	FILL_RETURNS_WITHOUT_GS
	UNTRAIN_RET_VM
	CLEAR_GUEST
	mov	16(%rsp), %rdi
	call	svm_fast_cpuid
	test	%al, %al
	mov	8(%rsp), %rdx
	mov	SVM_PA(%rdx), %rax
	mov	(%rsp), %rdi
	jnz	1b

.Lleave:
	vmsave	%rax
	mov	SVM_HOST_PA(%rdx), %rax
	vmload	%rax
	cli
	stgi

	/* Before the next RET: Documentation/mitigations-x86.rst */
	FILL_RETURN_BUFFER %rax, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT
	UNTRAIN_RET_VM
	CLEAR_GUEST

	add	$24, %rsp
	POP_HOST
	RET
SYM_FUNC_END(svm_enter)
