/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_CONTAINER_OF_H
#define ZXVM_UNIT_CONTAINER_OF_H

#include <stddef.h>

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#endif /* ZXVM_UNIT_CONTAINER_OF_H */
