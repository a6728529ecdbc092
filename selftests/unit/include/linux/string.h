/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_STRING_H
#define ZXVM_UNIT_STRING_H

#include <string.h>

#endif /* ZXVM_UNIT_STRING_H */
