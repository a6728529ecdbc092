/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Memory of this process: how VMOs and reservations come into it. */
#ifndef LIBZX_HOST_H
#define LIBZX_HOST_H

#include "space.h"

int host_prot(zx_vm_option_t perms);
/* Map what @request says; @prot and @flags as for mmap */
char *host_map(char *at, const struct map_request *request, int prot,
	       int flags);

#endif /* LIBZX_HOST_H */
