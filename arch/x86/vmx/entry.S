/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world switch of VMX. SDM vol. 3, 27 and 28.
 *
 * A VM exit brings back RSP, RIP and the segments of the host, and nothing
 * else: general registers are exchanged here. The guest's are in the VCPU
 * page in the order of their numbers.
 */
#include <linux/linkage.h>

#include <asm/alternative.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>
#include <asm/unwind_hints.h>
#include <uapi/asm/vmx.h>

#include "entry-header.S"

#define SWITCH_REGS	0
#define SWITCH_HOST_RSP	8

/* SDM vol. 3, appendix B */
#define VM_EXIT_REASON	0x4402
#define HOST_RSP	0x6c14

.section .noinstr.text, "ax"

/*
 * u32 vmx_enter(struct zxvm_vcpu *vcpu, struct vmx_switch *sw, bool launched)
 *
 * Returns the exit reason, or VMX_NOT_ENTERED. An exit after which the guest
 * could be entered at once was none.
 */
SYM_FUNC_START(vmx_enter)
	PUSH_HOST

	push	%rdi
	mov	SWITCH_REGS(%rsi), %rax
	push	%rax
	cmp	%rsp, SWITCH_HOST_RSP(%rsi)
	je	1f
	mov	%rsp, SWITCH_HOST_RSP(%rsi)
	mov	$HOST_RSP, %ecx
	vmwrite	%rsp, %rcx
1:
	/* From here on only the guest's own data are loaded. */
	CLEAR_CPU_BUFFERS
	/* No MOV changes the flags until the jump below. */
	test	%dl, %dl

	LOAD_GUEST %rax
	mov	RDI(%rax), %rdi
	mov	RAX(%rax), %rax

	UNWIND_HINT_SAVE
	jz	2f
	vmresume
	jmp	3f
2:	vmlaunch

	/* VM entry failed early: the registers are still the guest's. */
3:	CLEAR_GUEST
	mov	$-1, %eax
	jmp	4f

/* HOST_RIP */
SYM_INNER_LABEL_ALIGN(vmx_exit, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ANNOTATE_NOENDBR
	push	%rax
	mov	8(%rsp), %rax
	pop	RAX(%rax)
	SAVE_GUEST %rax
	mov	%rdi, RDI(%rax)

	/* Before the first CALL or RET: Documentation/mitigations-x86.rst */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE
	ALTERNATIVE "jmp .Librs_done", "", X86_FEATURE_KERNEL_IBRS
	mov	$MSR_IA32_SPEC_CTRL, %ecx
	rdmsr
	wrmsr
.Librs_done:
	CLEAR_BRANCH_HISTORY_VMEXIT
	CLEAR_GUEST

	mov	$VM_EXIT_REASON, %eax
	vmread	%rax, %rax
	cmp	$EXIT_REASON_CPUID, %eax
	jne	4f
	mov	8(%rsp), %rdi
	call	vmx_fast_cpuid
	test	%al, %al
	mov	(%rsp), %rax
	mov	$1, %edx
	jnz	1b
	mov	$EXIT_REASON_CPUID, %eax

4:	add	$16, %rsp
	POP_HOST
	RET
SYM_FUNC_END(vmx_enter)

.text

/*
 * void vmx_call_irq(unsigned long handler)
 *
 * Calls a handler of the IDT as the CPU would: SS, RSP, RFLAGS, CS and RIP are
 * on an aligned stack. SDM vol. 3, 6.14.2.
 */
SYM_FUNC_START(vmx_call_irq)
	push	%rbp
	mov	%rsp, %rbp
	and	$-16, %rsp
	push	$__KERNEL_DS
	push	%rbp
	pushf
	push	$__KERNEL_CS
	CALL_NOSPEC rdi
	/* IRET has done that; objtool does not know. */
	mov	%rbp, %rsp
	pop	%rbp
	RET
SYM_FUNC_END(vmx_call_irq)
