/* SPDX-License-Identifier: GPL-2.0 */
/* What the main thread does while the guest runs. */
#ifndef ZXRUN_LOOP_H
#define ZXRUN_LOOP_H

#include "vm.h"

/* Blocks the signals that the loop takes, for this thread and its children. */
int loop_init(void);

/* Returns when something called vm_stop(). */
void loop_run(struct vm *vm);

/* Ends the process by signal, as if it had never been blocked. */
_Noreturn void loop_die(int signal);

#endif
