/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The names of status values. */
#ifndef ZIRCON_STATUS_H_
#define ZIRCON_STATUS_H_

#include <zircon/types.h>

__BEGIN_CDECLS

/**
 * zx_status_get_string() - the name of a status
 * @status: any value
 *
 * Return: a constant such as "ZX_ERR_BAD_STATE"; for an unknown value
 * "(UNKNOWN)". Never NULL.
 */
const char *zx_status_get_string(zx_status_t status);

__END_CDECLS

#endif /* ZIRCON_STATUS_H_ */
