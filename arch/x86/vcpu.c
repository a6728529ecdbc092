// SPDX-License-Identifier: GPL-2.0
/*
 * The life and the register state of a VCPU.
 */
#include <linux/preempt.h>
#include <linux/string.h>

#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/fpu/types.h>
#include <asm/processor-flags.h>

#include "guest_access.h"
#include "spec_host.h"
#include "stats.h"
#include "x86.h"

/* The flags that the VMM may see and change */
#define VMM_RFLAGS \
	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | \
	 X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_OF | \
	 X86_EFLAGS_NT | X86_EFLAGS_AC | X86_EFLAGS_ID)

#define XCR0_START \
	(XFEATURE_MASK_FP | XFEATURE_MASK_SSE | XFEATURE_MASK_YMM)

/* Access rights of segments at the start; SDM vol. 3, 25.4.1 */
#define AR_DATA		0x93
#define AR_CODE		0x9f
#define AR_CODE_64	(AR_CODE | ZXVM_AR_L)
#define AR_LDT		0x82
#define AR_TSS		0x8b
#define START_LIMIT	0xffff

static void reset_segments(struct zxvm_vcpu *vcpu)
{
	struct zxvm_segment seg = { .limit = START_LIMIT, .ar = AR_DATA };
	int i;

	for (i = ZXVM_ES; i <= ZXVM_GS; i++)
		zxvm_vendor->set_segment(vcpu, i, &seg);
	seg.ar = AR_LDT;
	zxvm_vendor->set_segment(vcpu, ZXVM_LDTR, &seg);
	seg.ar = AR_TSS;
	zxvm_vendor->set_segment(vcpu, ZXVM_TR, &seg);
	zxvm_set(vcpu, ZXVM_GDTR_BASE, 0);
	zxvm_set(vcpu, ZXVM_GDTR_LIMIT, START_LIMIT);
	zxvm_set(vcpu, ZXVM_IDTR_BASE, 0);
	zxvm_set(vcpu, ZXVM_IDTR_LIMIT, START_LIMIT);
}

static void set_code_segment(struct zxvm_vcpu *vcpu, u64 base, u32 ar)
{
	struct zxvm_segment seg = {
		.selector = base >> 4,
		.base = base,
		.limit = START_LIMIT,
		.ar = ar,
	};

	zxvm_vendor->set_segment(vcpu, ZXVM_CS, &seg);
}

/* What both kinds of start have in common */
static void reset_common(struct zxvm_vcpu *vcpu)
{
	static const enum zxvm_field zeroes[] = {
		ZXVM_RSP, ZXVM_CR3, ZXVM_SYSENTER_CS, ZXVM_SYSENTER_ESP,
		ZXVM_SYSENTER_EIP, ZXVM_STAR, ZXVM_LSTAR, ZXVM_CSTAR,
		ZXVM_FMASK, ZXVM_KERNEL_GS_BASE, ZXVM_TSC_AUX,
	};
	struct zxvm_arch_vcpu *arch = &vcpu->arch;
	int i;

	memset(arch->regs, 0, sizeof(*arch->regs));
	for (i = 0; i < ARRAY_SIZE(zeroes); i++)
		zxvm_set(vcpu, zeroes[i], 0);
	zxvm_set(vcpu, ZXVM_RFLAGS, X86_EFLAGS_FIXED);
	zxvm_set(vcpu, ZXVM_DR7, ZXVM_DR7_RESET);
	zxvm_set(vcpu, ZXVM_PAT, zxvm_host.pat);
	reset_segments(vcpu);
	memset(&arch->clock, 0, sizeof(arch->clock));
	memset(arch->dr, 0, sizeof(arch->dr));
	arch->dr_armed = false;
	arch->dr6 = DR6_RESERVED;
	arch->cr2 = 0;
	zxvm_fpu_reset(vcpu, XCR0_START);
}

/* The boot VCPU starts in 64-bit mode, with page tables at guest-physical 0. */
static void reset_boot(struct zxvm_vcpu *vcpu, u64 entry)
{
	u64 cr4 = X86_CR4_PAE | X86_CR4_PGE | X86_CR4_OSFXSR |
		  X86_CR4_FSGSBASE | X86_CR4_OSXSAVE;

	reset_common(vcpu);
	zxvm_set(vcpu, ZXVM_CR0, X86_CR0_PG | X86_CR0_WP | X86_CR0_ET |
				 X86_CR0_PE);
	zxvm_set(vcpu, ZXVM_CR4, cr4 & zxvm_host.cr4);
	zxvm_set(vcpu, ZXVM_EFER, zxvm_host.efer | EFER_LME | EFER_LMA);
	set_code_segment(vcpu, 0, AR_CODE_64);
	zxvm_set(vcpu, ZXVM_RIP, entry);
}

/**
 * zxvm_reset_real() - the state in which the others start: real mode
 * @vcpu: loaded
 * @entry: base of CS
 *
 * Context: the owner thread.
 */
void zxvm_reset_real(struct zxvm_vcpu *vcpu, u64 entry)
{
	u64 cr4 = X86_CR4_OSFXSR | X86_CR4_FSGSBASE | X86_CR4_OSXSAVE;

	reset_common(vcpu);
	zxvm_set(vcpu, ZXVM_CR0, X86_CR0_WP | X86_CR0_ET);
	zxvm_set(vcpu, ZXVM_CR4, cr4 & zxvm_host.cr4);
	zxvm_set(vcpu, ZXVM_EFER, zxvm_host.efer & ~(EFER_LME | EFER_LMA));
	set_code_segment(vcpu, entry, AR_CODE);
	zxvm_set(vcpu, ZXVM_RIP, 0);
}

/**
 * zxvm_copy_state() - keep RSP and RFLAGS for the VCPU page, and for enter
 * @vcpu: loaded
 */
void zxvm_copy_state(struct zxvm_vcpu *vcpu)
{
	vcpu->arch.rsp = zxvm_get(vcpu, ZXVM_RSP);
	vcpu->arch.rflags = zxvm_get(vcpu, ZXVM_RFLAGS);
	vcpu->arch.copied = true;
}

/**
 * zxvm_arch_publish_page() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_publish_page(struct zxvm_vcpu *vcpu)
{
	struct zxvm_vcpu_page *page = vcpu->page;

	if (unlikely(!vcpu->arch.copied))
		zxvm_copy_state(vcpu);
	page->state.x86.rsp = vcpu->arch.rsp;
	page->state.x86.rflags = vcpu->arch.rflags & VMM_RFLAGS;
	page->valid = ZXVM_PAGE_SP | ZXVM_PAGE_FLAGS;
}

/* Bit 1, which is always set in a CPU, says that the flags are meant. */
static void set_flags(struct zxvm_vcpu *vcpu, u64 rflags)
{
	if (!(rflags & X86_EFLAGS_FIXED))
		return;
	vcpu->arch.rflags = (vcpu->arch.rflags & ~(u64)VMM_RFLAGS) |
			    (rflags & VMM_RFLAGS);
	vcpu->arch.state_changed = true;
}

static void set_sp(struct zxvm_vcpu *vcpu, u64 rsp)
{
	vcpu->arch.rsp = rsp;
	vcpu->arch.state_changed = true;
}

/**
 * zxvm_arch_adopt_page() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @dirty: ZXVM_PAGE_*
 */
void zxvm_arch_adopt_page(struct zxvm_vcpu *vcpu, u32 dirty)
{
	struct zxvm_vcpu_page *page = vcpu->page;

	if (dirty & ZXVM_PAGE_SP)
		set_sp(vcpu, READ_ONCE(page->state.x86.rsp));
	if (dirty & ZXVM_PAGE_FLAGS)
		set_flags(vcpu, READ_ONCE(page->state.x86.rflags));
}

/**
 * zxvm_arch_vcpu_init() - see zxvm/arch.h
 * @vcpu: the VCPU, numbered
 * @entry: where it starts
 *
 * Return: 0, -ENOMEM, or -EBUSY if another hypervisor has taken this CPU.
 */
int zxvm_arch_vcpu_init(struct zxvm_vcpu *vcpu, u64 entry)
{
	struct zxvm_arch_vcpu *arch = &vcpu->arch;
	int ret;

	arch->regs = &vcpu->page->state.x86;
	arch->cpu = -1;
	arch->spec_id = zxvm_spec_id();
	ret = zxvm_fpu_init(vcpu);
	if (ret)
		return ret;
	ret = zxvm_fetch_init(vcpu);
	if (ret)
		goto err_fpu;
	ret = zxvm_apic_init(vcpu);
	if (ret)
		goto err_fetch;
	ret = zxvm_vendor->vcpu_init(vcpu);
	if (ret)
		goto err_apic;
	preempt_disable();
	zxvm_arch_vcpu_load(vcpu);
	if (vcpu->index)
		zxvm_reset_real(vcpu, entry);
	else
		reset_boot(vcpu, entry);
	zxvm_arch_vcpu_put(vcpu);
	zxvm_arch_publish_page(vcpu);
	preempt_enable();
	return 0;

err_apic:
	zxvm_apic_destroy(vcpu);
err_fetch:
	zxvm_fetch_destroy(vcpu);
err_fpu:
	zxvm_fpu_destroy(vcpu);
	return ret;
}

/**
 * zxvm_arch_vcpu_destroy() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_destroy(struct zxvm_vcpu *vcpu)
{
	zxvm_vendor->vcpu_destroy(vcpu);
	zxvm_apic_destroy(vcpu);
	zxvm_fetch_destroy(vcpu);
	zxvm_fpu_destroy(vcpu);
}

/**
 * zxvm_arch_vcpu_load() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_load(struct zxvm_vcpu *vcpu)
{
	int cpu = smp_processor_id();

	zxvm_spec_load(vcpu->arch.spec_id);
	static_call(zxvm_load)(vcpu, cpu);
	vcpu->arch.cpu = cpu;
	vcpu->arch.exits = this_cpu_ptr(&zxvm_stats)->exits;
	__this_cpu_write(zxvm_loaded, vcpu);
	zxvm_pt_load(vcpu);
	if (unlikely(vcpu->arch.state_changed)) {
		vcpu->arch.state_changed = false;
		zxvm_set(vcpu, ZXVM_RSP, vcpu->arch.rsp);
		zxvm_set(vcpu, ZXVM_RFLAGS, vcpu->arch.rflags);
	}
}

/**
 * zxvm_arch_vcpu_put() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_put(struct zxvm_vcpu *vcpu)
{
	zxvm_pt_put();
	__this_cpu_write(zxvm_loaded, NULL);
	static_call(zxvm_put)(vcpu);
	zxvm_spec_put();
}

/**
 * zxvm_arch_leave() - see zxvm/arch.h
 */
void zxvm_arch_leave(void)
{
	static_call_cond(zxvm_leave)();
}

/**
 * zxvm_arch_vcpu_block() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_block(struct zxvm_vcpu *vcpu)
{
}

/**
 * zxvm_arch_vcpu_unblock() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_unblock(struct zxvm_vcpu *vcpu)
{
}

/**
 * zxvm_arch_read_state() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @state: to be filled
 */
void zxvm_arch_read_state(struct zxvm_vcpu *vcpu,
			  struct zxvm_arch_state *state)
{
	*state = *vcpu->arch.regs;
	state->rsp = vcpu->arch.rsp;
	state->rflags = vcpu->arch.rflags & VMM_RFLAGS;
}

/**
 * zxvm_arch_write_state() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @state: the new state
 */
void zxvm_arch_write_state(struct zxvm_vcpu *vcpu,
			   const struct zxvm_arch_state *state)
{
	*vcpu->arch.regs = *state;
	set_sp(vcpu, state->rsp);
	set_flags(vcpu, state->rflags);
	vcpu->page->state.x86.rflags = vcpu->arch.rflags & VMM_RFLAGS;
	vcpu->page->valid = ZXVM_PAGE_SP | ZXVM_PAGE_FLAGS;
}

/**
 * zxvm_arch_write_io() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @io: result of an IN instruction
 *
 * Return: 0, or -EINVAL for an access size that is none.
 */
int zxvm_arch_write_io(struct zxvm_vcpu *vcpu, const struct zxvm_vcpu_io *io)
{
	u64 rax = zxvm_get_gpr(vcpu, ZXVM_RAX);

	switch (io->access_size) {
	case 1:
	case 2:
	case 4:
		memcpy(&rax, io->data, io->access_size);
		zxvm_set_gpr(vcpu, ZXVM_RAX, rax);
		return 0;
	default:
		return -EINVAL;
	}
}
