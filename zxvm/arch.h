/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between the portable core and an architecture: all that the
 * core calls, and nothing else. Types and constants (struct zxvm_arch_guest,
 * struct zxvm_arch_vcpu, struct zxvm_arch_pt, struct zxvm_arch_state,
 * ZXVM_ARCH_ASPACE_SIZE, ZXVM_ARCH_BLOCK_SIZES (largest first),
 * ZXVM_ARCH_HAS_IO, ZXVM_ARCH_HAS_RESAMPLE, ZXVM_ARCH_HAS_LEAVE) come from
 * arch_types.h of the architecture that is built.
 *
 * "Loaded" means: between zxvm_arch_vcpu_load() and zxvm_arch_vcpu_put(), on
 * one CPU, the VCPU's state is in that CPU's registers.
 */
#ifndef ZXVM_ARCH_H
#define ZXVM_ARCH_H

#include <linux/types.h>

#include <uapi/linux/zxvm.h>

#include "arch_types.h"

struct zxvm_guest;
struct zxvm_page_cache;
struct zxvm_vcpu;

/**
 * enum zxvm_run - what zxvm_arch_vcpu_run() leaves to the core
 * @ZXVM_RUN_RESUME: nothing; enter the guest again
 * @ZXVM_RUN_INTR: a host interrupt waits; let it in, then enter again
 * @ZXVM_RUN_MEM: an access to exit->gpa: a trap, or a page to fault in. The
 *	packet's mem arm is filled but for the key; the PC has not moved
 * @ZXVM_RUN_FAULT: as @ZXVM_RUN_MEM, but no access that a trap could take
 * @ZXVM_RUN_WAIT: the VCPU sleeps until zxvm_arch_vcpu_runnable()
 * @ZXVM_RUN_SLOW: zxvm_arch_vcpu_slow() has to finish it, interrupts on
 * @ZXVM_RUN_PACKET: exit->packet goes to the VMM
 * @ZXVM_RUN_STATUS: enter fails with exit->status for exit->reason
 */
enum zxvm_run {
	ZXVM_RUN_RESUME,
	ZXVM_RUN_INTR,
	ZXVM_RUN_MEM,
	ZXVM_RUN_FAULT,
	ZXVM_RUN_WAIT,
	ZXVM_RUN_SLOW,
	ZXVM_RUN_PACKET,
	ZXVM_RUN_STATUS,
};

/**
 * struct zxvm_exit - one exit, in terms that every architecture shares
 * @packet: for the VMM
 * @gpa: guest-physical address that was accessed
 * @access: ZXVM_VM_PERM_*: how
 * @reason: ZXVM_EXIT_* for the VCPU page
 * @status: negative errno
 * @decoded: the mem arm of @packet says all about the access
 */
struct zxvm_exit {
	struct zxvm_packet packet;
	u64 gpa;
	u32 access;
	u32 reason;
	int status;
	bool decoded;
};

/*
 * Module life. init() may sleep; it prints one line that says what is missing
 * if it fails.
 */
int zxvm_arch_init(void);
void zxvm_arch_exit(void);
void zxvm_arch_features(struct zxvm_features *features);

/*
 * Guests. Both may sleep. init() finds the arguments checked as far as the
 * core can; -EINVAL for what it does not like, -EOPNOTSUPP for what the host
 * has not.
 */
int zxvm_arch_guest_init(struct zxvm_guest *guest,
			 const struct zxvm_guest_create *args);
void zxvm_arch_guest_destroy(struct zxvm_guest *guest);
bool zxvm_arch_line_valid(struct zxvm_guest *guest, u32 line);

/*
 * A shared interrupt line of a guest with an irqchip. Any context, no sleep.
 * @line was found valid.
 */
void zxvm_arch_set_line(struct zxvm_guest *guest, u32 line, bool level);
void zxvm_arch_pulse_line(struct zxvm_guest *guest, u32 line);

/*
 * Assert a line until the guest has ended its interrupt, which is followed by
 * zxvm_irqfd_resample(); or release it before that. Any context, no sleep;
 * only called if ZXVM_ARCH_HAS_RESAMPLE.
 */
void zxvm_arch_hold_line(struct zxvm_guest *guest, u32 line, bool hold);

/*
 * A device has sent a message-signalled interrupt: -EINVAL if it is none,
 * -EOPNOTSUPP if the irqchip has no use for them. Any context, no sleep.
 */
int zxvm_arch_msi(struct zxvm_guest *guest, u64 address, u32 data);

/* VCPUs. Both may sleep, guest->lock held. */
int zxvm_arch_vcpu_init(struct zxvm_vcpu *vcpu, u64 entry);
void zxvm_arch_vcpu_destroy(struct zxvm_vcpu *vcpu);

/*
 * Bring the VCPU's state into the CPU and back. The owner thread, preemption
 * off; put() may be called with interrupts off and the runqueue locked.
 */
void zxvm_arch_vcpu_load(struct zxvm_vcpu *vcpu);
void zxvm_arch_vcpu_put(struct zxvm_vcpu *vcpu);

/*
 * User space goes on, or a thread that is not inside enter: back with what
 * put() has left of a guest's in the CPU, as the kernel makes no use of it.
 * Preemption off; interrupts may be off and the runqueue locked. Only called if
 * ZXVM_ARCH_HAS_LEAVE.
 */
void zxvm_arch_leave(void);

/*
 * Enter the guest once and look at what brought it back. Loaded, interrupts
 * off, and still off when it returns.
 */
enum zxvm_run zxvm_arch_vcpu_run(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit);

/* Interrupts are about to be turned on after runs, the last of which left @run. */
void zxvm_arch_vcpu_irqs_on(struct zxvm_vcpu *vcpu, enum zxvm_run run);

/*
 * After a ZXVM_RUN_INTR exit and zxvm_arch_vcpu_irqs_on(): let the host take
 * its interrupt. Interrupts are off, and off again when it returns.
 */
void zxvm_arch_vcpu_take_irq(struct zxvm_vcpu *vcpu);

/*
 * An access of a ZXVM_RUN_MEM exit has hit a trap, and exit->decoded is not
 * set: find out what zxvm_arch_vcpu_skip() needs, and, unless it is a bell's,
 * what the packet needs. Loaded. ZXVM_RUN_RESUME when done, ZXVM_RUN_SLOW if
 * it takes interrupts on: zxvm_arch_vcpu_slow() does it then and returns
 * ZXVM_RUN_MEM.
 */
enum zxvm_run zxvm_arch_vcpu_decode(struct zxvm_vcpu *vcpu,
				    struct zxvm_exit *exit, bool bell);

/* Finish a ZXVM_RUN_SLOW exit. Loaded, may sleep. */
enum zxvm_run zxvm_arch_vcpu_slow(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit);

/* Step over the trapped instruction. Loaded. */
void zxvm_arch_vcpu_skip(struct zxvm_vcpu *vcpu);

/*
 * Around the sleep of a VCPU, not loaded: block() arms what wakes it with
 * zxvm_vcpu_wake() in time, unblock() disarms it.
 */
void zxvm_arch_vcpu_block(struct zxvm_vcpu *vcpu);
void zxvm_arch_vcpu_unblock(struct zxvm_vcpu *vcpu);
bool zxvm_arch_vcpu_runnable(struct zxvm_vcpu *vcpu);

/*
 * Make a vector pending: -ERANGE if there is no such. Process context, no sleep;
 * any thread.
 */
int zxvm_arch_vcpu_interrupt(struct zxvm_vcpu *vcpu, u32 vector);

/*
 * The register state, owner thread, not loaded. adopt_page() takes over what
 * user space has marked as changed in the VCPU page, by bits in @dirty;
 * publish_page() makes all of it valid, on the CPU that the VCPU was loaded on,
 * preemption still off.
 */
void zxvm_arch_adopt_page(struct zxvm_vcpu *vcpu, u32 dirty);
void zxvm_arch_publish_page(struct zxvm_vcpu *vcpu);
void zxvm_arch_read_state(struct zxvm_vcpu *vcpu,
			  struct zxvm_arch_state *state);
void zxvm_arch_write_state(struct zxvm_vcpu *vcpu,
			   const struct zxvm_arch_state *state);
int zxvm_arch_write_io(struct zxvm_vcpu *vcpu, const struct zxvm_vcpu_io *io);

/*
 * The second-stage page table. init() and destroy() may sleep. map() and
 * unmap() are called with the VMAR's pt_lock held: map() of the page or block
 * of @size that the page at @gpa is in, or of a part of it with that page,
 * replacing what was there, takes table pages from the cache, which has
 * enough; unmap() of whole pages returns when no CPU can use them.
 */
int zxvm_arch_pt_init(struct zxvm_arch_pt *pt);
void zxvm_arch_pt_destroy(struct zxvm_arch_pt *pt);
void zxvm_arch_pt_map(struct zxvm_arch_pt *pt, struct zxvm_page_cache *cache,
		      u64 gpa, u64 pa, u64 size, u32 perms, u32 access);
void zxvm_arch_pt_unmap(struct zxvm_arch_pt *pt, u64 start, u64 last);

#endif /* ZXVM_ARCH_H */
