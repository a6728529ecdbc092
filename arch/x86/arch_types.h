/* SPDX-License-Identifier: GPL-2.0 */
/*
 * x86: the types and constants that the core's contract (zxvm/arch.h) asks an
 * architecture for.
 */
#ifndef ZXVM_X86_ARCH_TYPES_H
#define ZXVM_X86_ARCH_TYPES_H

#include <linux/bits.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include <uapi/linux/zxvm.h>

#include "apic.h"
#include "event.h"
#include "insn.h"
#include "pt.h"
#include "pvclock.h"

#define ZXVM_ARCH_ASPACE_SIZE	BIT_ULL(48)
#define ZXVM_ARCH_BLOCK_SIZES	{ PT_SIZE_1G, PT_SIZE_2M }
#define ZXVM_ARCH_HAS_IO	1
#define ZXVM_ARCH_HAS_RESAMPLE	1
#define ZXVM_ARCH_HAS_LEAVE	1

#define zxvm_arch_state		zxvm_vcpu_state_x86

/*
 * Exits are counted and traced by the vendor's own number: the basic exit
 * reason of VMX; the exit code of SVM, from 0x400 on moved to 0xc0.
 */
#define ZXVM_ARCH_EXITS		256

const char *zxvm_arch_exit_name(u32 code);

struct svm_guest;
struct svm_vcpu;
struct vmx_vcpu;
struct zxvm_fpu;

/**
 * struct zxvm_arch_pt - a guest's second-stage table
 * @pt: the table
 * @generation: grows when something was removed from it
 * @flushed: on each CPU, the generation that its TLB is free of the leavings of
 */
struct zxvm_arch_pt {
	struct pt pt;
	u64 generation;
	u64 __percpu *flushed;
};

/**
 * struct zxvm_arch_guest - the x86 part of a guest
 * @clock: what its paravirtual clocks are computed from
 * @irqchip: its I/O APIC and local APICs, or NULL
 * @svm: of an AMD CPU that has the local APICs, or NULL
 */
struct zxvm_arch_guest {
	struct pvclock_base clock;
	struct zxvm_irqchip *irqchip;
	struct svm_guest *svm;
};

/* Bits of struct zxvm_arch_vcpu.requests, looked at before each entry */
#define ZXVM_REQUEST_EVENT	0	/* an interrupt may be pending */

/* What zxvm_arch_vcpu_slow() has to do */
enum zxvm_slow {
	ZXVM_SLOW_NONE,
	ZXVM_SLOW_DECODE,	/* fetch and decode an instruction */
	ZXVM_SLOW_INSN,		/* the same, then run the vendor's code again */
	ZXVM_SLOW_STRING_IO,	/* INS, OUTS */
	ZXVM_SLOW_CLOCK,	/* write the paravirtual clock */
	ZXVM_SLOW_HYPERCALL,	/* that writes guest memory */
	ZXVM_SLOW_INIT,		/* INIT and start-up messages */
	ZXVM_SLOW_APIC_PAGE,	/* an access to a page of an APIC */
	ZXVM_SLOW_APIC_MODE,	/* is the local APIC's page in memory? */
	ZXVM_SLOW_WRITE_CR,	/* CR0 or CR4, and read the PDPTEs */
	ZXVM_SLOW_SPLIT_LOCK,	/* a locked access that the host wants to know of */
};

/**
 * struct zxvm_io - an IN or OUT that trapped
 * @port: its port
 * @size: 1, 2 or 4
 * @in: IN or INS
 * @string: INS or OUTS
 * @rep: with a REP prefix
 * @address_size: of a string instruction, 2, 4 or 8
 * @segment: of OUTS; INS has ES
 */
struct zxvm_io {
	u16 port;
	u8 size;
	bool in;
	bool string;
	bool rep;
	u8 address_size;
	u8 segment;
};

/**
 * struct zxvm_arch_vcpu - the x86 part of a VCPU
 * @regs: the general registers, in the VCPU page
 * @vmx: of an Intel CPU
 * @svm: of an AMD CPU
 * @exits: the exit counters of the CPU that it was loaded on last
 * @insn_len: length of the instruction that the last exit was for; 0 if the
 *	CPU did not say
 * @insn: that instruction, where a vendor has asked for %ZXVM_SLOW_INSN;
 *	length 0 if it could not be fetched
 * @insn_bytes: how many bytes of that instruction, and what may follow it, the
 *	CPU has fetched for the last exit, then these; NULL if it never does
 * @fetched: the last instructions that were fetched
 * @recent_msr: for msr_recall()
 * @requests: ZXVM_REQUEST_*
 * @live: CR2 and the FPU registers are in the CPU; interrupts are off
 * @dr_live: DR0 to DR3 and DR6 are in the CPU; live
 * @dr_armed: DR7 enables breakpoints: DR0 to DR3 have to be in the CPU
 * @copied: @rsp and @rflags are those of the VMCS or VMCB
 * @state_changed: @rsp or @rflags are not those of the VMCS or VMCB
 * @windows: ZXVM_WINDOW_* that exits are asked for
 * @cpu: that it was loaded on last, or -1
 * @spec_id: a number that no other VCPU ever has
 * @event: to be delivered with the next entry, before all others
 * @pending: vectors; with an irqchip NMIs alone
 * @apic: its local APIC
 * @rsp: while outside enter, and if @copied
 * @rflags: while outside enter or asleep, and if @copied
 * @cr2: while not live
 * @xcr0: the guest's
 * @dr: DR0 to DR3 while not dr_live
 * @dr6: while not dr_live
 * @fpu: FPU registers while not live
 * @clock: its paravirtual clock
 * @clock_base: that it is computed from, if the host's TSC is not stable
 * @clock_late: a signal came before @clock could be written
 * @clock_rebase: when @clock_base is to be set anew, in jiffies
 * @slow: what a ZXVM_RUN_SLOW exit is about
 * @io: the access of ZXVM_SLOW_STRING_IO
 * @cr: the register of ZXVM_SLOW_WRITE_CR
 * @cr_value: its new value
 */
struct zxvm_arch_vcpu {
	struct zxvm_vcpu_state_x86 *regs;
	union {
		struct vmx_vcpu *vmx;
		struct svm_vcpu *svm;
	};
	u64 *exits;
	u32 insn_len;
	struct insn insn;
	const u8 *insn_bytes;
	struct zxvm_fetched *fetched;
	const struct msr_row *recent_msr;
	unsigned long requests;
	bool live;
	bool dr_live;
	bool dr_armed;
	bool copied;
	bool state_changed;
	u8 windows;
	int cpu;
	u64 spec_id;
	struct zxvm_event event;
	DECLARE_BITMAP(pending, ZXVM_MAX_VECTORS);
	struct zxvm_apic apic;
	u64 rsp;
	u64 rflags;
	u64 cr2;
	u64 xcr0;
	u64 dr[4];
	u64 dr6;
	struct zxvm_fpu *fpu;
	struct pvclock_vcpu clock;
	struct pvclock_base clock_base;
	bool clock_late;
	unsigned long clock_rebase;
	enum zxvm_slow slow;
	struct zxvm_io io;
	unsigned int cr;
	u64 cr_value;
};

#endif /* ZXVM_X86_ARCH_TYPES_H */
