/* SPDX-License-Identifier: GPL-2.0 */
/* A warning of the kernel's is a failed test */
#ifndef ZXVM_UNIT_BUG_H
#define ZXVM_UNIT_BUG_H

#include <stdio.h>
#include <stdlib.h>

#define WARN_ON(condition)						\
	({								\
		int _warn = !!(condition);				\
									\
		if (_warn) {						\
			printf("Bail out! %s:%d: warning: %s\n",	\
			       __FILE__, __LINE__, #condition);		\
			fflush(stdout);					\
			abort();					\
		}							\
		_warn;							\
	})
#define WARN_ON_ONCE(condition)	WARN_ON(condition)

#endif /* ZXVM_UNIT_BUG_H */
