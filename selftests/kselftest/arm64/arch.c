// SPDX-License-Identifier: GPL-2.0
#include "zx.h"

void arch_ram(u8 *ram)
{
	(void)ram;
}

void arch_vcpu(struct vm *vm, u64 entry, int *vcpu,
	       struct zxvm_vcpu_page **page)
{
	vcpu_open(vm, entry, vcpu, page);
}
