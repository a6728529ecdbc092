/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The object behind VMAR handles. */
#ifndef LIBZX_VMAR_H
#define LIBZX_VMAR_H

#include "space.h"

struct vmar {
	struct object object;
	struct aspace *space;
	struct region *region;
};

zx_status_t vmar_info(const struct handle *slot, zx_info_vmar_t *info);

#endif /* LIBZX_VMAR_H */
