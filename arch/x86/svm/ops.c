// SPDX-License-Identifier: GPL-2.0
/*
 * SVM as the common code sees it.
 */
#include "svm.h"

const struct zxvm_vendor zxvm_svm = {
	.name = "SVM",
	.backend = ZXVM_BACKEND_SVM,
	.probe = svm_probe,
	.features = svm_features,
	.exit_name = svm_exit_name,
	.hw_alloc = svm_hw_alloc,
	.hw_free = svm_hw_free,
	.hw_enable = svm_hw_enable,
	.hw_disable = svm_hw_disable,
	.hw_abandon = svm_hw_abandon,
	.guest_init = avic_guest_init,
	.guest_destroy = avic_guest_destroy,
	.vcpu_init = svm_vcpu_init,
	.vcpu_destroy = svm_vcpu_destroy,
	.load = svm_load,
	.put = svm_put,
	.run = svm_run,
	.get = svm_get,
	.set = svm_set,
	.get_code = svm_get_code,
	.get_segment = svm_get_segment,
	.set_segment = svm_set_segment,
	.skip = svm_skip,
	.inject = svm_inject,
	.blocked = svm_blocked,
	.set_window = svm_set_window,
	.set_tpr_threshold = svm_set_tpr_threshold,
	.notify_cpu = avic_ring,
	.apic_published = avic_published,
	.settle_apic_page = avic_settle_page,
	.intercept_dr = svm_intercept_dr,
};
