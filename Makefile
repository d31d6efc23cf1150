# SPDX-License-Identifier: GPL-2.0-only
#
# "make help" says what there is to make: each line with ## below is a line of it.
#
## V=1              show the commands
## CC=gcc|clang     the compiler; CFLAGS=, LDFLAGS=; WERROR= (warnings are no errors)
## DEBUG=1          for a debugger
## SANITIZE=1       with AddressSanitizer and UBSan
## ARCH=arm64       for that machine, into build/arm64 (CROSS_COMPILE=, SYSROOT=)

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SECONDARY:

# bpftool lies in sbin on some distributions.
export PATH := $(PATH):/usr/sbin:/sbin

# Everything for another machine has a folder of its own: a skeleton holds code
# for one machine alone.
arch_name = $(patsubst aarch64,arm64,$(patsubst amd64,x86,$(patsubst x86_64,x86,$(1))))
HOST_ARCH := $(call arch_name,$(shell uname -m))
override ARCH := $(call arch_name,$(or $(ARCH),$(HOST_ARCH)))
CROSS := $(if $(filter-out $(HOST_ARCH),$(ARCH)),1)
B := build$(if $(CROSS),/$(ARCH))
TRIPLET_arm64 := aarch64-linux-gnu
TRIPLET_x86 := x86_64-linux-gnu
CROSS_COMPILE ?= $(if $(CROSS),$(TRIPLET_$(ARCH))-)
SYSROOT ?= $(if $(CROSS),$(B)/sysroot)

CC := $(if $(filter default undefined,$(origin CC)),$(CROSS_COMPILE)gcc,$(CC))
STRIP ?= $(CROSS_COMPILE)strip
CLANG ?= clang
BPFTOOL ?= bpftool
PREFIX ?= /usr/local
DESTDIR ?=
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-8s%s\n' '$(1)' '$(2)')

# The BPF side takes the headers of the machine that builds: they are the same.
MULTIARCH := $(shell $(if $(CROSS),cc,$(CC)) -print-multiarch 2>/dev/null)
CROSS_FLAGS := $(if $(SYSROOT),--sysroot=$(abspath $(SYSROOT)))

# What is built does not depend on the folder it is built in.
PREFIX_MAP := '-ffile-prefix-map=$(CURDIR)=.'
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# A package is built by compilers that are not known yet: without it.
WERROR ?= -Werror
CFLAGS ?= $(if $(filter 1,$(DEBUG)),-Og,-O2)
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra $(WERROR) -g $(CPPFLAGS) $(CFLAGS) -Iuser -Ibpf -I$(B)/gen \
	$(PREFIX_MAP) $(CROSS_FLAGS) $(if $(filter 1,$(SANITIZE)),$(SANITIZERS))
# Some build the half that knows terminals into a library of its own, and some do not.
CURSES_LIBS := $(shell pkg-config --libs-only-l ncursesw 2>/dev/null || echo -lncursesw -ltinfo)
LIBS := -lbpf -lelf -lz -lcap-ng -lseccomp -lmnl -lsmartcols $(CURSES_LIBS) -lpthread
BPF_CFLAGS := -g -O2 $(PREFIX_MAP) -target bpf -mcpu=v2 -D__TARGET_ARCH_$(ARCH) -Wall $(WERROR) -Ivmlinux -Ibpf \
	$(if $(MULTIARCH),-I/usr/include/$(MULTIARCH))

# A directory of objects for each set of flags, so that changing them never mixes.
OBJ := $(B)/obj/$(notdir $(firstword $(CC)))$(if $(filter 1,$(DEBUG)),-debug)$(if $(filter 1,$(SANITIZE)),-sanitize)

SOURCES := $(wildcard user/*.c user/*/*.c)
OBJECTS := $(SOURCES:user/%.c=$(OBJ)/%.o)
BPF_OBJECTS := hooks holders tables
SKELETONS := $(foreach o,$(BPF_OBJECTS),$(B)/gen/$(o).skel.h $(B)/gen/$(o)_unrolled.skel.h)
HOOKS_PARTS := core calls conn_tell conn conn_udp hook_cgroup hook_cgroup_conn hook_fentry hook_fentry_conn \
	hook_kprobe hook_tracepoint hook_tracepoint_conn

MAN_PAGES := $(patsubst docs/%.scd,build/%,$(wildcard docs/*.scd))
COMPLETIONS := $(addprefix build/completions/,bash/porttrace zsh/_porttrace fish/porttrace.fish)

.PHONY: all
all: $(B)/porttrace $(if $(CROSS),,$(MAN_PAGES) $(COMPLETIONS)) ## build/porttrace, its man pages and completions: what "make" alone makes

$(B)/porttrace: $(OBJ)/porttrace FORCE
	$(Q)cmp -s $< $@ || { cp $< $@.new && mv $@.new $@; }

$(OBJ)/porttrace: $(OBJECTS)
	$(call say,LINK,$(B)/porttrace)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(OBJ)/%.o: user/%.c Makefile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OBJ)/trace/objects.o: $(SKELETONS)

ifdef CROSS
$(OBJECTS): | $(SYSROOT)/usr
$(SYSROOT)/usr:
	@echo '$(SYSROOT) is not there: "make $(ARCH)" makes it and builds, SYSROOT= names another' >&2; exit 1
endif

# --- the kernel side: each object built twice, see bpf/compat.bpf.h -------------

$(B)/bpf/%.unrolled.bpf.o: bpf/%.bpf.c Makefile
	$(call say,BPF,$< (unrolled))
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -DBUILD_UNROLLED -MMD -MP -c -o $@ $<

$(B)/bpf/%.loop.bpf.o: bpf/%.bpf.c Makefile
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/bpf/hooks.loop.o: $(HOOKS_PARTS:%=$(B)/bpf/%.loop.bpf.o)
$(B)/bpf/hooks.unrolled.o: $(HOOKS_PARTS:%=$(B)/bpf/%.unrolled.bpf.o)
$(foreach o,holders tables,$(eval $(B)/bpf/$(o).loop.o: $(B)/bpf/$(o).loop.bpf.o))
$(foreach o,holders tables,$(eval $(B)/bpf/$(o).unrolled.o: $(B)/bpf/$(o).unrolled.bpf.o))

$(foreach o,$(BPF_OBJECTS),$(B)/bpf/$(o).loop.o $(B)/bpf/$(o).unrolled.o):
	$(call say,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(B)/gen/%_unrolled.skel.h: $(B)/bpf/%.unrolled.o
	$(call say,SKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf_unrolled > $@

$(B)/gen/%.skel.h: $(B)/bpf/%.loop.o
	$(call say,SKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

.PHONY: skeletons bpf-objects
skeletons: $(SKELETONS)
bpf-objects: $(foreach o,$(BPF_OBJECTS),$(B)/bpf/$(o).loop.o $(B)/bpf/$(o).unrolled.o)
	@:

# --- documentation ---------------------------------------------------------------

# The options of a man page are those of --help.
$(MAN_PAGES): build/%: docs/%.scd tools/man-options build/porttrace
	$(call say,MAN,$@)
	$(Q)tools/man-options build/porttrace < $< > $@.scd
	$(Q)scdoc < $@.scd > $@

# So are those that the shells complete; the folder says which shell.
$(COMPLETIONS): build/completions/%: tools/completions $(wildcard tools/shells/*) build/porttrace
	$(call say,COMPL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)tools/completions build/porttrace $(*D) > $@

# --- set-up, run ----------------------------------------------------------------------

.PHONY: help deps run clean
help: ## this
	@awk 'BEGIN { print "usage: make [TARGET] [VARIABLE=VALUE]\n\ntargets:" } \
		/^## / { variables = variables "  " substr($$0, 4) "\n" } \
		/^[a-z0-9-]+:.*## / { at = index($$0, "## "); name = $$0; sub(/:.*/, "", name); \
			printf "  %-13s %s\n", name, substr($$0, at + 3) } \
		END { printf "\nvariables:\n%s", variables }' $(filter-out %.d,$(MAKEFILE_LIST))

deps: ## install what is missing to build (tools/setup)
	@tools/setup build

run: deps ## build, and stream
	@$(MAKE) --no-print-directory all
	@build/porttrace

clean: ## remove build/
	rm -rf build

# --- install, package ------------------------------------------------------------------

include dist/install.mk
include dist/packages.mk

# --- tests: each runner appends to build/test-results, tools/test-summary counts -----------

include tests/tests.mk

.PHONY: test
test: ## all the tests of this kernel; as root, the live ones too
	@tools/setup test
	@rm -rf build/test-results && mkdir -p build/test-results
	@$(MAKE) --no-print-directory all test-binaries
	@status=0; for suite in $(TEST_SUITES); do \
		$(MAKE) --no-print-directory $$suite || status=1; \
	done; tools/test-summary && exit $$status

.PHONY: lint
lint: ## layout, mistakes, scripts, includes, man pages
	@tools/setup lint
	@$(MAKE) --no-print-directory skeletons $(MAN_PAGES)
	@tools/lint

.PHONY: bench
bench: ## the figures, beside those of other tools
	@tools/setup test
	@tools/setup bench || echo 'the tracers to compare with are not there: their rows are skipped'
	@$(MAKE) --no-print-directory all bench-binaries
	@tests/bench/run $(BENCH)

.PHONY: FORCE
FORCE:

-include $(OBJECTS:.o=.d) $(wildcard $(B)/bpf/*.d)
