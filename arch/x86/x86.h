/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of arch/x86 offer each other and the vendors' folders.
 */
#ifndef ZXVM_X86_X86_H
#define ZXVM_X86_X86_H

#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/msr-index.h>
#include <asm/processor-flags.h>

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

/* DR7 after a reset: bit 10 is always set. SDM vol. 3, 18.2.4 */
#define ZXVM_DR7_RESET	BIT(10)

/* Bytes of the FPU area: the components of a guest's XCR0 fit, see live.c */
#define ZXVM_FPU_AREA	(PAGE_SIZE - 64)

/**
 * struct zxvm_x86_host - what was found out about the host at load
 * @host_xcr0: XCR0 of the host; 0: no XSAVE
 * @xcr0: the most that a guest may have of it
 * @host_efer: EFER of the host
 * @efer: that a guest starts with, but for LME and LMA
 * @pat: IA32_PAT of the host
 * @cr4: the bits of CR4 that a guest may set
 * @pt_flags: PT_* of every second-stage table
 * @rdtscp: RDTSCP or RDPID, and with them TSC_AUX
 * @invpcid: guests may use INVPCID
 * @apic_hw: the CPU can have a VCPU's local APIC
 * @apic_shared: and has it all the time, also in xAPIC mode; see lapic.h
 * @apic_posts: a CPU that has a VCPU's local APIC takes what is posted to it
 *	when the vendor's notify_cpu() says so
 * @stable_tsc: the TSC runs at one rate, in every state of the host
 */
struct zxvm_x86_host {
	u64 host_xcr0;
	u64 xcr0;
	u64 host_efer;
	u64 efer;
	u64 pat;
	u64 cr4;
	u32 pt_flags;
	bool rdtscp;
	bool invpcid;
	bool apic_hw;
	bool apic_shared;
	bool apic_posts;
	bool stable_tsc;
};

extern struct zxvm_x86_host zxvm_host __ro_after_init;

/* The VCPU that is loaded on this CPU, or NULL */
DECLARE_PER_CPU(struct zxvm_vcpu *, zxvm_loaded);

/**
 * zxvm_get() - a register of the guest
 * @vcpu: loaded, or run by nobody
 * @field: which
 *
 * Return: its value.
 */
static inline u64 zxvm_get(struct zxvm_vcpu *vcpu, enum zxvm_field field)
{
	return static_call(zxvm_get)(vcpu, field);
}

/**
 * zxvm_set() - set a register of the guest
 * @vcpu: loaded, or run by nobody
 * @field: which
 * @value: that VM entry takes
 */
static inline void zxvm_set(struct zxvm_vcpu *vcpu, enum zxvm_field field,
			    u64 value)
{
	if (field == ZXVM_RSP || field == ZXVM_RFLAGS)
		vcpu->arch.copied = false;
	static_call(zxvm_set)(vcpu, field, value);
}

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
 * zxvm_noncanonical() - may this not be a linear address? SDM vol. 1, 3.3.7.1
 * @vcpu: loaded
 * @address: what the guest gives
 *
 * Return: true if the upper bits are not all alike.
 */
static inline bool zxvm_noncanonical(struct zxvm_vcpu *vcpu, u64 address)
{
	int bits = zxvm_get(vcpu, ZXVM_CR4) & X86_CR4_LA57 ? 57 : 48;

	return sign_extend64(address, bits - 1) != address;
}

/**
 * zxvm_in_64bit_code() - does the guest run 64-bit code? SDM vol. 3, 3.4.5
 * @vcpu: loaded
 * @cs: its %ZXVM_CS_AR
 *
 * Return: whether.
 */
static inline bool zxvm_in_64bit_code(struct zxvm_vcpu *vcpu, u32 cs)
{
	return cs & ZXVM_AR_L && zxvm_get(vcpu, ZXVM_EFER) & EFER_LMA;
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
int zxvm_borrow(void);
void zxvm_give_back(void);

DECLARE_PER_CPU(bool, zxvm_owned);
DECLARE_PER_CPU(bool, zxvm_borrowed);

/**
 * zxvm_own_begin() - a stretch with interrupts off begins, in which the state
 * of a VCPU may be in this CPU
 *
 * Context: interrupts off.
 * Return: 0, or what zxvm_vendor->hw_enable() says.
 */
static inline int zxvm_own_begin(void)
{
	return likely(__this_cpu_read(zxvm_owned)) ? 0 : zxvm_borrow();
}

/**
 * zxvm_own_end() - the stretch ends
 *
 * Context: interrupts off.
 */
static inline void zxvm_own_end(void)
{
	if (unlikely(__this_cpu_read(zxvm_borrowed)))
		zxvm_give_back();
}

/* vcpu.c */
void zxvm_copy_state(struct zxvm_vcpu *vcpu);
void zxvm_reset_real(struct zxvm_vcpu *vcpu, u64 entry);

/*
 * live.c: CR2, the FPU registers and DR0 to DR3, which are the guest's while
 * interrupts are off between zxvm_live_begin() and zxvm_arch_vcpu_irqs_on()
 */
int zxvm_fpu_init(struct zxvm_vcpu *vcpu);
void zxvm_fpu_reset(struct zxvm_vcpu *vcpu, u64 xcr0);
void zxvm_fpu_destroy(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_live_begin(struct zxvm_vcpu *vcpu);
void zxvm_set_xcr0(struct zxvm_vcpu *vcpu, u64 xcr0);
void zxvm_dr_load(struct zxvm_vcpu *vcpu);

/* mmu.c */
/* The table whose guest this CPU has loaded; compared, never followed */
DECLARE_PER_CPU(const struct zxvm_arch_pt *, zxvm_loaded_pt);

/**
 * zxvm_pt_load() - this CPU may enter a guest from now on
 * @vcpu: a VCPU of it
 *
 * Context: preemption off.
 */
static inline void zxvm_pt_load(struct zxvm_vcpu *vcpu)
{
	__this_cpu_write(zxvm_loaded_pt, &vcpu->guest->vmar->pt);
	/* Pairs with pt_flush(): the generation is read after that. */
	smp_mb();
}

/**
 * zxvm_pt_put() - and now it may not
 *
 * Context: preemption off.
 */
static inline void zxvm_pt_put(void)
{
	__this_cpu_write(zxvm_loaded_pt, NULL);
}

/**
 * zxvm_tlb_stale() - has something been taken out of the second-stage table
 * that this CPU's TLB may still have?
 * @vcpu: loaded
 *
 * Context: interrupts off; true is said once, and must be acted on before the
 * guest is entered.
 * Return: true to flush what the TLB has of this guest.
 */
static inline bool zxvm_tlb_stale(struct zxvm_vcpu *vcpu)
{
	struct zxvm_arch_pt *pt = &vcpu->guest->vmar->pt;
	u64 generation = READ_ONCE(pt->generation);

	if (likely(__this_cpu_read(*pt->flushed) == generation))
		return false;
	__this_cpu_write(*pt->flushed, generation);
	return true;
}

/* event.c */
enum zxvm_run zxvm_prepare(struct zxvm_vcpu *vcpu);
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
	/* Other CPUs and timers set bits, too. */
	set_bit(ZXVM_REQUEST_EVENT, &vcpu->arch.requests);
}

/**
 * zxvm_finish_insn() - the instruction has been done: go on behind it
 * @vcpu: loaded
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
static inline enum zxvm_run zxvm_finish_insn(struct zxvm_vcpu *vcpu)
{
	static_call(zxvm_skip)(vcpu);
	return ZXVM_RUN_RESUME;
}

/*
 * exit.c, cr.c, io.c: what exits come to, when the vendor has told what they
 * are; see exit.h, too. Loaded, interrupts off; vcpu->arch.insn_len is set, but
 * for nested page faults where it is 0 if the CPU does not tell.
 */
enum zxvm_run zxvm_inject_ud(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_inject_gp(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_handle_write_cr(struct zxvm_vcpu *vcpu,
				   struct zxvm_exit *exit, unsigned int cr,
				   u64 value);
enum zxvm_run zxvm_handle_io(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_unexpected(struct zxvm_exit *exit, int status);

/* How a nested page fault came about */
#define ZXVM_FAULT_WALK		BIT(0)	/* by a walk of the guest's tables */
#define ZXVM_FAULT_DELIVERY	BIT(1)	/* while an event was delivered */

/**
 * zxvm_begin_packet() - all that a packet has beside its key, zero but for the
 * type
 * @packet: the packet
 * @type: ZXVM_PKT_*
 *
 * Of all 48 bytes at once, a compiler makes a REP STOS.
 */
static inline void zxvm_begin_packet(struct zxvm_packet *packet, u32 type)
{
	packet->type = type;
	packet->status = 0;
	memset(&packet->u, 0, sizeof(packet->u));
}

/**
 * zxvm_describe_io() - begin the packet of an I/O trap
 * @exit: to be filled
 * @trap: that was hit
 * @io: the access
 */
static inline void zxvm_describe_io(struct zxvm_exit *exit,
				    const struct zxvm_trap *trap,
				    const struct zxvm_io *io)
{
	struct zxvm_packet *packet = &exit->packet;

	zxvm_begin_packet(packet, ZXVM_PKT_GUEST_IO);
	packet->key = trap->key;
	packet->u.io.port = io->port;
	packet->u.io.access_size = io->size;
	packet->u.io.input = io->in;
}

/* clock.c */
void zxvm_clock_init(struct zxvm_guest *guest);
bool zxvm_clock_stale(const struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_write_system_time(struct zxvm_vcpu *vcpu, u64 value);
enum zxvm_run zxvm_write_wall_clock(struct zxvm_vcpu *vcpu, u64 value);

/* The rest of exits for which interrupts have to be on. Loaded, may sleep. */
enum zxvm_run zxvm_slow_decode(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run zxvm_slow_insn(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_slow_string_io(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit);
enum zxvm_run zxvm_slow_write_cr(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit);
enum zxvm_run zxvm_slow_clock(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run zxvm_slow_hypercall(struct zxvm_vcpu *vcpu);

enum zxvm_run zxvm_handle_nested_fault(struct zxvm_vcpu *vcpu,
				       struct zxvm_exit *exit, u64 gpa,
				       u32 access, u32 how);

/**
 * zxvm_rdmsr() - read an MSR that this CPU has
 * @msr: its number
 *
 * Without the detours that the kernel's has for hypervisors, in which there is
 * no guest of ours.
 *
 * Return: its value.
 */
static __always_inline u64 zxvm_rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr));
	return low | (u64)high << 32;
}

/**
 * zxvm_wrmsr() - write an MSR that this CPU has
 * @msr: its number
 * @value: one that it takes
 */
static __always_inline void zxvm_wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c" (msr), "a" ((u32)value),
		     "d" ((u32)(value >> 32)) : "memory");
}

/* Host exceptions that made the guest exit, through the host's IDT */
static __always_inline void zxvm_host_nmi(void)
{
	asm volatile("int $2");
}

static __always_inline void zxvm_host_machine_check(void)
{
	asm volatile("int $18");
}

#endif /* ZXVM_X86_X86_H */
