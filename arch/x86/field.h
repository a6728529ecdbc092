/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names for the registers of a guest that are not in the VCPU page.
 */
#ifndef ZXVM_X86_FIELD_H
#define ZXVM_X86_FIELD_H

/*
 * Registers of a guest that the VMCS and the VMCB hold. CR0 and CR4 are as
 * the guest sees them.
 */
enum zxvm_field {
	ZXVM_RIP,
	ZXVM_RSP,
	ZXVM_RFLAGS,
	ZXVM_CR0,
	ZXVM_CR3,
	ZXVM_CR4,
	ZXVM_EFER,
	ZXVM_PAT,
	ZXVM_DR7,
	ZXVM_SYSENTER_CS,
	ZXVM_SYSENTER_ESP,
	ZXVM_SYSENTER_EIP,
	/* MSRs that a run leaves in the CPU */
	ZXVM_STAR,
	ZXVM_LSTAR,
	ZXVM_FMASK,
	ZXVM_CSTAR,
	ZXVM_KERNEL_GS_BASE,
	ZXVM_TSC_AUX,
	/* Access rights, read only: ZXVM_AR_* */
	ZXVM_CS_AR,
	ZXVM_SS_AR,
	ZXVM_GDTR_BASE,
	ZXVM_GDTR_LIMIT,
	ZXVM_IDTR_BASE,
	ZXVM_IDTR_LIMIT,
	/* Of PAE paging, which a vendor with a table of its own reads there */
	ZXVM_PDPTE0,
	ZXVM_PDPTE1,
	ZXVM_PDPTE2,
	ZXVM_PDPTE3,
	ZXVM_FIELDS,
};

#endif /* ZXVM_X86_FIELD_H */
