/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_MINMAX_H
#define ZXVM_UNIT_MINMAX_H

#define min(a, b)					\
	({						\
		__typeof__(a) _min_a = (a);		\
		__typeof__(b) _min_b = (b);		\
		_min_a < _min_b ? _min_a : _min_b;	\
	})
#define max(a, b)					\
	({						\
		__typeof__(a) _max_a = (a);		\
		__typeof__(b) _max_b = (b);		\
		_max_a > _max_b ? _max_a : _max_b;	\
	})
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))

#endif /* ZXVM_UNIT_MINMAX_H */
