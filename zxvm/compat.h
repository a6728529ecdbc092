/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where kernels differ: one name of ours for each thing whose interface
 * changed. The ZXVM_HAVE_* are found by Kbuild in the kernel's own headers.
 */
#ifndef ZXVM_COMPAT_H
#define ZXVM_COMPAT_H

#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/sched.h>

#ifdef ZXVM_HAVE_VM_FLAGS_SET
static inline void zxvm_vm_flags_set(struct vm_area_struct *vma,
				     unsigned long flags)
{
	vm_flags_set(vma, flags);
}

static inline void zxvm_vm_flags_clear(struct vm_area_struct *vma,
				       unsigned long flags)
{
	vm_flags_clear(vma, flags);
}
#else
static inline void zxvm_vm_flags_set(struct vm_area_struct *vma,
				     unsigned long flags)
{
	vma->vm_flags |= flags;
}

static inline void zxvm_vm_flags_clear(struct vm_area_struct *vma,
				       unsigned long flags)
{
	vma->vm_flags &= ~flags;
}
#endif

static inline void zxvm_hrtimer_setup(struct hrtimer *timer,
				      enum hrtimer_restart (*fire)
					      (struct hrtimer *timer),
				      clockid_t clock, enum hrtimer_mode mode)
{
#ifdef ZXVM_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, fire, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = fire;
#endif
}

static inline void zxvm_eventfd_signal(struct eventfd_ctx *eventfd)
{
#ifdef ZXVM_HAVE_EVENTFD_SIGNAL_ONE
	eventfd_signal(eventfd);
#else
	eventfd_signal(eventfd, 1);
#endif
}

/* Has the thread used more memory than its cgroup wants? Then it must pay. */
#ifdef CONFIG_MEMCG
static inline bool zxvm_memcg_over_high(void)
{
	return current->memcg_nr_pages_over_high;
}
#else
static inline bool zxvm_memcg_over_high(void)
{
	return false;
}
#endif

#endif /* ZXVM_COMPAT_H */
