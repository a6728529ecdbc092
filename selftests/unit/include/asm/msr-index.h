/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_MSR_INDEX_H
#define ZXVM_UNIT_MSR_INDEX_H

#define EFER_LMA		(1ULL << 10)
#define EFER_NX			(1ULL << 11)

#endif /* ZXVM_UNIT_MSR_INDEX_H */
