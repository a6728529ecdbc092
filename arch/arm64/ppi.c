// SPDX-License-Identifier: GPL-2.0
/*
 * The host's private interrupts that belong to the hypervisor: the virtual
 * timer's (27) and the GIC's maintenance interrupt (25). Device tree and ACPI
 * say where they are.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/cpuhotplug.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/percpu.h>
#include <linux/printk.h>

#include "arm64.h"

/* Index of the virtual timer in the interrupts of an arm,armv8-timer node */
#define DT_VIRTUAL_TIMER	2

/**
 * struct ppi - one private interrupt
 * @name: in /proc/interrupts
 * @handler: of it
 * @irq: Linux's number
 */
struct ppi {
	const char *name;
	irq_handler_t handler;
	unsigned int irq;
};

DEFINE_PER_CPU(bool, zxvm_timer_active);
/* For the kernel to tell the CPUs' registrations apart */
static DEFINE_PER_CPU(u8, cookie);
static int hotplug_state;

/*
 * The timer has expired while the guest did not run. The interrupt is
 * forwarded: the kernel drops its priority, and the guest's deactivation of
 * virtual interrupt 27 deactivates it.
 */
static irqreturn_t timer_handler(int irq, void *unused)
{
	struct zxvm_vcpu *vcpu = __this_cpu_read(zxvm_loaded);

	__this_cpu_write(zxvm_timer_active, true);
	if (vcpu)
		zxvm_vgic_timer_fired(vcpu);
	return IRQ_HANDLED;
}

/* It has brought the CPU out of the guest; that is all it is for. */
static irqreturn_t maintenance_handler(int irq, void *unused)
{
	return IRQ_HANDLED;
}

static struct ppi timer_ppi = { "zxvm-vtimer", timer_handler };
static struct ppi maintenance_ppi = { "zxvm-gic", maintenance_handler };

/**
 * zxvm_ppi_set_timer_active() - quieten this CPU's timer interrupt, or not
 * @active: the guest has yet to deactivate its virtual counterpart
 *
 * Context: preemption off.
 */
void zxvm_ppi_set_timer_active(bool active)
{
	irq_set_irqchip_state(timer_ppi.irq, IRQCHIP_STATE_ACTIVE, active);
	__this_cpu_write(zxvm_timer_active, active);
}

static void enable_ppi(const struct ppi *ppi)
{
	struct irq_data *data = irq_get_irq_data(ppi->irq);

	enable_percpu_irq(ppi->irq, irqd_get_trigger_type(data));
}

static int ppi_online(unsigned int cpu)
{
	__this_cpu_write(zxvm_timer_active, false);
	enable_ppi(&timer_ppi);
	enable_ppi(&maintenance_ppi);
	return 0;
}

static int ppi_offline(unsigned int cpu)
{
	disable_percpu_irq(maintenance_ppi.irq);
	disable_percpu_irq(timer_ppi.irq);
	return 0;
}

static unsigned int dt_ppi(const char *compatible, int index)
{
	struct device_node *node;
	unsigned int irq;

	node = of_find_compatible_node(NULL, NULL, compatible);
	if (!node)
		return 0;
	irq = irq_of_parse_and_map(node, index);
	of_node_put(node);
	return irq;
}

static int find_ppis(void)
{
	if (acpi_disabled) {
		timer_ppi.irq = dt_ppi("arm,armv8-timer", DT_VIRTUAL_TIMER);
		maintenance_ppi.irq = dt_ppi("arm,gic-v3", 0);
	} else {
		timer_ppi.irq = zxvm_acpi_timer_ppi();
		maintenance_ppi.irq = zxvm_acpi_maintenance_ppi();
	}
	if (!timer_ppi.irq || !maintenance_ppi.irq) {
		pr_err("the host has no GICv3 with virtualization, or no virtual timer interrupt\n");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int request_ppi(const struct ppi *ppi)
{
	int ret = request_percpu_irq(ppi->irq, ppi->handler, ppi->name,
				     &cookie);

	if (ret == -EBUSY)
		pr_err("interrupt of %s is taken: KVM holds EL2; boot with kvm-arm.mode=none\n",
		       ppi->name);
	else if (ret)
		pr_err("no interrupt for %s: %d\n", ppi->name, ret);
	return ret;
}

/**
 * zxvm_ppi_init() - find and take the interrupts, on all CPUs
 *
 * Context: may sleep.
 * Return: 0, -EBUSY (KVM has them), -EOPNOTSUPP (there are none), or what the
 * interrupt code says.
 */
int zxvm_ppi_init(void)
{
	int ret = find_ppis();

	if (ret)
		return ret;
	ret = request_ppi(&timer_ppi);
	if (ret)
		return ret;
	ret = request_ppi(&maintenance_ppi);
	if (ret)
		goto err_timer;
	ret = irq_set_vcpu_affinity(timer_ppi.irq, &timer_ppi);
	if (ret) {
		pr_err("the interrupt controller cannot forward interrupts: %d\n",
		       ret);
		goto err_maintenance;
	}
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "zxvm:online",
				ppi_online, ppi_offline);
	if (ret < 0)
		goto err_forward;
	hotplug_state = ret;
	return 0;

err_forward:
	irq_set_vcpu_affinity(timer_ppi.irq, NULL);
err_maintenance:
	free_percpu_irq(maintenance_ppi.irq, &cookie);
err_timer:
	free_percpu_irq(timer_ppi.irq, &cookie);
	return ret;
}

/**
 * zxvm_ppi_exit() - give the interrupts back
 *
 * Context: may sleep.
 */
void zxvm_ppi_exit(void)
{
	cpuhp_remove_state(hotplug_state);
	irq_set_vcpu_affinity(timer_ppi.irq, NULL);
	free_percpu_irq(maintenance_ppi.irq, &cookie);
	free_percpu_irq(timer_ppi.irq, &cookie);
}
