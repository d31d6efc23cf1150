# SPDX-License-Identifier: GPL-2.0-only
# What is installed, and the service in a Debian with systemd, emulated. Variables:
#
#   SERVICE_KERNEL=6.12   SERVICE_SECONDS=300 (the machine's time)   VM_ACCEL=kvm
#   SERVICE_CHECKS=FILE (another script than tests/service/checks, to look at something)

.PHONY: test-install test-service
test-install: all ## what is installed, where, and the unit
	@tests/check $(RESULTS)/install.tsv install puts-each-file-where-it-belongs tests/service/install
	@if command -v systemd-analyze >/dev/null; then \
		tests/check $(RESULTS)/install.tsv install unit-is-little-exposed tests/service/exposure; \
	else printf 'SKIP\tinstall\tunit-is-little-exposed\tno systemd here\n' >>$(RESULTS)/install.tsv; fi
	@tests/check $(RESULTS)/install.tsv install packages-name-what-the-build-needs tests/packages/build-depends

test-service: build/porttrace ## package and service in a Debian with systemd, emulated; as root
	@tools/setup service
	@rm -f $(RESULTS)/service.tsv
	@tests/service/run $(RESULTS)/service.tsv
