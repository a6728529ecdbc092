// SPDX-License-Identifier: GPL-2.0
/*
 * The module's life and the ioctls of /dev/zxvm itself.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "guest.h"
#include "irqfd.h"
#include "port.h"
#include "stats.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static int get_features(struct zxvm_features __user *arg)
{
	struct zxvm_features features = {
		.version = ZXVM_ABI_VERSION,
		.max_vcpus = ZXVM_MAX_VCPUS,
	};

	zxvm_arch_features(&features);
	return copy_to_user(arg, &features, sizeof(features)) ? -EFAULT : 0;
}

static long zxvm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case ZXVM_GET_FEATURES:
		return get_features(uarg);
	case ZXVM_GUEST_CREATE:
		return zxvm_guest_create(uarg);
	case ZXVM_PORT_CREATE:
		return zxvm_port_create(uarg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations zxvm_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = zxvm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice zxvm_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "zxvm",
	.fops = &zxvm_fops,
	.mode = 0660,
};

static int __init zxvm_init(void)
{
	int ret;

	ret = zxvm_arch_init();
	if (ret)
		return ret;
	ret = zxvm_irqfd_init();
	if (ret)
		goto err_arch;
	preempt_notifier_inc();
	zxvm_stats_init();
	ret = misc_register(&zxvm_device);
	if (ret)
		goto err_stats;
	return 0;

err_stats:
	zxvm_stats_exit();
	preempt_notifier_dec();
	zxvm_irqfd_exit();
err_arch:
	zxvm_arch_exit();
	return ret;
}

static void __exit zxvm_exit(void)
{
	misc_deregister(&zxvm_device);
	zxvm_stats_exit();
	preempt_notifier_dec();
	zxvm_irqfd_exit();
	zxvm_arch_exit();
}

module_init(zxvm_init);
module_exit(zxvm_exit);

MODULE_AUTHOR("The zxvm founders");
MODULE_DESCRIPTION("The Zircon hypervisor as a Linux device");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
