/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of arch/x86 offer each other and the vendors' folders.
 */
#ifndef ZXVM_X86_X86_H
#define ZXVM_X86_X86_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "arch.h"
#include "vcpu.h"
#include "vendor.h"

/* General registers by their number in instructions */
#define ZXVM_RAX	0
#define ZXVM_RCX	1
#define ZXVM_RDX	2
#define ZXVM_RBX	3
#define ZXVM_RSP_GPR	4
#define ZXVM_RSI	6
#define ZXVM_RDI	7
#define ZXVM_GPRS	16

/**
 * struct zxvm_x86_host - what was found out about the host at load
 * @xcr0: XCR0 of the host, and the most that a guest may have; 0: no XSAVE
 * @efer: EFER of the host
 * @pat: IA32_PAT of the host
 * @cr4: the bits of CR4 that a guest may set
 * @cr4_hidden: bits that it may, but that are not passed to the hardware
 * @rdtscp: RDTSCP or RDPID, and with them TSC_AUX
 * @stable_tsc: the TSC runs at one rate, in every state of the host
 */
struct zxvm_x86_host {
	u64 xcr0;
	u64 efer;
	u64 pat;
	u64 cr4;
	bool rdtscp;
	bool stable_tsc;
};

extern struct zxvm_x86_host zxvm_host __ro_after_init;

/**
 * zxvm_get_gpr() - read a general register, once
 * @vcpu: not in the guest
 * @reg: 0 to 15, as instructions number them
 *
 * All but RSP are in the VCPU page, where user space can change them at any
 * time.
 *
 * Return: its value.
 */
static inline u64 zxvm_get_gpr(struct zxvm_vcpu *vcpu, unsigned int reg)
{
	if (reg == ZXVM_RSP_GPR)
		return zxvm_get(vcpu, ZXVM_RSP);
	return READ_ONCE((&vcpu->arch.regs->rax)[reg & (ZXVM_GPRS - 1)]);
}

/**
 * zxvm_set_gpr() - write a general register
 * @vcpu: not in the guest
 * @reg: 0 to 15, as instructions number them
 * @value: all 64 bits of it
 */
static inline void zxvm_set_gpr(struct zxvm_vcpu *vcpu, unsigned int reg,
				u64 value)
{
	if (reg == ZXVM_RSP_GPR)
		zxvm_set(vcpu, ZXVM_RSP, value);
	else
		WRITE_ONCE((&vcpu->arch.regs->rax)[reg & (ZXVM_GPRS - 1)],
			   value);
}

/**
 * zxvm_cpl() - the guest's privilege level
 * @vcpu: loaded
 *
 * Return: 0 to 3.
 */
int zxvm_cpl(struct zxvm_vcpu *vcpu);

/* own.c: which CPUs are ours */
int zxvm_own_init(void);
void zxvm_own_exit(void);
int zxvm_own_get(void);
void zxvm_own_put(void);
bool zxvm_own_here(void);
void zxvm_own_wait(void);

/* vcpu.c */
void zxvm_reset_boot(struct zxvm_vcpu *vcpu, u64 entry);
void zxvm_reset_real(struct zxvm_vcpu *vcpu, u64 entry);

/* live.c: CR2, FPU and debug registers, in the CPU while interrupts are off */
int zxvm_fpu_alloc(struct zxvm_vcpu *vcpu);
void zxvm_fpu_reset(struct zxvm_vcpu *vcpu);
void zxvm_fpu_claim(struct zxvm_vcpu *vcpu);
void zxvm_live_begin(struct zxvm_vcpu *vcpu);
void zxvm_live_end(struct zxvm_vcpu *vcpu);
void zxvm_dr_load(struct zxvm_vcpu *vcpu);
void zxvm_dr_save(struct zxvm_vcpu *vcpu);
u64 zxvm_xcr0_valid(u64 xcr0);

/* mmu.c */
bool zxvm_tlb_stale(struct zxvm_vcpu *vcpu);
void zxvm_pt_load(struct zxvm_vcpu *vcpu);
void zxvm_pt_put(void);

/* guest memory, by the owner thread, interrupts on: memory.c of this folder */
int zxvm_guest_read(struct zxvm_vcpu *vcpu, u64 gpa, void *buf, size_t size);
int zxvm_guest_write(struct zxvm_vcpu *vcpu, u64 gpa, const void *buf,
		     size_t size);

/* event.c */
bool zxvm_events_pending(const struct zxvm_vcpu *vcpu);
void zxvm_prepare_events(struct zxvm_vcpu *vcpu);
void zxvm_queue_exception(struct zxvm_vcpu *vcpu, u32 vector);
void zxvm_queue_error(struct zxvm_vcpu *vcpu, u32 vector, u32 error);

/**
 * zxvm_requeue_event() - an exit came while an event was being delivered:
 * deliver it again with the next entry
 * @vcpu: loaded
 * @info: ZXVM_EVENT_*
 * @error: error code
 * @length: of the instruction, of the soft types
 */
static inline void zxvm_requeue_event(struct zxvm_vcpu *vcpu, u32 info,
				      u32 error, u32 length)
{
	vcpu->arch.event.info = info & (ZXVM_EVENT_VALID | ZXVM_EVENT_ERROR |
					ZXVM_EVENT_TYPE | ZXVM_EVENT_VECTOR);
	vcpu->arch.event.error = error;
	vcpu->arch.event.length = length;
	__set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
}

/*
 * exit.c, cr.c, io.c, msr_exit.c: how exits are handled that both vendors
 * have. Loaded, interrupts off; vcpu->arch.insn_len is set, but for nested
 * page faults where it is 0 if the CPU does not tell.
 */
enum zxvm_run zxvm_before_run(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_inject_ud(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_inject_gp(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_handle_cpuid(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_handle_hlt(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_handle_nop(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_handle_rdmsr(struct zxvm_vcpu *vcpu,
				struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_wrmsr(struct zxvm_vcpu *vcpu,
				struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_xsetbv(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_handle_hypercall(struct zxvm_vcpu *vcpu,
				    struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_write_cr(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit, unsigned int cr,
				   u64 value);
enum zxvm_run zxvm_handle_mov_dr(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_handle_debug(struct zxvm_vcpu *vcpu, u64 dr6_bits);
enum zxvm_run zxvm_handle_io(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			     const struct zxvm_io *io);
enum zxvm_run zxvm_handle_shutdown(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_unexpected(struct zxvm_exit *exit, int status);

/* How a nested page fault came about */
#define ZXVM_FAULT_WALK		BIT(0)	/* by a walk of the guest's tables */
#define ZXVM_FAULT_DELIVERY	BIT(1)	/* while an event was delivered */

enum zxvm_run zxvm_handle_nested_fault(struct zxvm_vcpu *vcpu,
				       struct zxvm_exit *exit, u64 gpa,
				       u32 access, u32 how);

/* The state of the CPU that is not in the VMCS or VMCB: entry.S of a vendor
 * calls through the IDT for what only the host's handlers know.
 */
static __always_inline void zxvm_host_nmi(void)
{
	asm volatile("int $2");
}

static __always_inline void zxvm_host_machine_check(void)
{
	asm volatile("int $18");
}

#endif /* ZXVM_X86_X86_H */
