/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_NOSPEC_H
#define ZXVM_UNIT_NOSPEC_H

#include <linux/bug.h>

/* Speculation aside, an index that is not in range is a bug */
#define array_index_nospec(index, size)				\
	({							\
		__typeof__(index) _index = (index);		\
								\
		WARN_ON(_index >= (__typeof__(index))(size));	\
		_index;						\
	})

#endif /* ZXVM_UNIT_NOSPEC_H */
