# SPDX-License-Identifier: GPL-2.0-only
#
#   make              build/porttrace        make test     every test (as root: the live ones too)
#   make run          build and stream       make bench    the figures
#   make deps         install what lacks     make lint     format, tidy, cppcheck, shellcheck, includes
#   make test-vm      the live suite on other kernels, emulated
#   make install      DESTDIR=, PREFIX=      make clean
#
# V=1 shows the commands; CC=gcc|clang; DEBUG=1; SANITIZE=1 (ASan and UBSan).

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SECONDARY:

# bpftool lies in sbin on some distributions.
export PATH := $(PATH):/usr/sbin:/sbin

CC := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
CLANG ?= clang
BPFTOOL ?= bpftool
PREFIX ?= /usr/local
DESTDIR ?=
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-8s%s\n' '$(1)' '$(2)')

ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(shell uname -m)))
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)

SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS ?= $(if $(filter 1,$(DEBUG)),-Og,-O2)
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g $(CFLAGS) -Iuser -Ibpf -Ibuild/gen \
	$(if $(filter 1,$(SANITIZE)),$(SANITIZERS))
LIBS := -lbpf -lelf -lz -lcap-ng -lpthread
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v2 -D__TARGET_ARCH_$(ARCH) -Wall -Werror -Ivmlinux -Ibpf \
	$(if $(MULTIARCH),-I/usr/include/$(MULTIARCH))

# A directory of objects for each set of flags, so that changing them never mixes.
OBJ := build/obj/$(notdir $(firstword $(CC)))$(if $(filter 1,$(DEBUG)),-debug)$(if $(filter 1,$(SANITIZE)),-sanitize)

SOURCES := $(wildcard user/*.c user/*/*.c)
OBJECTS := $(SOURCES:user/%.c=$(OBJ)/%.o)
BPF_OBJECTS := hooks snapshot
SKELETONS := $(foreach o,$(BPF_OBJECTS),build/gen/$(o).skel.h build/gen/$(o)_unrolled.skel.h)
HOOKS_PARTS := core calls conn_tell conn hook_cgroup hook_cgroup_conn hook_fentry hook_fentry_conn \
	hook_kprobe hook_tracepoint hook_tracepoint_conn
SNAPSHOT_PARTS := snapshot

.PHONY: all
all: build/porttrace build/porttrace.8

build/porttrace: $(OBJ)/porttrace FORCE
	$(Q)cmp -s $< $@ || { cp $< $@.new && mv $@.new $@; }

$(OBJ)/porttrace: $(OBJECTS)
	$(call say,LINK,build/porttrace)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(OBJ)/%.o: user/%.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OBJ)/trace/objects.o: $(SKELETONS)

# --- the kernel side: each object built twice, see bpf/compat.bpf.h -------------

build/bpf/%.unrolled.bpf.o: bpf/%.bpf.c Makefile
	$(call say,BPF,$< (unrolled))
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -DBUILD_UNROLLED -MMD -MP -c -o $@ $<

build/bpf/%.loop.bpf.o: bpf/%.bpf.c Makefile
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

build/bpf/hooks.loop.o: $(HOOKS_PARTS:%=build/bpf/%.loop.bpf.o)
build/bpf/hooks.unrolled.o: $(HOOKS_PARTS:%=build/bpf/%.unrolled.bpf.o)
build/bpf/snapshot.loop.o: $(SNAPSHOT_PARTS:%=build/bpf/%.loop.bpf.o)
build/bpf/snapshot.unrolled.o: $(SNAPSHOT_PARTS:%=build/bpf/%.unrolled.bpf.o)

$(foreach o,$(BPF_OBJECTS),build/bpf/$(o).loop.o build/bpf/$(o).unrolled.o):
	$(call say,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

build/gen/%_unrolled.skel.h: build/bpf/%.unrolled.o
	$(call say,SKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf_unrolled > $@

build/gen/%.skel.h: build/bpf/%.loop.o
	$(call say,SKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

.PHONY: skeletons
skeletons: $(SKELETONS)

# --- documentation ---------------------------------------------------------------

# The options of the man page are those of --help.
build/porttrace.8: docs/porttrace.8.scd tools/man-options build/porttrace
	$(call say,MAN,$@)
	$(Q)tools/man-options build/porttrace < $< > build/porttrace.8.scd
	$(Q)scdoc < build/porttrace.8.scd > $@

# --- set-up, run, install ------------------------------------------------------------

.PHONY: deps run install clean
deps:
	@tools/setup build

run: deps
	@$(MAKE) --no-print-directory all
	@build/porttrace

install: all
	install -D -m 0755 build/porttrace $(DESTDIR)$(PREFIX)/sbin/porttrace
	install -D -m 0644 build/porttrace.8 $(DESTDIR)$(PREFIX)/share/man/man8/porttrace.8

clean:
	rm -rf build

# --- tests: each runner appends to build/test-results, tools/test-summary counts -----------

include tests/tests.mk

.PHONY: test
test:
	@tools/setup test
	@rm -rf build/test-results && mkdir -p build/test-results
	@$(MAKE) --no-print-directory all test-binaries
	@status=0; for suite in $(TEST_SUITES); do \
		$(MAKE) --no-print-directory $$suite || status=1; \
	done; tools/test-summary && exit $$status

.PHONY: lint
lint:
	@tools/setup lint
	@$(MAKE) --no-print-directory skeletons build/porttrace.8
	@tools/lint

.PHONY: bench
bench:
	@tools/setup test
	@$(MAKE) --no-print-directory all bench-binaries
	@tests/bench/run $(BENCH)

.PHONY: FORCE
FORCE:

-include $(OBJECTS:.o=.d) $(wildcard build/bpf/*.d)
