// SPDX-License-Identifier: GPL-2.0
/* CPUs, and the whole machine, go and come back with guests on them */
#include <sys/utsname.h>

#include "zx.h"

#define OTHER_CPU	1
#define ROUNDS		5
#define STEP_MS		2000

static void set_online(bool online)
{
	ASSERT_TRUE(write_file("/sys/devices/system/cpu/cpu1/online",
			       online ? "1" : "0"));
}

static void need_two_cpus(void)
{
	if (sysconf(_SC_NPROCESSORS_CONF) < 2)
		SKIP("there is one CPU");
	if (access("/sys/devices/system/cpu/cpu1/online", W_OK))
		SKIP("CPU 1 cannot go offline");
	set_online(true);
}

static void wait_progress(volatile u64 *count)
{
	u64 was = *count;
	int ms;

	for (ms = 0; *count == was && ms < STEP_MS; ms += 10)
		sleep_ms(10);
	EXPECT_NE(*count, was);
}

/* A guest that counts, and where */
static volatile u64 *create(struct vt *vt)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, count);
	vt_start(vt, &vm, ENTRY);
	return (u64 *)(vm.ram + DATA);
}

static volatile u64 *start(struct vt *vt)
{
	need_two_cpus();
	return create(vt);
}

static void stop(struct vt *vt)
{
	ASSERT_OK(zx_kick(vt->vcpu));
	EXPECT_ERR(vt_wait(vt), ECANCELED);
	vt_stop(vt);
}

TEST_T(cpu_goes_under_a_running_guest, 120)
{
	static struct vt vt;
	volatile u64 *count;
	int i;

	count = start(&vt);
	vt_go(&vt);
	for (i = 0; i < ROUNDS; i++) {
		pin(vt.tid, OTHER_CPU);
		wait_progress(count);
		set_online(false);
		wait_progress(count);
		set_online(true);
	}
	stop(&vt);
}

TEST_T(cpu_goes_that_has_a_vcpu_left, 60)
{
	static struct vt vt;
	volatile u64 *count;

	count = start(&vt);
	pin(vt.tid, OTHER_CPU);
	vt_go(&vt);
	wait_progress(count);
	ASSERT_OK(zx_kick(vt.vcpu));
	EXPECT_ERR(vt_wait(&vt), ECANCELED);
	set_online(false);
	vt_go(&vt);
	wait_progress(count);
	set_online(true);
	pin(vt.tid, OTHER_CPU);
	wait_progress(count);
	stop(&vt);
}

TEST_T(first_guest_while_a_cpu_is_away, 60)
{
	static struct vt vt;
	volatile u64 *count;

	need_two_cpus();
	set_online(false);
	count = create(&vt);
	vt_go(&vt);
	wait_progress(count);
	set_online(true);
	pin(vt.tid, OTHER_CPU);
	wait_progress(count);
	stop(&vt);
}

TEST_T(last_guest_while_a_cpu_is_away, 60)
{
	static struct vt vt;
	volatile u64 *count;

	count = start(&vt);
	pin(vt.tid, OTHER_CPU);
	vt_go(&vt);
	wait_progress(count);
	stop(&vt);
	set_online(false);
	vm_close(&vm);
	set_online(true);
	count = start(&vt);
	pin(vt.tid, OTHER_CPU);
	vt_go(&vt);
	wait_progress(count);
	stop(&vt);
}

/* The testbed says with which kernel it does */
static bool host_wakes(void)
{
	const char *kernel = getenv("zxvm_wakes");
	struct utsname name;

	return kernel && !uname(&name) &&
	       !strncmp(name.release, kernel, strlen(kernel));
}

/* Suspend to RAM; the clock wakes the machine. */
TEST_T(machine_sleeps_under_a_running_guest, 120)
{
	static struct vt vt;
	volatile u64 *count;

	if (!host_wakes())
		SKIP("this testbed does not wake from suspend with this kernel, or not always");
	count = start(&vt);
	vt_go(&vt);
	wait_progress(count);
	ASSERT_TRUE(write_file("/sys/class/rtc/rtc0/wakealarm", "+3"));
	ASSERT_TRUE(write_file("/sys/power/state", "mem"));
	wait_progress(count);
	pin(vt.tid, OTHER_CPU);
	wait_progress(count);
	stop(&vt);
}
