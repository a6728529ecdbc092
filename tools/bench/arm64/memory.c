// SPDX-License-Identifier: GPL-2.0
/* What an arm64 guest finds in its memory besides its code: nothing. */
#include "bench.h"

void guest_arch_init(uint8_t *ram)
{
	(void)ram;
}
