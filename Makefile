# SPDX-License-Identifier: GPL-2.0
# The front door: what can be made here is told by 'make help'. The module's own makefile is Kbuild.

KDIR    ?= /lib/modules/$(shell uname -r)/build
PREFIX  ?= /usr
CROSS   := $(CROSS_COMPILE)
HOSTS   := selftests/testbed
TOOLS   := $(patsubst %/Makefile,%,$(wildcard tools/libzx/Makefile tools/zxrun/Makefile))
MANUALS := $(wildcard Documentation/*.4)
RULES   := $(wildcard tools/*.rules tools/udev/*.rules)

kbuild     = $(MAKE) -C $(KDIR) M=$(CURDIR)
tool-flags = CC=$(CROSS)gcc CXX=$(CROSS)g++ AR=$(CROSS)ar PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

all: modules tools

modules: headers
	$(kbuild) modules

headers:
	@[ -e $(KDIR)/Makefile ] || { \
		echo "There are no kernel headers in $(KDIR)."; \
		echo "Install them (Debian: apt-get install linux-headers-$$(uname -r)) or say where they are: make KDIR=..."; \
		exit 1; }

tools: $(TOOLS)

$(TOOLS):
	$(MAKE) -C $@ $(tool-flags)

tools/zxrun: tools/libzx

install: install-modules install-tools

install-modules: modules
	$(kbuild) INSTALL_MOD_PATH=$(DESTDIR) modules_install

install-tools: tools
	for tool in $(TOOLS); do $(MAKE) -C $$tool $(tool-flags) install || exit 1; done
	@set -e; $(foreach page,$(MANUALS),install -D -m 644 $(page) -t $(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $(page)));)
	@set -e; $(foreach rule,$(RULES),install -D -m 644 $(rule) -t $(DESTDIR)/lib/udev/rules.d;)

clean:
	[ ! -e $(KDIR)/Makefile ] || $(kbuild) clean
	for part in $(TOOLS) $(patsubst %/Makefile,%,$(wildcard selftests/*/Makefile)); do $(MAKE) -C $$part clean; done

demo:
	@$(HOSTS)/install-deps
	@$(HOSTS)/demo

check:
	@$(HOSTS)/install-deps
	@$(HOSTS)/check

check-debug:
	@$(HOSTS)/install-deps
	@$(HOSTS)/check -d

# Not with MAKEFLAGS: the kernel's makefile would take the bench's O for its own.
bench:
	@$(HOSTS)/install-deps
	@MAKEFLAGS= tools/bench/run

help:
	@sed -n 's/^# *|//p' $(lastword $(MAKEFILE_LIST))

# |make              build the module for the running kernel, and the tools
# |make modules      the module alone
# |make tools        libzx and zxrun alone
# |make install      install both
# |make clean        remove what was built in this tree
# |
# |  KDIR=DIR        the kernel's headers (default: those of the running kernel)
# |  ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-    build for another machine
# |  DESTDIR=DIR PREFIX=/usr    where to install
# |
# |Nothing below needs virtualization hardware. Debian packages are installed if they are missing,
# |and all that is fetched and built stays in $ZXVM_CACHE (default: ~/.cache/zxvm).
# |
# |make demo         boot an emulated host, and a Linux guest under zxvm in it
# |make check        run all tests
# |make check-debug  run the tests in the hosts again, on a kernel with all checks switched on
# |make bench        measure zxvm beside KVM in the hosts, and draw up tables and charts
# |
# |  TESTBED=arm64-vhe CPUS=4         the demo's host (or x86-vmx, x86-svm, x86-svm-bochs) and the CPUs of its guest
# |  TESTBEDS="arm64-vhe/6.12 ..."    only these emulated hosts
# |  TESTS="NAME ..."                 only these tests in the hosts
# |  CHECKS="unit static testbeds"    only these parts
# |  ROWS="NAME ..." O=DIR            only these rows of the bench, and where to put its tables

.PHONY: all modules headers tools $(TOOLS) install install-modules install-tools clean demo check check-debug bench help
