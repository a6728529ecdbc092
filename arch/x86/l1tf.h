/* SPDX-License-Identifier: GPL-2.0 */
/* What the administrator wants against L1TF, as far as the kernel tells. */
#ifndef ZXVM_X86_L1TF_H
#define ZXVM_X86_L1TF_H

#include <asm/processor.h>

#include "spec.h"

#ifdef ZXVM_EXPORTED_L1TF_MITIGATION
static inline enum spec_l1d zxvm_l1d_wanted(void)
{
	switch (l1tf_mitigation) {
	case L1TF_MITIGATION_OFF:
		return SPEC_L1D_NEVER;
	case L1TF_MITIGATION_FULL:
	case L1TF_MITIGATION_FULL_FORCE:
		return SPEC_L1D_EACH_ENTRY;
	default:
		return SPEC_L1D_WHEN_DIRTY;
	}
}
#else
static inline enum spec_l1d zxvm_l1d_wanted(void)
{
	return SPEC_L1D_WHEN_DIRTY;
}
#endif

#endif /* ZXVM_X86_L1TF_H */
