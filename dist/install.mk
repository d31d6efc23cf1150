# SPDX-License-Identifier: GPL-2.0-only
# make install, make uninstall. The folders are GNU's, and may be set one by one, as
# DESTDIR may; but the configuration is in /etc whatever PREFIX is, where the program looks for it.

prefix ?= $(PREFIX)
exec_prefix ?= $(prefix)
sbindir ?= $(exec_prefix)/sbin
datarootdir ?= $(prefix)/share
datadir ?= $(datarootdir)
mandir ?= $(datarootdir)/man
sysconfdir ?= /etc
localstatedir ?= /var
unitdir ?= $(prefix)/lib/systemd/system
catalogdir ?= $(prefix)/lib/systemd/catalog
pkgdatadir ?= $(datadir)/porttrace
bashcompdir ?= $(datadir)/bash-completion/completions
zshcompdir ?= $(datadir)/zsh/site-functions
fishcompdir ?= $(datadir)/fish/vendor_completions.d
confdir = $(sysconfdir)/porttrace

INSTALL ?= install
INSTALL_PROGRAM ?= $(INSTALL)
INSTALL_DATA ?= $(INSTALL) -m 0644

# What of the unit depends on them.
UNIT_PATHS = -e 's|/usr/sbin/|$(sbindir)/|g' -e 's|/etc/porttrace/|$(confdir)/|g'

MAN := $(MAN_PAGES:build/%=%)
SCHEMAS := $(wildcard docs/*.schema.json)
CATALOGS := $(wildcard dist/*.catalog)
# Examples, and rules for other programs.
POLICIES := $(wildcard dist/policy.d/*.policy)
RULES := $(wildcard dist/*.rules dist/*.rules.yml)

INSTALLED = $(sbindir)/porttrace $(unitdir)/porttrace.service \
	$(foreach page,$(MAN),$(mandir)/man$(subst .,,$(suffix $(page)))/$(page)) \
	$(CATALOGS:dist/%=$(catalogdir)/%) $(POLICIES:dist/%=$(pkgdatadir)/%) $(RULES:dist/%=$(pkgdatadir)/%) \
	$(SCHEMAS:docs/%=$(pkgdatadir)/%) \
	$(bashcompdir)/porttrace $(zshcompdir)/_porttrace $(fishcompdir)/porttrace.fish

# put FILES, FOLDER
put = $(if $(1),$(INSTALL_DATA) $(1) $(DESTDIR)$(2))

.PHONY: install uninstall
install: all ## the program and what belongs to it (PREFIX=/usr/local, DESTDIR=)
	$(INSTALL) -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))) $(confdir)/policy.d $(confdir)/hooks.d)
	$(INSTALL_PROGRAM) $(B)/porttrace $(DESTDIR)$(sbindir)
	for page in $(MAN); do \
		$(call put,build/$$page,$(mandir)/man$${page##*.}) || exit 1; done
	$(call put,$(CATALOGS),$(catalogdir))
	$(call put,$(POLICIES),$(pkgdatadir)/policy.d)
	$(call put,$(RULES) $(SCHEMAS),$(pkgdatadir))
	$(call put,build/completions/bash/porttrace,$(bashcompdir))
	$(call put,build/completions/zsh/_porttrace,$(zshcompdir))
	$(call put,build/completions/fish/porttrace.fish,$(fishcompdir))
	sed $(UNIT_PATHS) dist/porttrace.service > $(B)/porttrace.service
	$(call put,$(B)/porttrace.service,$(unitdir))
	[ -e $(DESTDIR)$(confdir)/porttrace.policy ] || $(call put,dist/porttrace.policy,$(confdir))

# The policy is the administrator's by now: it stays.
uninstall: ## remove that again; the policy stays
	rm -f $(INSTALLED:%=$(DESTDIR)%)
	for dir in $(pkgdatadir)/policy.d $(pkgdatadir) $(confdir)/policy.d $(confdir)/hooks.d $(confdir); do \
		[ ! -d $(DESTDIR)$$dir ] || rmdir --ignore-fail-on-non-empty $(DESTDIR)$$dir; done
