// SPDX-License-Identifier: GPL-2.0
/*
 * Who owns the hardware: virtualization is on, on every CPU, from the first
 * guest to the last, and off where the kernel needs it off: on a CPU that
 * goes offline, while the machine sleeps, and before it reboots.
 *
 * A VCPU may still run there. It borrows the hardware then, for one stretch
 * with interrupts off, and nothing of it is left behind.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/smp.h>
#include <linux/suspend.h>

#include "emergency.h"
#include "x86.h"

static DEFINE_MUTEX(own_lock);
static unsigned int users;
static bool asleep;
static bool emergency_registered;
static int hotplug_state;

/* Virtualization is on here: for good, or for the stretch that runs */
DEFINE_PER_CPU(bool, zxvm_owned);
DEFINE_PER_CPU(bool, zxvm_borrowed);

static int own_this_cpu(void)
{
	int ret;

	lockdep_assert_irqs_disabled();
	if (__this_cpu_read(zxvm_owned))
		return 0;
	ret = zxvm_vendor->hw_enable();
	if (!ret)
		__this_cpu_write(zxvm_owned, true);
	return ret;
}

static void disown_this_cpu(void *unused)
{
	if (!__this_cpu_read(zxvm_owned))
		return;
	__this_cpu_write(zxvm_owned, false);
	zxvm_vendor->hw_disable();
}

static void own_cpu(void *result)
{
	int ret = own_this_cpu();

	if (ret)
		atomic_cmpxchg((atomic_t *)result, 0, ret);
}

/* All CPUs or none; hotplug is held off. */
static int own_all(void)
{
	atomic_t result = ATOMIC_INIT(0);

	on_each_cpu(own_cpu, &result, 1);
	if (atomic_read(&result))
		on_each_cpu(disown_this_cpu, NULL, 1);
	return atomic_read(&result);
}

/* The kernel is about to reboot in a hurry, or has crashed; this CPU alone. */
static void emergency(void)
{
	if (__this_cpu_read(zxvm_owned) || __this_cpu_read(zxvm_borrowed))
		zxvm_vendor->hw_abandon();
}

static void explain(int error)
{
	if (error == -EBUSY)
		pr_err_ratelimited("another hypervisor owns %s: unload it (modprobe -r kvm_intel kvm_amd)\n",
				   zxvm_vendor->name);
	else
		pr_err_ratelimited("the firmware has locked %s off, or the CPU refuses it\n",
				   zxvm_vendor->name);
}

/**
 * zxvm_own_get() - a guest is created: the hardware has to be ours
 *
 * Context: may sleep.
 * Return: 0, -EBUSY if another hypervisor has it, -EIO if the CPU refuses.
 */
int zxvm_own_get(void)
{
	int ret = 0;

	mutex_lock(&own_lock);
	cpus_read_lock();
	if (!users && !asleep)
		ret = own_all();
	if (!ret && !users++)
		emergency_registered = !asleep &&
				       zxvm_emergency_register(emergency);
	cpus_read_unlock();
	mutex_unlock(&own_lock);
	if (ret)
		explain(ret);
	return ret;
}

/**
 * zxvm_own_put() - a guest is gone
 *
 * Context: may sleep.
 */
void zxvm_own_put(void)
{
	mutex_lock(&own_lock);
	cpus_read_lock();
	if (!--users) {
		on_each_cpu(disown_this_cpu, NULL, 1);
		if (emergency_registered)
			zxvm_emergency_unregister(emergency);
	}
	cpus_read_unlock();
	mutex_unlock(&own_lock);
}

/**
 * zxvm_borrow() - the hardware is not ours on this CPU: for one stretch it is
 *
 * Context: interrupts off.
 * Return: 0, or what zxvm_vendor->hw_enable() says.
 */
int zxvm_borrow(void)
{
	int ret;

	if (__this_cpu_read(zxvm_borrowed))
		return 0;
	ret = zxvm_vendor->hw_enable();
	if (!ret)
		__this_cpu_write(zxvm_borrowed, true);
	return ret;
}

/**
 * zxvm_give_back() - the stretch that zxvm_borrow() began ends
 *
 * Context: interrupts off.
 */
void zxvm_give_back(void)
{
	__this_cpu_write(zxvm_borrowed, false);
	zxvm_vendor->hw_disable();
}

static int cpu_comes(unsigned int cpu)
{
	int ret = 0;

	local_irq_disable();
	if (users && !asleep)
		ret = own_this_cpu();
	local_irq_enable();
	return ret;
}

static int cpu_goes(unsigned int cpu)
{
	local_irq_disable();
	disown_this_cpu(NULL);
	local_irq_enable();
	return 0;
}

/* With the machine's memory goes the state that hardware keeps in it. */
static int machine_sleeps(struct notifier_block *nb, unsigned long event,
			  void *unused)
{
	mutex_lock(&own_lock);
	cpus_read_lock();
	switch (event) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
	case PM_RESTORE_PREPARE:
		asleep = true;
		on_each_cpu(disown_this_cpu, NULL, 1);
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
	case PM_POST_RESTORE:
		asleep = false;
		/* Where it is refused now, VCPUs find that out themselves. */
		if (users)
			own_all();
		break;
	}
	cpus_read_unlock();
	mutex_unlock(&own_lock);
	return NOTIFY_OK;
}

static struct notifier_block sleep_notifier = {
	.notifier_call = machine_sleeps,
};

/* INIT, which some machines reboot by, does not reach a CPU that we have. */
static int machine_reboots(struct notifier_block *nb, unsigned long event,
			   void *unused)
{
	asleep = true;
	on_each_cpu(disown_this_cpu, NULL, 1);
	return NOTIFY_OK;
}

static struct notifier_block reboot_notifier = {
	.notifier_call = machine_reboots,
};

/**
 * zxvm_own_init() - be told when CPUs, or the machine, come and go
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int zxvm_own_init(void)
{
	int ret;

	ret = zxvm_vendor->hw_alloc();
	if (ret)
		return ret;
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "zxvm:online", cpu_comes,
				cpu_goes);
	if (ret < 0)
		goto err_free;
	hotplug_state = ret;
	ret = register_pm_notifier(&sleep_notifier);
	if (ret)
		goto err_hotplug;
	ret = register_reboot_notifier(&reboot_notifier);
	if (ret)
		goto err_sleep;
	return 0;

err_sleep:
	unregister_pm_notifier(&sleep_notifier);
err_hotplug:
	cpuhp_remove_state(hotplug_state);
err_free:
	zxvm_vendor->hw_free();
	return ret;
}

/**
 * zxvm_own_exit() - undo zxvm_own_init(); there are no guests any more
 *
 * Context: may sleep.
 */
void zxvm_own_exit(void)
{
	unregister_reboot_notifier(&reboot_notifier);
	unregister_pm_notifier(&sleep_notifier);
	cpuhp_remove_state(hotplug_state);
	zxvm_vendor->hw_free();
}
