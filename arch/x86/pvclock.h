/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The paravirtual clock, in KVM's layout, and the hypercalls.
 *
 * Guests have the host's TSC, so while that is stable a page needs to be
 * written once, when the guest registers it, and all VCPUs share one base:
 * their clocks agree to the nanosecond. It is written again only if the base
 * was set anew.
 *
 * Pure logic; guest memory is written through a callback.
 */
#ifndef ZXVM_X86_PVCLOCK_H
#define ZXVM_X86_PVCLOCK_H

#include <linux/bits.h>
#include <linux/types.h>

/* The system time MSR: address, and whether there is a page */
#define PVCLOCK_MSR_ENABLE	BIT_ULL(0)

/* struct pvclock_page.flags */
#define PVCLOCK_STABLE		BIT(0)

/**
 * struct pvclock_page - what a guest reads its clock from
 * @version: odd while the rest is being written
 * @pad0: zero
 * @tsc: TSC at which the clock stood at @ns
 * @ns: nanoseconds
 * @mul: nanoseconds in a tick, with @shift
 * @shift: of the ticks, to the left; negative: to the right
 * @flags: PVCLOCK_*
 * @pad: zero
 *
 * now = @ns + (((tsc - @tsc) << @shift) * @mul >> 32)
 */
struct pvclock_page {
	u32 version;
	u32 pad0;
	u64 tsc;
	u64 ns;
	u32 mul;
	s8 shift;
	u8 flags;
	u8 pad[2];
};

/**
 * struct pvclock_wall - real time at which a guest's clock stood at zero
 * @version: odd while the rest is being written
 * @sec: seconds since 1970
 * @nsec: nanoseconds
 */
struct pvclock_wall {
	u32 version;
	u32 sec;
	u32 nsec;
};

/**
 * struct pvclock_pairing - what hypercall %HYPERCALL_CLOCK_PAIRING_NR writes
 * @sec: real time, seconds since 1970
 * @nsec: nanoseconds
 * @tsc: TSC at that time
 * @flags: zero
 * @pad: zero
 */
struct pvclock_pairing {
	s64 sec;
	s64 nsec;
	u64 tsc;
	u32 flags;
	u32 pad[9];
};

/**
 * struct pvclock_base - from TSC to nanoseconds
 * @tsc: TSC at which the clock stood at @ns
 * @ns: nanoseconds
 * @mul: as in struct pvclock_page
 * @shift: as in struct pvclock_page
 * @stable: one rate, and the same on all CPUs
 * @generation: grows when the base is set anew; never 0 once it is set
 */
struct pvclock_base {
	u64 tsc;
	u64 ns;
	u32 mul;
	s8 shift;
	bool stable;
	u32 generation;
};

/**
 * struct pvclock_vcpu - what a VCPU has registered
 * @system_time: value of the system time MSR
 * @wall_clock: value of the wall clock MSR
 * @wall_due: a wall clock has to be written
 * @version: of the last structure written
 * @generation: of the base that the page has; 0: none yet
 */
struct pvclock_vcpu {
	u64 system_time;
	u64 wall_clock;
	bool wall_due;
	u32 version;
	u32 generation;
};

/**
 * struct pvclock_now - one moment
 * @real_ns: real time, nanoseconds since 1970
 * @tsc: TSC
 */
struct pvclock_now {
	u64 real_ns;
	u64 tsc;
};

/**
 * struct pvclock_memory - how guest memory is written
 * @write: writes; 0 or a negative errno
 * @context: for @write
 */
struct pvclock_memory {
	int (*write)(void *context, u64 gpa, const void *data, size_t size);
	void *context;
};

/* Hypercalls: numbers and results as KVM has them */
#define HYPERCALL_CLOCK_PAIRING_NR	9
#define HYPERCALL_OK			0
#define HYPERCALL_EPERM			(-1)
#define HYPERCALL_EFAULT		(-14)
#define HYPERCALL_EOPNOTSUPP		(-95)
#define HYPERCALL_ENOSYS		(-1000)

/**
 * struct hypercall - VMCALL or VMMCALL
 * @nr: RAX
 * @args: RBX, RCX, RDX, RSI
 * @cpl: privilege level of the caller
 * @long_mode: it runs 64-bit code; else the upper halves do not count
 */
struct hypercall {
	u64 nr;
	u64 args[4];
	int cpl;
	bool long_mode;
};

/**
 * enum hypercall_action - what a hypercall asks for
 * @HYPERCALL_DONE: nothing, the result is known
 * @HYPERCALL_CLOCK_PAIRING: pvclock_pair() at the address in args[0]
 */
enum hypercall_action {
	HYPERCALL_DONE,
	HYPERCALL_CLOCK_PAIRING,
};

void pvclock_set_base(struct pvclock_base *base, u32 tsc_khz, u64 tsc, u64 ns,
		      bool stable);
u64 pvclock_read(const struct pvclock_base *base, u64 tsc);
void pvclock_write_system_time(struct pvclock_vcpu *clock, u64 value);
void pvclock_write_wall_clock(struct pvclock_vcpu *clock, u64 value);
int pvclock_update(struct pvclock_vcpu *clock,
		   const struct pvclock_base *base,
		   const struct pvclock_now *now,
		   const struct pvclock_memory *memory);
int pvclock_pair(const struct pvclock_now *now, u64 gpa,
		 const struct pvclock_memory *memory);
enum hypercall_action hypercall_decide(struct hypercall *call, s64 *result);
u64 hypercall_rax(const struct hypercall *call, s64 result);

/**
 * pvclock_due() - has pvclock_update() something to do?
 * @clock: of a VCPU
 * @base: of its guest
 *
 * Return: whether.
 */
static inline bool pvclock_due(const struct pvclock_vcpu *clock,
			       const struct pvclock_base *base)
{
	return clock->wall_due ||
	       ((clock->system_time & PVCLOCK_MSR_ENABLE) &&
		clock->generation != base->generation);
}

#endif /* ZXVM_X86_PVCLOCK_H */
