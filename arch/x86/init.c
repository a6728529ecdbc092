// SPDX-License-Identifier: GPL-2.0
/*
 * x86: there is no backend yet, and the module says so when it is loaded.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/module.h>

static int __init zxvm_x86_init(void)
{
	pr_err("x86 is not supported yet\n");
	return -EOPNOTSUPP;
}
module_init(zxvm_x86_init);

MODULE_AUTHOR("The zxvm founders");
MODULE_DESCRIPTION("The Zircon hypervisor as a Linux device");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
