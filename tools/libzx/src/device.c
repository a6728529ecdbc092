// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* /dev/zxvm: opened once, and the one place that calls ioctl. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <zx/zxvm.h>

#include "internal.h"

static int device_open(void)
{
	const char *path = secure_getenv("ZXVM_DEVICE");

	return open(path ? path : "/dev/zxvm", O_RDWR | O_CLOEXEC);
}

zx_status_t device_fd(int *fd)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static int device = -1;
	zx_status_t status = ZX_OK;

	pthread_mutex_lock(&lock);
	if (device < 0)
		device = device_open();
	if (device < 0)
		status = errno == ENOENT ? ZX_ERR_NOT_SUPPORTED :
					   status_from_errno(errno);
	*fd = device;
	pthread_mutex_unlock(&lock);
	return status;
}

/* Deadlines are absolute and enter can be repeated: EINTR is for nobody. */
zx_status_t zxvm_ioctl(int fd, unsigned long request, void *arg)
{
	for (;;) {
		if (ioctl(fd, request, arg) == 0)
			return ZX_OK;
		if (errno != EINTR)
			return status_from_errno(errno);
	}
}

zx_status_t zxvm_info(int fd, struct zxvm_handle_info *info)
{
	return zxvm_ioctl(fd, ZXVM_HANDLE_INFO, info);
}

EXPORT zx_status_t zxvm_get_features(struct zxvm_features *features)
{
	zx_status_t status;
	int fd;

	if (!features)
		return ZX_ERR_INVALID_ARGS;
	status = device_fd(&fd);
	if (status != ZX_OK)
		return status;
	return zxvm_ioctl(fd, ZXVM_GET_FEATURES, features);
}
