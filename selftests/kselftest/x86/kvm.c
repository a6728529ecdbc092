// SPDX-License-Identifier: GPL-2.0
/*
 * KVM, whose modules are beside this test: only one of us can own the
 * hardware. KVM of 6.12 takes it when it is loaded, KVM of 6.1 for its first
 * guest.
 */
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "zx.h"

#define STEP_MS		2000

static const char *vendor_module(void)
{
	struct zxvm_features f = { };
	int dev = zx_device();

	ASSERT_OK(zx_ioctl(dev, ZXVM_GET_FEATURES, &f));
	close(dev);
	return f.backend == ZXVM_BACKEND_VMX ? "kvm-intel" : "kvm-amd";
}

static int open_module(const char *name)
{
	char self[PATH_MAX] = "", path[PATH_MAX + 32];

	ASSERT_TRUE(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	snprintf(path, sizeof(path), "%s/%s.ko", dirname(self), name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void need_kvm(void)
{
	int fd = open_module("kvm");

	if (fd < 0)
		SKIP("the modules of KVM are not here");
	close(fd);
}

static int load_module(const char *name)
{
	int fd = open_module(name), err;

	ASSERT_TRUE(fd >= 0);
	err = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);
	return err;
}

/* What its last module says is the answer. */
static int load_kvm(void)
{
	ASSERT_OK(load_module("irqbypass"));
	ASSERT_OK(load_module("kvm"));
	return load_module(vendor_module());
}

static int unload_module(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

static void unload_kvm(bool vendor)
{
	if (vendor)
		ASSERT_OK(unload_module(strcmp(vendor_module(), "kvm-intel") ?
					"kvm_amd" : "kvm_intel"));
	ASSERT_OK(unload_module("kvm"));
	ASSERT_OK(unload_module("irqbypass"));
}

/* A guest of KVM's: a file descriptor or -errno */
static int kvm_guest(void)
{
	int dev = open("/dev/kvm", O_RDWR | O_CLOEXEC), guest;

	ASSERT_TRUE(dev >= 0);
	guest = ioctl(dev, KVM_CREATE_VM, 0);
	if (guest < 0)
		guest = -errno;
	close(dev);
	return guest;
}

static int open_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	ASSERT_TRUE(fd >= 0);
	ASSERT_SYS(lseek(fd, 0, SEEK_END));
	return fd;
}

/* Lines of ours since open_log(), and those that say what to do */
static void count_lines(int log, int *ours, int *remedies)
{
	char line[1024];
	ssize_t n;

	*ours = *remedies = 0;
	while ((n = read(log, line, sizeof(line) - 1)) > 0) {
		line[n] = 0;
		*ours += !!strstr(line, ";zxvm: ");
		*remedies += strstr(line, ";zxvm: ") &&
			     strstr(line, "modprobe -r kvm_intel kvm_amd");
	}
}

static volatile u64 *count;

static void wait_progress(void)
{
	u64 was = *count;
	int ms;

	for (ms = 0; *count == was && ms < STEP_MS; ms += 10)
		sleep_ms(10);
	EXPECT_NE(*count, was);
}

static void start(struct vt *vt)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, count);
	count = (u64 *)(vm.ram + DATA);
	vt_start(vt, &vm, ENTRY);
	vt_go(vt);
	wait_progress();
}

static void stop(struct vt *vt)
{
	ASSERT_OK(zx_kick(vt->vcpu));
	EXPECT_ERR(vt_wait(vt), ECANCELED);
	vt_stop(vt);
	vm_close(&vm);
}

TEST_T(kvm_was_first, 60)
{
	struct zxvm_guest_create arg = { };
	static struct vt vt;
	int log, guest, ours, remedies;

	need_kvm();
	log = open_log();
	ASSERT_OK(load_kvm());
	guest = kvm_guest();
	ASSERT_TRUE(guest >= 0);
	EXPECT_ERR(try_guest_create(&arg), EBUSY);
	count_lines(log, &ours, &remedies);
	EXPECT_EQ(ours, 1);
	EXPECT_EQ(remedies, 1);
	close(guest);
	unload_kvm(true);
	start(&vt);
	stop(&vt);
	count_lines(log, &ours, &remedies);
	EXPECT_EQ(ours, 0);
}

TEST_T(kvm_comes_while_a_guest_runs, 60)
{
	static struct vt vt;
	int err, guest;

	need_kvm();
	start(&vt);
	err = load_kvm();
	if (!err)
		EXPECT_EQ(kvm_guest(), -EBUSY);
	else
		EXPECT_TRUE(err == EBUSY || err == EIO);
	wait_progress();
	unload_kvm(!err);
	wait_progress();
	stop(&vt);

	/* Nothing of ours is left in its way. */
	ASSERT_OK(load_kvm());
	guest = kvm_guest();
	EXPECT_TRUE(guest >= 0);
	close(guest);
	unload_kvm(true);
}
