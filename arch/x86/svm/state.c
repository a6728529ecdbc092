// SPDX-License-Identifier: GPL-2.0
/*
 * Where SVM keeps the state of a guest: all of it is in the VMCB while the
 * guest does not run, but for what the CPU does not store as a guest of an
 * Intel CPU expects. APM vol. 2, 15.5 and 15.6.
 */
#include <linux/bitfield.h>

#include <asm/msr.h>

#include "svm.h"

/**
 * struct place - where a register is
 * @offset: in the VMCB
 * @size: in bytes, 4 or 8
 * @clean: VMCB_CLEAN_*
 */
struct place {
	u16 offset;
	u8 size;
	u32 clean;
};

#define PLACE(member, size, clean) \
	{ offsetof(struct vmcb, member), size, clean }

/* CR0 and CR4 have bits that are ours; TSC_AUX is not in it. */
static const struct place places[ZXVM_FIELDS] = {
	[ZXVM_RIP]		= PLACE(rip, 8, 0),
	[ZXVM_RSP]		= PLACE(rsp, 8, 0),
	[ZXVM_RFLAGS]		= PLACE(rflags, 8, 0),
	[ZXVM_CR0]		= PLACE(cr0, 8, VMCB_CLEAN_CR),
	[ZXVM_CR3]		= PLACE(cr3, 8, VMCB_CLEAN_CR),
	[ZXVM_CR4]		= PLACE(cr4, 8, VMCB_CLEAN_CR),
	[ZXVM_EFER]		= PLACE(efer, 8, VMCB_CLEAN_CR),
	[ZXVM_PAT]		= PLACE(g_pat, 8, VMCB_CLEAN_NP),
	[ZXVM_DR7]		= PLACE(dr7, 8, VMCB_CLEAN_DR),
	[ZXVM_SYSENTER_CS]	= PLACE(sysenter_cs, 8, 0),
	[ZXVM_SYSENTER_ESP]	= PLACE(sysenter_esp, 8, 0),
	[ZXVM_SYSENTER_EIP]	= PLACE(sysenter_eip, 8, 0),
	[ZXVM_STAR]		= PLACE(star, 8, 0),
	[ZXVM_LSTAR]		= PLACE(lstar, 8, 0),
	[ZXVM_CSTAR]		= PLACE(cstar, 8, 0),
	[ZXVM_FMASK]		= PLACE(sfmask, 8, 0),
	[ZXVM_KERNEL_GS_BASE]	= PLACE(kernel_gs_base, 8, 0),
	[ZXVM_GDTR_BASE]	= PLACE(gdtr.base, 8, VMCB_CLEAN_DT),
	[ZXVM_GDTR_LIMIT]	= PLACE(gdtr.limit, 4, VMCB_CLEAN_DT),
	[ZXVM_IDTR_BASE]	= PLACE(idtr.base, 8, VMCB_CLEAN_DT),
	[ZXVM_IDTR_LIMIT]	= PLACE(idtr.limit, 4, VMCB_CLEAN_DT),
};

static bool is_loaded(const struct zxvm_vcpu *vcpu)
{
	return __this_cpu_read(zxvm_loaded) == vcpu;
}

static struct vmcb_seg *segment_of(struct vmcb *vmcb, enum zxvm_seg seg)
{
	switch (seg) {
	case ZXVM_TR:
		return &vmcb->tr;
	case ZXVM_LDTR:
		return &vmcb->ldtr;
	default:
		return &vmcb->seg[seg];
	}
}

/*
 * The access rights as the VMCS has them. The privilege level is beside the
 * segments; 15.5.1
 */
static u32 read_ar(const struct vmcb *vmcb, enum zxvm_seg seg)
{
	u16 attrib = segment_of((struct vmcb *)vmcb, seg)->attrib;
	u32 ar = FIELD_GET(VMCB_ATTRIB_LOW, attrib) |
		 FIELD_GET(VMCB_ATTRIB_HIGH, attrib) << 12;

	if (seg == ZXVM_SS)
		ar = (ar & ~(u32)ZXVM_AR_DPL) |
		     FIELD_PREP(ZXVM_AR_DPL, vmcb->cpl);
	return ar & ZXVM_AR_P ? ar : ar | ZXVM_AR_UNUSABLE;
}

static u64 read_place(const struct vmcb *vmcb, const struct place *place)
{
	const void *p = (const void *)vmcb + place->offset;

	switch (place->size) {
	case 8:
		return *(const u64 *)p;
	case 4:
		return *(const u32 *)p;
	default:
		/* The PDPTEs: the CPU reads them in memory; 15.25.10 */
		return 0;
	}
}

static void write_place(struct vmcb *vmcb, const struct place *place,
			u64 value)
{
	void *p = (void *)vmcb + place->offset;

	switch (place->size) {
	case 8:
		*(u64 *)p = value;
		break;
	case 4:
		*(u32 *)p = value;
		break;
	}
}

/**
 * svm_get() - see vendor.h
 * @vcpu: the VCPU
 * @field: the register
 *
 * Return: its value.
 */
u64 svm_get(struct zxvm_vcpu *vcpu, enum zxvm_field field)
{
	const struct svm_vcpu *svm = vcpu->arch.svm;
	const struct vmcb *vmcb = svm->vmcb;

	switch (field) {
	case ZXVM_CR0:
		return (vmcb->cr0 & ~SVM_CR0_HOST) | svm->cr0_guest;
	case ZXVM_CR4:
		return (vmcb->cr4 & ~SVM_CR4_HOST) | svm->cr4_guest;
	case ZXVM_EFER:
		return vmcb->efer & ~(u64)EFER_SVME;
	case ZXVM_CS_AR:
		return read_ar(vmcb, ZXVM_CS);
	case ZXVM_SS_AR:
		return read_ar(vmcb, ZXVM_SS);
	case ZXVM_RFLAGS:
		return svm->stepping ? (vmcb->rflags & ~(u64)X86_EFLAGS_TF) |
				       svm->step_tf : vmcb->rflags;
	case ZXVM_SYSENTER_ESP:
		return svm->sysenter_esp;
	case ZXVM_SYSENTER_EIP:
		return svm->sysenter_eip;
	case ZXVM_TSC_AUX:
		return svm->tsc_aux;
	default:
		return read_place(vmcb, &places[field]);
	}
}

/*
 * A guest that has set a bit which is ours to another value than the CPU's
 * must not read the CPU's.
 */
static u64 hide(struct svm_vcpu *svm, unsigned int cr, u64 value, u64 ours,
		u64 hardware, u64 *guest)
{
	*guest = value & ours;
	svm_intercept(svm, 0, BIT(VMCB_READ_CR + cr),
		      *guest != (hardware & ours));
	return (value & ~ours) | (hardware & ours);
}

static void set_tsc_aux(struct zxvm_vcpu *vcpu, u64 value)
{
	/* Loaded or not, and where, has to stay so meanwhile. */
	preempt_disable();
	vcpu->arch.svm->tsc_aux = value;
	if (zxvm_host.rdtscp && is_loaded(vcpu))
		wrmsrl(MSR_TSC_AUX, value);
	preempt_enable();
}

/**
 * svm_set() - see vendor.h
 * @vcpu: the VCPU
 * @field: the register
 * @value: its new value
 */
void svm_set(struct zxvm_vcpu *vcpu, enum zxvm_field field, u64 value)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	switch (field) {
	case ZXVM_RIP:
		/* What was to be fetched is not the next instruction now. */
		svm->refetch = false;
		break;
	case ZXVM_CR0:
		value = hide(svm, 0, value, SVM_CR0_HOST, 0, &svm->cr0_guest);
		break;
	case ZXVM_CR4:
		value = hide(svm, 4, value, SVM_CR4_HOST, svm_caps.mce,
			     &svm->cr4_guest);
		break;
	case ZXVM_EFER:
		/* VMRUN demands it; 15.5.1 */
		value |= EFER_SVME;
		break;
	case ZXVM_RFLAGS:
		if (svm->stepping) {
			svm->step_tf = value & X86_EFLAGS_TF;
			value |= X86_EFLAGS_TF;
		}
		break;
	case ZXVM_SYSENTER_ESP:
		svm->sysenter_esp = value;
		break;
	case ZXVM_SYSENTER_EIP:
		svm->sysenter_eip = value;
		break;
	case ZXVM_TSC_AUX:
		set_tsc_aux(vcpu, value);
		return;
	default:
		break;
	}
	write_place(svm->vmcb, &places[field], value);
	svm_dirty(svm, places[field].clean);
}

/**
 * svm_get_code() - see vendor.h
 * @vcpu: the VCPU
 * @code: to be filled
 */
void svm_get_code(struct zxvm_vcpu *vcpu, struct zxvm_code *code)
{
	const struct vmcb *vmcb = vcpu->arch.svm->vmcb;

	code->rip = vmcb->rip;
	code->cr3 = vmcb->cr3;
	code->efer = vmcb->efer & ~(u64)EFER_SVME;
	code->cs = read_ar(vmcb, ZXVM_CS);
}

/**
 * svm_get_segment() - see vendor.h
 * @vcpu: the VCPU
 * @seg: the register
 * @value: to be filled
 */
void svm_get_segment(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
		     struct zxvm_segment *value)
{
	struct vmcb *vmcb = vcpu->arch.svm->vmcb;
	const struct vmcb_seg *s = segment_of(vmcb, seg);

	value->selector = s->selector;
	value->base = s->base;
	value->limit = s->limit;
	value->ar = read_ar(vmcb, seg);
}

/**
 * svm_set_segment() - see vendor.h
 * @vcpu: the VCPU
 * @seg: the register
 * @value: its new value
 */
void svm_set_segment(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
		     const struct zxvm_segment *value)
{
	struct svm_vcpu *svm = vcpu->arch.svm;
	struct vmcb_seg *s = segment_of(svm->vmcb, seg);
	u32 ar = value->ar;

	if (ar & ZXVM_AR_UNUSABLE)
		ar &= ~(u32)ZXVM_AR_P;
	s->selector = value->selector;
	s->base = value->base;
	s->limit = value->limit;
	s->attrib = FIELD_PREP(VMCB_ATTRIB_LOW, ar & 0xff) |
		    FIELD_PREP(VMCB_ATTRIB_HIGH, (ar >> 12) & 0xf);
	if (seg == ZXVM_SS)
		svm->vmcb->cpl = FIELD_GET(ZXVM_AR_DPL, ar);
	svm_dirty(svm, VMCB_CLEAN_SEG);
}

/**
 * svm_load() - see vendor.h
 * @vcpu: the VCPU
 * @cpu: this one
 *
 * All but TSC_AUX is exchanged by each run.
 */
void svm_load(struct zxvm_vcpu *vcpu, int cpu)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	if (unlikely(vcpu->arch.cpu != cpu)) {
		svm->vmcb->clean = 0;
		svm->asid_generation = 0;
		svm->host_pa = svm_host_vmcb();
		/* Linux writes it when it brings up the CPU, and never again. */
		if (zxvm_host.rdtscp)
			rdmsrl(MSR_TSC_AUX, svm->host_tsc_aux);
	}
	if (unlikely(svm->tsc_aux != svm->host_tsc_aux))
		wrmsrl(MSR_TSC_AUX, svm->tsc_aux);
	if (svm->avic_entry)
		avic_load(svm, cpu);
}

/**
 * svm_put() - see vendor.h
 * @vcpu: the VCPU
 */
void svm_put(struct zxvm_vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	if (unlikely(svm->tsc_aux != svm->host_tsc_aux))
		wrmsrl(MSR_TSC_AUX, svm->host_tsc_aux);
	if (svm->avic_entry)
		avic_put(svm);
}

/**
 * svm_add_dr6() - a debug exception has a reason
 * @vcpu: loaded
 * @bits: of DR6; those for a breakpoint replace what was there
 */
void svm_add_dr6(struct zxvm_vcpu *vcpu, u64 bits)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	if (vcpu->arch.dr_live) {
		svm->vmcb->dr6 = (svm->vmcb->dr6 & ~(u64)DR_TRAP_BITS) | bits;
		svm_dirty(svm, VMCB_CLEAN_DR);
	} else {
		vcpu->arch.dr6 = (vcpu->arch.dr6 & ~(u64)DR_TRAP_BITS) | bits;
	}
}

/* Out of line, so that other steps save no registers */
static noinline void skip_odd(struct zxvm_vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	svm->shadowed = false;
	if (svm->stepping)
		svm_stepped(vcpu);
	/* The guest's own, then */
	if (svm->vmcb->rflags & X86_EFLAGS_TF) {
		svm_add_dr6(vcpu, DR_STEP);
		zxvm_queue_exception(vcpu, X86_TRAP_DB);
	}
}

/**
 * svm_skip() - see vendor.h
 * @vcpu: the VCPU
 */
void svm_skip(struct zxvm_vcpu *vcpu)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	svm_advance(svm->vmcb, vcpu->arch.insn_len);
	svm->refetch = false;
	if (unlikely(svm->odd || svm->vmcb->rflags & X86_EFLAGS_TF))
		skip_odd(vcpu);
}

/**
 * svm_intercept_dr() - see vendor.h
 * @vcpu: the VCPU
 * @on: MOV DR exits
 *
 * DR6 is in the VMCB. While DR0 to DR3 are not the guest's, neither is that.
 */
void svm_intercept_dr(struct zxvm_vcpu *vcpu, bool on)
{
	struct svm_vcpu *svm = vcpu->arch.svm;

	if (on) {
		vcpu->arch.dr6 = svm->vmcb->dr6;
		svm->vmcb->dr6 = DR6_RESERVED;
		set_debugreg(DR6_RESERVED, 6);
	} else {
		svm->vmcb->dr6 = vcpu->arch.dr6;
	}
	svm_dirty(svm, VMCB_CLEAN_DR);
	svm_intercept(svm, VMCB_DR, ~0u, on);
}
