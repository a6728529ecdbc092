/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling the kernel that this CPU is in a guest: RCU does not wait for it
 * where the tick is off, lockdep and the tracers see interrupts on.
 */
#ifndef ZXVM_GUEST_CONTEXT_H
#define ZXVM_GUEST_CONTEXT_H

#include <linux/context_tracking.h>
#include <linux/ftrace.h>
#include <linux/instrumentation.h>
#include <linux/irqflags.h>

/**
 * zxvm_guest_context_enter() - right before the world switch
 *
 * Context: interrupts off; nothing that is instrumented may follow until
 * zxvm_guest_context_exit().
 */
static __always_inline void zxvm_guest_context_enter(void)
{
	instrumentation_begin();
	trace_hardirqs_on_prepare();
	lockdep_hardirqs_on_prepare();
	instrumentation_end();
	context_tracking_guest_enter();
	lockdep_hardirqs_on(CALLER_ADDR0);
}

/**
 * zxvm_guest_context_exit() - right after the world switch
 *
 * Context: interrupts off.
 */
static __always_inline void zxvm_guest_context_exit(void)
{
	lockdep_hardirqs_off(CALLER_ADDR0);
	context_tracking_guest_exit();
	instrumentation_begin();
	trace_hardirqs_off_finish();
	instrumentation_end();
}

#endif /* ZXVM_GUEST_CONTEXT_H */
