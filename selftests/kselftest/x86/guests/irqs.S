/* SPDX-License-Identifier: GPL-2.0 */
#include "tables.h"

	/* Spins, and tells each interrupt that it takes */
	GUEST	irqs
	MMIO_BASE
	TABLES	irqs_event
	sti
1:	jmp	1b
irqs_event:
	mov	(%rsp), %rax
	TELL	%rax
	add	$16, %rsp
	iretq
	GUEST_END irqs
