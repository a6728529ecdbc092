/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_PREEMPT_H
#define ZXVM_UNIT_PREEMPT_H

#include <linux/types.h>

struct preempt_notifier {
	struct hlist_node link;
};

#endif /* ZXVM_UNIT_PREEMPT_H */
