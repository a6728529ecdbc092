// SPDX-License-Identifier: GPL-2.0
/* The devicetree, read back with libfdt and checked by dtc where there is one. */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../arm64/fdt.h"
#include "../zxrun.h"
#include "tap.h"

#define SIZE	65536

static const struct fdt_config config = {
	.cpus = 20,
	.ram_size = 0x1234567000,
	.initrd_start = 0x48000000,
	.initrd_end = 0x48123456,
	.cmdline = "console=ttyAMA0 quiet",
	.seed = { 1, 2, 3 },
	.kaslr_seed = 0x1122334455667788,
};

static void *build(const struct fdt_config *what)
{
	void *fdt = malloc(SIZE);

	CHECK_EQUAL((uint64_t)fdt_build(fdt, SIZE, what), 0);
	CHECK_EQUAL((uint64_t)fdt_check_full(fdt, SIZE), 0);
	return fdt;
}

static void check_cells(const void *fdt, const char *path, const char *name, size_t count,
			const uint32_t *want)
{
	int len = 0, node = fdt_path_offset(fdt, path);
	const fdt32_t *cells = node < 0 ? NULL : fdt_getprop(fdt, node, name, &len);
	size_t i;

	CHECK(cells && (size_t)len == 4 * count);
	if (!cells || (size_t)len != 4 * count)
		return;
	for (i = 0; i < count; i++)
		CHECK_EQUAL(fdt32_to_cpu(cells[i]), want[i]);
}

#define CHECK_CELLS(fdt, path, name, ...) \
	check_cells(fdt, path, name, ARRAY_SIZE(((const uint32_t []){ __VA_ARGS__ })), \
		    (const uint32_t []){ __VA_ARGS__ })

static bool has_string(const void *fdt, const char *path, const char *name, const char *value)
{
	int node = fdt_path_offset(fdt, path);

	return node >= 0 && fdt_stringlist_search(fdt, node, name, value) >= 0;
}

void test_fdt_content(void)
{
	void *fdt = build(&config);
	const void *seed;
	int len;

	CHECK_CELLS(fdt, "/memory@40000000", "reg", 0, 0x40000000, 0x12, 0x34567000);
	CHECK(has_string(fdt, "/chosen", "bootargs", "console=ttyAMA0 quiet"));
	CHECK(has_string(fdt, "/chosen", "stdout-path", "serial0:115200n8"));
	CHECK(has_string(fdt, "/aliases", "serial0", "/pl011@9000000"));
	CHECK_CELLS(fdt, "/chosen", "linux,initrd-start", 0, 0x48000000);
	CHECK_CELLS(fdt, "/chosen", "linux,initrd-end", 0, 0x48123456);
	CHECK_CELLS(fdt, "/chosen", "kaslr-seed", 0x11223344, 0x55667788);
	seed = fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), "rng-seed", &len);
	CHECK(seed && len == FDT_SEED_SIZE && !memcmp(seed, config.seed, FDT_SEED_SIZE));
	CHECK(has_string(fdt, "/cpus/cpu@0", "enable-method", "psci"));
	CHECK_CELLS(fdt, "/cpus/cpu@f", "reg", 0xf);
	CHECK_CELLS(fdt, "/cpus/cpu@100", "reg", 0x100);
	CHECK_CELLS(fdt, "/cpus/cpu@103", "reg", 0x103);
	CHECK(fdt_path_offset(fdt, "/cpus/cpu@104") < 0);
	CHECK(has_string(fdt, "/psci", "compatible", "arm,psci-1.0"));
	CHECK(has_string(fdt, "/psci", "method", "hvc"));
	CHECK_CELLS(fdt, "/timer", "interrupts", 1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4);
	CHECK(has_string(fdt, "/interrupt-controller@8000000", "compatible", "arm,gic-v3"));
	CHECK_CELLS(fdt, "/interrupt-controller@8000000", "reg",
		    0, 0x08000000, 0, 0x10000, 0, 0x080a0000, 0, 20 * 0x20000);
	CHECK_CELLS(fdt, "/interrupt-controller@8000000", "#interrupt-cells", 3);
	CHECK_CELLS(fdt, "/", "interrupt-parent",
		    fdt_get_phandle(fdt, fdt_path_offset(fdt, "/interrupt-controller@8000000")));
	CHECK_CELLS(fdt, "/pl011@9000000", "reg", 0, 0x09000000, 0, 0x1000);
	CHECK_CELLS(fdt, "/pl011@9000000", "interrupts", 0, 1, 4);
	CHECK(has_string(fdt, "/pl011@9000000", "compatible", "arm,primecell"));
	CHECK_CELLS(fdt, "/pl031@9010000", "reg", 0, 0x09010000, 0, 0x1000);
	CHECK_CELLS(fdt, "/pl031@9010000", "interrupts", 0, 2, 4);
	CHECK_CELLS(fdt, "/pl031@9010000", "clocks",
		    fdt_get_phandle(fdt, fdt_path_offset(fdt, "/apb-pclk")));
	CHECK(has_string(fdt, "/exit@9020000", "compatible", "zxvm,exit"));
	free(fdt);
}

void test_fdt_without_initrd(void)
{
	struct fdt_config without = config;
	int chosen;
	void *fdt;

	without.initrd_end = without.initrd_start;
	fdt = build(&without);
	chosen = fdt_path_offset(fdt, "/chosen");
	CHECK(!fdt_getprop(fdt, chosen, "linux,initrd-start", NULL));
	CHECK(!fdt_getprop(fdt, chosen, "linux,initrd-end", NULL));
	free(fdt);
}

void test_fdt_64_cpus(void)
{
	struct fdt_config many = config;
	void *fdt;

	many.cpus = 64;
	fdt = build(&many);
	CHECK_CELLS(fdt, "/cpus/cpu@30f", "reg", 0x30f);
	CHECK_CELLS(fdt, "/interrupt-controller@8000000", "reg",
		    0, 0x08000000, 0, 0x10000, 0, 0x080a0000, 0, 0x800000);
	free(fdt);
}

void test_fdt_too_small(void)
{
	size_t size, need;
	void *fdt = build(&config);

	need = fdt_totalsize(fdt);
	for (size = 0; size < need; size += 13) {
		void *small = malloc(size + 1);

		CHECK(fdt_build(small, size, &config) < 0);
		free(small);
	}
	free(fdt);
}

void test_fdt_passes_dtc(void)
{
	void *fdt = build(&config);
	FILE *dtc;

	if (system("command -v dtc >/dev/null 2>&1")) {
		free(fdt);
		return;
	}
	dtc = popen("test -z \"$(dtc -I dtb -O dts -o /dev/null - 2>&1 | tee /dev/stderr)\"", "w");
	CHECK(dtc);
	CHECK_EQUAL(fwrite(fdt, 1, fdt_totalsize(fdt), dtc), fdt_totalsize(fdt));
	CHECK(pclose(dtc) == 0);
	free(fdt);
}
