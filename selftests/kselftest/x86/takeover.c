// SPDX-License-Identifier: GPL-2.0
/*
 * Another kernel takes over while guests run on every CPU: by kexec, or after
 * a crash. A CPU that was left in VMX operation, or with GIF clear, would not
 * start there, or have no guests. The testbed's takeover.sh calls these tests
 * one by one, and gives the next kernel: /t/kernel, /tmp/next.cpio and
 * $next_cmdline.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <sys/syscall.h>

#include "probe.h"

#define MAX_CPUS	8
#define STEP_MS		2000

SNIPPET(count_at_rbx, "sti\n 1: inc %rax\n mov %rax, (%rbx)\n jmp 1b");

static struct vt vts[MAX_CPUS];

static void expect_progress(volatile u64 *count)
{
	u64 was = *count;
	int ms;

	for (ms = 0; *count == was && ms < STEP_MS; ms += 10)
		sleep_ms(10);
	EXPECT_NE(*count, was);
}

/* A guest with a VCPU on each CPU; all of them run when this returns. */
static void run_everywhere(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), i;

	ASSERT_TRUE(cpus <= MAX_CPUS);
	vm_create(&vm, 0);
	vm_load(&vm, ENTRY, snippet_count_at_rbx, snippet_count_at_rbx_end);
	for (i = 0; i < cpus; i++) {
		vt_start(&vts[i], &vm, ENTRY);
		PAGE_ARG(vts[i].page, 3) = DATA + i * sizeof(u64);
		pin(vts[i].tid, i);
		vt_go(&vts[i]);
	}
	for (i = 0; i < cpus; i++)
		expect_progress((u64 *)(vm.ram + DATA) + i);
}

static void load_next(unsigned long flags)
{
	const char *cmdline = getenv("next_cmdline");
	int kernel = open("/t/kernel", O_RDONLY);
	int initrd = open("/tmp/next.cpio", O_RDONLY);

	ASSERT_TRUE(cmdline && kernel >= 0 && initrd >= 0);
	ASSERT_SYS(syscall(SYS_kexec_file_load, kernel, initrd,
			   strlen(cmdline) + 1, cmdline, flags));
}

TEST_T(guests_run_on_all_cpus, 60)
{
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_ONLN),
		  sysconf(_SC_NPROCESSORS_CONF));
	run_everywhere();
}

TEST_T(leave_by_kexec, 60)
{
	load_next(0);
	run_everywhere();
	ASSERT_SYS(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1,
			   LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL));
	CHECK_(0, false, "this kernel goes on");
}

/* The boot CPU is the one that crashes: from there all others can start. */
TEST_T(leave_by_crash, 60)
{
	load_next(KEXEC_FILE_ON_CRASH);
	run_everywhere();
	pin(0, 0);
	ASSERT_TRUE(write_file("/proc/sysrq-trigger", "c"));
	CHECK_(0, false, "this kernel goes on");
}
