// SPDX-License-Identifier: GPL-2.0
/*
 * VMX as the common code sees it.
 */
#include "../posted.h"
#include "vmx.h"

const struct zxvm_vendor zxvm_vmx = {
	.name = "VMX",
	.backend = ZXVM_BACKEND_VMX,
	.ept = true,
	.probe = vmx_probe,
	.features = vmx_features,
	.exit_name = vmx_exit_name,
	.hw_alloc = vmx_hw_alloc,
	.hw_free = vmx_hw_free,
	.hw_enable = vmx_hw_enable,
	.hw_disable = vmx_hw_disable,
	.hw_abandon = vmx_hw_abandon,
	.vcpu_init = vmx_vcpu_init,
	.vcpu_destroy = vmx_vcpu_destroy,
	.load = vmx_load,
	.put = vmx_put,
	.leave = vmx_leave,
	.run = vmx_run,
	.get = vmx_get,
	.set = vmx_set,
	.get_code = vmx_get_code,
	.get_segment = vmx_get_segment,
	.set_segment = vmx_set_segment,
	.skip = vmx_skip,
	.inject = vmx_inject,
	.blocked = vmx_blocked,
	.set_window = vmx_set_window,
	.set_tpr_threshold = vmx_set_tpr_threshold,
	.set_apic_hw = vmx_set_apic_hw,
	.notify_cpu = zxvm_send_posted,
	.take_irq = vmx_take_irq,
	.intercept_dr = vmx_intercept_dr,
};
