/* SPDX-License-Identifier: GPL-2.0 */
/* The first process of the row linux: LINUX_UP to the console. */
#include <asm/unistd.h>

#include "arch.h"

	.globl	_start
_start:	mov	x8, #__NR_write
	mov	x0, #1
	adr	x1, up
	mov	x2, #1
	svc	#0
1:	b	1b
up:	.byte	LINUX_UP
