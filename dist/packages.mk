# SPDX-License-Identifier: GPL-2.0-only
# What is handed to others: one file without libraries, the sources, packages.

# --- one static program: the objects of all, linked without shared libraries -------------------

STATIC := $(B)/static
STATIC_OBJECTS := $(OBJECTS:$(OBJ)/base/linkage.o=$(STATIC)/linkage.o)
# libelf may read sections that were compressed by it.
HAS_ZSTD = $(filter /%,$(shell $(CC) -print-file-name=libzstd.a))
# What the linker warns of, and user/base/linkage.h takes care of; anything more is a mistake.
BY_FILES := (get|set|end)serv[a-z_]*|get(pw|gr)(nam|uid|gid)(_r)?|getgrouplist|initgroups
EXPECTED := Using '($(BY_FILES))' in statically linked applications|: in function `

.PHONY: static
static: $(STATIC)/porttrace ## build/static/porttrace: one file that needs no library
	@printf '%s: %d KiB\n' $< $$(($$(stat -c %s $<) / 1024))

$(STATIC)/linkage.o: user/base/linkage.c Makefile dist/packages.mk
	$(call say,CC,$< (static))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -DLINKED_STATIC -MMD -MP -c -o $@ $<

$(STATIC)/libraries: tools/static-libs
	@tools/setup static
	$(Q)CC='$(CC)' tools/static-libs $(STATIC)
	$(Q)touch $@

# What a debugger wants is beside it: it is to be copied.
$(STATIC)/porttrace: $(STATIC_OBJECTS) $(STATIC)/libraries
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -static-pie -o $@.debug $(STATIC_OBJECTS) -L$(STATIC)/lib \
		$(LIBS) $(if $(HAS_ZSTD),-lzstd) 2>$@.log || { cat $@.log >&2; exit 1; }
	$(Q)! grep -vE '$(subst ','\'',$(EXPECTED))' $@.log >&2
	$(Q)$(STRIP) -o $@ $@.debug

# --- the sources ---------------------------------------------------------------------------------

.PHONY: dist
dist: ## build/dist/porttrace-VERSION.tar.gz, the same for everybody who makes it
	@tools/dist $(B)/dist

# --- packages of distributions -------------------------------------------------------------------

.PHONY: deb rpm apk
deb: ## build/deb/porttrace_*.deb, for Debian and what descends from it
	@tools/setup deb
	@tools/build-deb $(B)/deb

rpm: ## build/rpm/porttrace-*.rpm, for Fedora and what descends from it
	@tools/setup rpm
	@tools/build-rpm $(B)/rpm

apk: ## build/apk, of which "abuild -r" makes the package of Alpine
	@tools/build-apk $(B)/apk

-include $(STATIC)/linkage.d
