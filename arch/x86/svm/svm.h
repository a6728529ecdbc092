/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of arch/x86/svm offer each other. References are to the
 * APM's volume 2.
 */
#ifndef ZXVM_X86_SVM_H
#define ZXVM_X86_SVM_H

#include <linux/percpu.h>
#include <linux/types.h>

#include <asm/debugreg.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>

#include "../x86.h"
#include "vmcb.h"

/**
 * struct svm_vcpu - the SVM part of a VCPU
 * @vmcb: the VMCB, one page
 * @pa: its physical address
 * @host_pa: of the page for what the host has loaded in the CPU, of the one
 *	that the VCPU was loaded on last
 * @pml5: the level above the second-stage table, or NULL
 * @asid_generation: that the VMCB's ASID belongs to, of the CPU that the VCPU
 *	was loaded on last; 0: it was given out on another one
 * @pt_generation: of the second-stage table, that nothing older than is in
 *	the TLB under the ASID
 * @cr0_guest: bits of %SVM_CR0_HOST as the guest sees them
 * @cr4_guest: bits of %SVM_CR4_HOST as the guest sees them
 * @sysenter_esp: all 64 bits, which the CPU does not keep
 * @sysenter_eip: all 64 bits
 * @tsc_aux: the guest's
 * @host_tsc_aux: the host's, of that CPU
 * @code: exit code that waits for the instruction to be decoded
 * @refetch: @code is valid
 * @nmi_masked: an NMI was delivered, and no IRET has been seen since
 * @odd: any of the three that follow
 * @stepping: one instruction is stepped over, to get where an NMI or an
 *	interrupt can be delivered
 * @soft_exception: #BP or #OF was injected with the last entry
 * @shadowed: what was at @shadow_rip at the last exit is in the shadow of STI
 *	or MOV SS, though VMRUN has forgotten it
 * @step_rip: where that instruction is
 * @step_tf: RFLAGS.TF as the guest has it meanwhile
 * @shadow_rip: see @shadowed
 * @tpr_threshold: see vendor.h
 * @avic_entry: of the physical APIC ID table, or NULL: without AVIC
 * @timer: the registers of the local APIC's timer, as they were at the last
 *	entry: LVT entry, initial count, divide configuration
 */
struct svm_vcpu {
	struct vmcb *vmcb;
	u64 pa;
	u64 host_pa;
	u64 *pml5;
	u64 asid_generation;
	u64 pt_generation;
	u64 cr0_guest;
	u64 cr4_guest;
	u64 sysenter_esp;
	u64 sysenter_eip;
	u64 tsc_aux;
	u64 host_tsc_aux;
	u64 step_rip;
	u64 step_tf;
	u64 shadow_rip;
	u32 code;
	bool refetch;
	bool nmi_masked;
	u8 tpr_threshold;
	union {
		u32 odd;
		struct {
			bool stepping;
			bool soft_exception;
			bool shadowed;
		};
	};
	u64 *avic_entry;
	u32 timer[3];
};

/* As entry.S has it */
static_assert(offsetof(struct svm_vcpu, vmcb) == 0);
static_assert(offsetof(struct svm_vcpu, pa) == 8);
static_assert(offsetof(struct svm_vcpu, host_pa) == 16);

/* Bits of CR0 and CR4 whose hardware value is ours */
#define SVM_CR0_HOST	(X86_CR0_CD | X86_CR0_NW)
#define SVM_CR4_HOST	X86_CR4_MCE

/* Bits of DR6 that hardware sets: breakpoints, BD, BS, BT */
#define DR6_BD		BIT(13)
#define DR7_GD		BIT(13)
#define SVM_DR6_BITS	(DR_TRAP_BITS | DR6_BD | DR_STEP | DR_SWITCH)

/**
 * struct svm_caps - what the CPU offers, found at load
 * @asids: number of ASIDs, 0 included
 * @edx: CPUID Fn8000_000A EDX
 * @revision: CPUID Fn8000_000A EAX
 * @next_rip: next_rip is saved
 * @flush_asid: one ASID can be flushed
 * @decode: CR accesses tell their register, OUTS its segment, and nested page
 *	faults the bytes of their instruction
 * @pause_filter: PAUSE in a tight loop can be intercepted
 * @avic: the CPU has the local APICs of guests
 * @avic_running: and may be told where VCPUs run
 * @vnmi: NMIs are virtual
 * @xsetbv_native: XSETBV may not exit, whatever is asked for
 * @forgets_shadow: VMRUN does not bring back the shadow of STI
 * @pml5: nested paging has five levels
 * @mce: CR4.MCE as the host has it
 * @clean: bits of clean that the CPU knows
 */
struct svm_caps {
	u32 asids;
	u32 edx;
	u32 revision;
	bool next_rip;
	bool flush_asid;
	bool decode;
	bool pause_filter;
	bool avic;
	bool avic_running;
	bool vnmi;
	bool pml5;
	bool xsetbv_native;
	bool forgets_shadow;
	u64 mce;
	u32 clean;
};

extern struct svm_caps svm_caps __ro_after_init;

/**
 * svm_dirty() - the VMCB was changed
 * @svm: the VCPU
 * @bits: VMCB_CLEAN_*: where
 */
static inline void svm_dirty(struct svm_vcpu *svm, u32 bits)
{
	svm->vmcb->clean &= ~bits;
}

/**
 * svm_intercept() - switch an intercept
 * @svm: the VCPU
 * @word: VMCB_MISC and so on
 * @bits: of it
 * @on: intercept
 */
static inline void svm_intercept(struct svm_vcpu *svm, int word, u32 bits,
				 bool on)
{
	u32 *intercepts = &svm->vmcb->intercepts[word];

	if (on)
		*intercepts |= bits;
	else
		*intercepts &= ~bits;
	svm_dirty(svm, VMCB_CLEAN_INTERCEPTS);
}

/**
 * svm_in_64bit() - is the guest in 64-bit mode?
 * @vmcb: of the guest
 *
 * Return: true if it is.
 */
static __always_inline bool svm_in_64bit(const struct vmcb *vmcb)
{
	return vmcb->efer & EFER_LMA &&
	       vmcb->seg[ZXVM_CS].attrib & VMCB_ATTRIB_L;
}

/**
 * svm_advance() - the instruction is done: RIP moves, RFLAGS.RF is cleared,
 * the shadow of STI or MOV SS ends
 * @vmcb: of the guest
 * @length: of the instruction
 */
static __always_inline void svm_advance(struct vmcb *vmcb, u32 length)
{
	u64 rip = vmcb->rip + length;

	/* Outside 64-bit mode EIP has 32 bits. */
	if (!svm_in_64bit(vmcb))
		rip = (u32)rip;
	vmcb->rip = rip;
	vmcb->rflags &= ~(u64)X86_EFLAGS_RF;
	vmcb->int_state &= ~VMCB_INTERRUPT_SHADOW;
}

/**
 * svm_is_odd() - is there more to the last exit than its code says?
 * @svm: the VCPU
 *
 * Return: true if it came in a shadow or behind one, in a step, while an event
 * was being delivered, or behind an injected #BP or #OF.
 */
static __always_inline bool svm_is_odd(const struct svm_vcpu *svm)
{
	return svm->vmcb->exit_int_info & ZXVM_EVENT_VALID ||
	       svm->vmcb->int_state & VMCB_INTERRUPT_SHADOW || svm->odd;
}

/**
 * svm_rearm() - what an exit has used up of a VMCB, for the next entry
 * @vmcb: of the guest
 */
static __always_inline void svm_rearm(struct vmcb *vmcb)
{
	vmcb->clean = svm_caps.clean;
	vmcb->tlb_control = 0;
	/* Not every CPU does it if the delivery led to the exit. 15.20 */
	vmcb->event_inj = 0;
}

/* own.c */
int svm_hw_alloc(void);
void svm_hw_free(void);
int svm_hw_enable(void);
void svm_hw_disable(void);
void svm_hw_abandon(void);
u64 svm_host_vmcb(void);

/* caps.c */
int svm_probe(void);
void svm_features(struct zxvm_features *features);

/* vmcb.c */
int svm_alloc_maps(void);
void svm_free_maps(void);
int svm_vcpu_init(struct zxvm_vcpu *vcpu);
void svm_vcpu_destroy(struct zxvm_vcpu *vcpu);
void svm_reset_save_area(struct svm_vcpu *svm);

/* avic.c */
int avic_guest_init(struct zxvm_guest *guest);
void avic_guest_destroy(struct zxvm_guest *guest);
void avic_vcpu_init(struct zxvm_vcpu *vcpu);
void avic_vcpu_destroy(struct zxvm_vcpu *vcpu);
void avic_load(struct svm_vcpu *svm, int cpu);
void avic_put(struct svm_vcpu *svm);
void avic_keep_timer(struct zxvm_vcpu *vcpu);
void avic_ring(int cpu);
void avic_published(struct zxvm_guest *guest, const struct lapic *lapic);
bool avic_wants_page(const struct zxvm_vcpu *vcpu);
enum zxvm_run avic_settle_page(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run avic_handle_noaccel(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit);
enum zxvm_run avic_handle_incomplete_ipi(struct zxvm_vcpu *vcpu,
					 struct zxvm_exit *exit);

/* asid.c */
void svm_asid_reset(void);
void svm_asid_prepare(struct zxvm_vcpu *vcpu);

/* state.c */
void svm_load(struct zxvm_vcpu *vcpu, int cpu);
void svm_put(struct zxvm_vcpu *vcpu);
u64 svm_get(struct zxvm_vcpu *vcpu, enum zxvm_field field);
void svm_set(struct zxvm_vcpu *vcpu, enum zxvm_field field, u64 value);
void svm_get_code(struct zxvm_vcpu *vcpu, struct zxvm_code *code);
void svm_get_segment(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
		     struct zxvm_segment *value);
void svm_set_segment(struct zxvm_vcpu *vcpu, enum zxvm_seg seg,
		     const struct zxvm_segment *value);
void svm_add_dr6(struct zxvm_vcpu *vcpu, u64 bits);
void svm_skip(struct zxvm_vcpu *vcpu);
void svm_intercept_dr(struct zxvm_vcpu *vcpu, bool on);

/* event.c */
void svm_inject(struct zxvm_vcpu *vcpu, const struct zxvm_event *event);
u32 svm_blocked(struct zxvm_vcpu *vcpu);
void svm_set_tpr_threshold(struct zxvm_vcpu *vcpu, u8 class);
void svm_set_window(struct zxvm_vcpu *vcpu, u32 windows);
void svm_requeue(struct zxvm_vcpu *vcpu);
void svm_step(struct svm_vcpu *svm);
void svm_stepped(struct zxvm_vcpu *vcpu);

/* run.c, exit.c */
enum zxvm_run svm_run(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run svm_handle_exit(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run svm_dispatch(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			   u32 code);
const char *svm_exit_name(u32 code);

/* insn.c: what takes the parts of the instruction */
enum zxvm_run svm_fetch(struct zxvm_vcpu *vcpu, u32 code);
enum zxvm_run svm_handle_cr(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run svm_handle_undefined(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit);

/* entry.S, and what it calls after CPUID */
void svm_enter(struct zxvm_vcpu *vcpu, u64 *regs, const struct svm_vcpu *svm);
bool svm_fast_cpuid(struct zxvm_vcpu *vcpu);

#endif /* ZXVM_X86_SVM_H */
