// SPDX-License-Identifier: GPL-2.0
/*
 * The run loop: what happens between ZXVM_VCPU_ENTER and its return.
 *
 * The VCPU's state is in the CPU while its thread runs here, and is moved out
 * and in with the thread by the preempt notifier. An exit that needs neither
 * sleep nor user space is dealt with while interrupts are still off.
 */
#include <linux/context_tracking.h>
#include <linux/rcuwait.h>
#include <linux/sched/signal.h>
#include <linux/task_work.h>
#include <linux/vtime.h>

#include "compat.h"
#include "port.h"
#include "trace.h"
#include "trap.h"
#include "vcpu.h"

/* Not a result: enter the guest again */
#define RUN_AGAIN	1

/* A thread that goes on in here, not in user space */
static bool is_in_enter(const struct task_struct *thread)
{
	const struct preempt_notifier *notifier;

	hlist_for_each_entry(notifier, &thread->preempt_notifiers, link)
		if (notifier->ops == &zxvm_preempt_ops)
			return true;
	return false;
}

static void sched_in(struct preempt_notifier *notifier, int cpu)
{
	struct zxvm_vcpu *vcpu = container_of(notifier, struct zxvm_vcpu,
					      notifier);

	if (!vcpu->asleep)
		zxvm_arch_vcpu_load(vcpu);
}

static void sched_out(struct preempt_notifier *notifier,
		      struct task_struct *next)
{
	struct zxvm_vcpu *vcpu = container_of(notifier, struct zxvm_vcpu,
					      notifier);

	if (!vcpu->asleep)
		zxvm_arch_vcpu_put(vcpu);
	if (ZXVM_ARCH_HAS_LEAVE && !is_in_enter(next))
		zxvm_arch_leave();
}

struct preempt_ops zxvm_preempt_ops = {
	.sched_in = sched_in,
	.sched_out = sched_out,
};

static void enter_begin(struct zxvm_vcpu *vcpu)
{
	preempt_disable();
	preempt_notifier_register(&vcpu->notifier);
	zxvm_arch_vcpu_load(vcpu);
	preempt_enable();
}

static void enter_end(struct zxvm_vcpu *vcpu)
{
	preempt_disable();
	zxvm_arch_vcpu_put(vcpu);
	if (ZXVM_ARCH_HAS_LEAVE)
		zxvm_arch_leave();
	preempt_notifier_unregister(&vcpu->notifier);
	zxvm_arch_publish_page(vcpu);
	preempt_enable();
}

static void sleep_begin(struct zxvm_vcpu *vcpu)
{
	preempt_disable();
	zxvm_arch_vcpu_put(vcpu);
	vcpu->asleep = true;
	preempt_enable();
}

static void sleep_end(struct zxvm_vcpu *vcpu)
{
	preempt_disable();
	vcpu->asleep = false;
	zxvm_arch_vcpu_load(vcpu);
	preempt_enable();
}

static bool take_kick(struct zxvm_vcpu *vcpu)
{
	return READ_ONCE(vcpu->kicked) && xchg(&vcpu->kicked, false);
}

static int kick_result(struct zxvm_vcpu *vcpu)
{
	vcpu->exit.reason = ZXVM_EXIT_KICK;
	return -ECANCELED;
}

/*
 * Is there work that the kernel does on the way to user space? Not what every
 * switch of a thread with restartable sequences leaves behind: that can wait
 * until user space runs again.
 */
static bool is_user_work(unsigned long flags)
{
	if (flags & (_TIF_SIGPENDING | _TIF_NOTIFY_SIGNAL))
		return true;
	return flags & _TIF_NOTIFY_RESUME &&
	       (task_work_pending(current) || zxvm_memcg_over_high());
}

static bool user_work_pending(void)
{
	return is_user_work(read_thread_flags());
}

/* Is something due before the guest may run on? */
static bool anything_due(void)
{
	unsigned long flags = read_thread_flags();

	if (likely(!(flags & (_TIF_NEED_RESCHED | _TIF_SIGPENDING |
			      _TIF_NOTIFY_SIGNAL | _TIF_NOTIFY_RESUME))))
		return false;
	return flags & _TIF_NEED_RESCHED || is_user_work(flags);
}

/* TIF_SIGPENDING makes the kernel look at the restart code in any case. */
static int user_work(void)
{
	if (!user_work_pending())
		return 0;
	set_thread_flag(TIF_SIGPENDING);
	return -ERESTARTNOINTR;
}

/*
 * Sleep, with the state out of the CPU, until @ready says so, a kick comes or
 * a signal does. False if it was a signal alone, which the loop will find.
 */
static bool sleep_until(struct zxvm_vcpu *vcpu,
			bool (*ready)(struct zxvm_vcpu *vcpu))
{
	bool done;

	sleep_begin(vcpu);
	zxvm_arch_vcpu_block(vcpu);
	prepare_to_rcuwait(&vcpu->wait);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		done = READ_ONCE(vcpu->kicked) || ready(vcpu);
		if (done || user_work_pending())
			break;
		schedule();
	}
	finish_rcuwait(&vcpu->wait);
	zxvm_arch_vcpu_unblock(vcpu);
	sleep_end(vcpu);
	return done;
}

static bool bell_freed(struct zxvm_vcpu *vcpu)
{
	return list_empty_careful(&vcpu->bell_node);
}

/*
 * A store to a BELL trap whose packets are all queued: wait until one is
 * taken. A kick ends the wait with the store not done, so that the bell rings
 * when the guest is entered again and is not lost.
 */
static int ring_bell(struct zxvm_vcpu *vcpu, struct zxvm_bell *bell)
{
	int ret;

	for (;;) {
		ret = zxvm_bell_ring(bell, vcpu->exit.gpa, vcpu);
		if (ret != -EAGAIN)
			break;
		sleep_until(vcpu, bell_freed);
		zxvm_bell_unblock(bell, vcpu);
		ret = user_work();
		if (ret)
			return ret;
		if (take_kick(vcpu))
			return kick_result(vcpu);
	}
	zxvm_arch_vcpu_skip(vcpu);
	return ret ?: RUN_AGAIN;
}

static enum zxvm_run fail(struct zxvm_vcpu *vcpu, int status)
{
	zxvm_arch_vcpu_skip(vcpu);
	vcpu->exit.status = status;
	return ZXVM_RUN_STATUS;
}

/*
 * An access: does it hit a trap? The PC moves before the result is known, as
 * in Zircon. ZXVM_RUN_MEM is left for the slow path: no trap, or a bell that
 * cannot be rung at once.
 */
static enum zxvm_run check_traps(struct zxvm_vcpu *vcpu)
{
	struct zxvm_exit *exit = &vcpu->exit;
	struct zxvm_trap *trap = zxvm_trap_recall(&vcpu->guest->traps,
						  &vcpu->recent_trap,
						  exit->gpa);
	enum zxvm_run run;

	if (!trap)
		return ZXVM_RUN_MEM;
	if (!exit->decoded) {
		run = zxvm_arch_vcpu_decode(vcpu, exit, trap->bell);
		if (run != ZXVM_RUN_RESUME)
			return run;
	}
	if (trap->bell) {
		if (exit->access & ZXVM_VM_PERM_READ)
			return fail(vcpu, -EOPNOTSUPP);
		if (zxvm_bell_ring(trap->bell, exit->gpa, vcpu))
			return ZXVM_RUN_MEM;
		zxvm_arch_vcpu_skip(vcpu);
		return ZXVM_RUN_RESUME;
	}
	if (!exit->decoded)
		return fail(vcpu, -EBADMSG);
	zxvm_arch_vcpu_skip(vcpu);
	exit->packet.key = trap->key;
	return ZXVM_RUN_PACKET;
}

/*
 * Has a trap just taken the place of a mapping? The lock waits for a call
 * that has unmapped the range but not yet armed the trap.
 */
static bool trap_was_set(struct zxvm_vcpu *vcpu)
{
	struct zxvm_guest *guest = vcpu->guest;
	bool found;

	mutex_lock(&guest->lock);
	found = zxvm_trap_find(&guest->traps, vcpu->exit.gpa);
	mutex_unlock(&guest->lock);
	return found;
}

/* An access that hit no trap, or a bell whose packets are all queued */
static int resolve_access(struct zxvm_vcpu *vcpu, enum zxvm_run run)
{
	struct zxvm_exit *exit = &vcpu->exit;
	struct zxvm_trap *trap = NULL;
	int ret;

	if (run == ZXVM_RUN_MEM)
		trap = zxvm_trap_find(&vcpu->guest->traps, exit->gpa);
	/* check_traps() has a say in what else a new trap means. */
	if (trap && trap->bell && !(exit->access & ZXVM_VM_PERM_READ)) {
		if (!exit->decoded &&
		    zxvm_arch_vcpu_decode(vcpu, exit, true) != ZXVM_RUN_RESUME)
			return RUN_AGAIN;
		return ring_bell(vcpu, trap->bell);
	}
	ret = zxvm_vmar_fault(vcpu->guest->vmar, &vcpu->cache, exit->gpa,
			      exit->access);
	trace_zxvm_fault(vcpu->index, exit->gpa, exit->access, ret);
	switch (ret) {
	case 0:
	case -EINTR:
		return RUN_AGAIN;
	case -ENOENT:
		return run == ZXVM_RUN_MEM && trap_was_set(vcpu) ? RUN_AGAIN :
								   ret;
	default:
		return ret;
	}
}

/* Something is due before the guest may run on: look what it is. */
static int attend(struct zxvm_vcpu *vcpu)
{
	int ret;

	if (need_resched())
		schedule();
	ret = user_work();
	if (ret)
		return ret;
	return take_kick(vcpu) ? kick_result(vcpu) : RUN_AGAIN;
}

/* What an exit asks for that interrupts must be on for */
static int finish(struct zxvm_vcpu *vcpu, enum zxvm_run run)
{
	if (run == ZXVM_RUN_SLOW) {
		run = zxvm_arch_vcpu_slow(vcpu, &vcpu->exit);
		if (run == ZXVM_RUN_MEM)
			run = check_traps(vcpu);
	}

	switch (run) {
	case ZXVM_RUN_RESUME:
		return attend(vcpu);
	case ZXVM_RUN_WAIT:
		vcpu->waiting = true;
		return RUN_AGAIN;
	case ZXVM_RUN_MEM:
	case ZXVM_RUN_FAULT:
		return resolve_access(vcpu, run);
	case ZXVM_RUN_PACKET:
		vcpu->exit.reason = ZXVM_EXIT_PACKET;
		return 0;
	case ZXVM_RUN_STATUS:
		return vcpu->exit.status;
	default:
		return RUN_AGAIN;
	}
}

/* Run the guest until something needs interrupts on, or does it no more. */
static enum zxvm_run run_irqoff(struct zxvm_vcpu *vcpu)
{
	enum zxvm_run run = ZXVM_RUN_RESUME;

	/*
	 * Whoever makes an interrupt or a kick pending looks at in_guest
	 * afterwards: either it sees true and sends an interrupt, or the
	 * checks below see what it did.
	 */
	WRITE_ONCE(vcpu->in_guest, true);
	/* Pairs with the barrier in zxvm_vcpu_rouse(). */
	smp_mb();
	while (run == ZXVM_RUN_RESUME && !READ_ONCE(vcpu->kicked) &&
	       !anything_due()) {
		run = zxvm_arch_vcpu_run(vcpu, &vcpu->exit);
		if (run == ZXVM_RUN_MEM)
			run = check_traps(vcpu);
	}
	WRITE_ONCE(vcpu->in_guest, false);
	zxvm_arch_vcpu_irqs_on(vcpu, run);
	return run;
}

static int run_once(struct zxvm_vcpu *vcpu)
{
	enum zxvm_run run;

	if (vcpu->waiting)
		vcpu->waiting = !sleep_until(vcpu, zxvm_arch_vcpu_runnable);

	local_irq_disable();
	vtime_account_guest_enter();
	run = run_irqoff(vcpu);
	if (run == ZXVM_RUN_INTR) {
		/* RCU waits for a guest that stays for as long as the tick. */
		rcu_note_context_switch(false);
		/* Let the tick in while this still counts as guest time. */
		zxvm_arch_vcpu_take_irq(vcpu);
	}
	vtime_account_guest_exit();
	local_irq_enable();
	return finish(vcpu, run);
}

/**
 * zxvm_vcpu_run() - run the guest until the VMM has to do something
 * @vcpu: the caller is its owner thread
 *
 * Context: may sleep.
 * Return: 0 (vcpu->exit.packet is ready) or a negative errno, with
 * vcpu->exit.reason saying why; -ERESTARTNOINTR for a signal.
 */
int zxvm_vcpu_run(struct zxvm_vcpu *vcpu)
{
	int ret;

	vcpu->exit.reason = ZXVM_EXIT_ERROR;
	enter_begin(vcpu);
	do {
		ret = run_once(vcpu);
	} while (ret == RUN_AGAIN);
	enter_end(vcpu);
	return ret;
}
