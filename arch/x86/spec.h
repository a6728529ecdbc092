/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Speculation: what has to be done around runs of a guest, decided from what
 * the host's kernel has chosen for itself. Pure logic.
 */
#ifndef ZXVM_X86_SPEC_H
#define ZXVM_X86_SPEC_H

#include <linux/bits.h>
#include <linux/types.h>

/* Before an entry */
#define SPEC_L1D_COND		BIT(0)	/* flush the L1D, after other code ran */
#define SPEC_L1D_ALWAYS		BIT(1)	/* flush the L1D */
#define SPEC_VERW		BIT(2)	/* clear the buffers of the core */
/* After an exit */
#define SPEC_RSB_FILL		BIT(3)	/* fill the return stack buffer */
#define SPEC_RSB_LITE		BIT(4)	/* one CALL that is not returned from */
#define SPEC_IBRS		BIT(5)	/* write SPEC_CTRL again */
#define SPEC_BHB		BIT(6)	/* clear the branch history */
#define SPEC_UNTRAIN		BIT(7)	/* untrain returns */
#define SPEC_IBPB_EXIT		BIT(8)	/* barrier of indirect branches */
/* When the owner thread leaves a CPU, or goes to user space */
#define SPEC_IBPB_PUT		BIT(9)
/* When a CPU gets another VCPU than it had last */
#define SPEC_IBPB_LOAD		BIT(10)
/* Wanted, but this CPU's microcode cannot */
#define SPEC_L1D_MISSING	BIT(11)
#define SPEC_ACTIONS		12

/* How much is done about L1TF */
enum spec_l1d {
	SPEC_L1D_NEVER,
	SPEC_L1D_WHEN_DIRTY,
	SPEC_L1D_EACH_ENTRY,
};

/**
 * struct spec_host - what the host's kernel has found and chosen
 * @off: the administrator wants no mitigations
 * @vmx: guests run on VMX, not on SVM
 * @l1tf: the CPU has the bug
 * @l1d: what is wanted against it
 * @flush_cmd: the MSR that flushes the L1D
 * @verw: VERW clears buffers on the way to user space
 * @verw_svm: and before VMRUN
 * @rsb_vmexit: fill the return stack buffer
 * @rsb_lite: a part of that will do
 * @kernel_ibrs: the kernel runs with IBRS set by hand
 * @bhb_loop: clear the branch history by a loop
 * @unret: untrain returns on the way into the kernel
 * @ibpb: a barrier between users that must not harm each other
 * @ibpb_vmexit: a barrier after each exit
 * @ibpb_user: a barrier between a guest and user space
 */
struct spec_host {
	bool off;
	bool vmx;
	bool l1tf;
	enum spec_l1d l1d;
	bool flush_cmd;
	bool verw;
	bool verw_svm;
	bool rsb_vmexit;
	bool rsb_lite;
	bool kernel_ibrs;
	bool bhb_loop;
	bool unret;
	bool ibpb;
	bool ibpb_vmexit;
	bool ibpb_user;
};

u32 spec_decide(const struct spec_host *host);
size_t spec_describe(u32 actions, char *text, size_t size);

#endif /* ZXVM_X86_SPEC_H */
