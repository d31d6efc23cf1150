# SPDX-License-Identifier: GPL-2.0-only
# The table as a completion of fish: a line for each word, and when it may stand.
function quoted(text) {
	gsub(/[\\\047]/, "\\\\&", text)
	return "\047" text "\047"
}

function takes(kind, words) {
	if (kind == "words" && words != "-")
		return " -x -a " quoted(words)
	if (kind == "list")
		return " -x -a " quoted("(__fish_append , " words ")")
	if (kind == "file")
		return " -r -F"
	if (kind == "dir")
		return " -x -a " quoted("(__fish_complete_directories)")
	if (kind == "user")
		return " -x -a " quoted("(__fish_append , (__fish_complete_users | string split -f 1 \\t))")
	if (kind == "port")
		return " -x -a " quoted(ports)
	if (kind == "proto")
		return " -x -a " quoted(protocols)
	return kind == "-" ? "" : " -x"
}

BEGIN {
	ports = protocols
	gsub(/ |$/, "/&", ports)
	print "# fish completion for porttrace(8); made by tools/completions from the program.\n"
	print "# Which command the line is of; watch where none is named."
	print "function __porttrace_is"
	print "\tset -l words (commandline -opc)"
	print "\tset -l command watch"
	print "\tif set -q words[2]; and not string match -q -- \047-*\047 $words[2]"
	print "\t\tset command $words[2]\n\tend\n\ttest $command = $argv[1]\nend\n"
	print "# Whether this is the Nth operand of a subcommand; options with values count as well."
	print "function __porttrace_sub"
	print "\tset -l words (commandline -opc)"
	print "\t__porttrace_is $argv[1]; and test \"$words[3]\" = $argv[2]; and test (count $words) -eq $argv[3]\nend\n"
	print "complete -c porttrace -f"
}
$1 == "C" {
	names = names " " $2
	print "complete -c porttrace -n \047test (count (commandline -opc)) -eq 1\047 -a " $2 " -d " quoted($3)
}
$1 == "O" {
	print "complete -c porttrace -n \047__porttrace_is " $2 "\047" ($3 == "-" ? "" : " -s " $3) \
		" -l " $4 takes($6, $7) " -d " quoted($8)
}
$1 == "P" && $3 != "-" {
	print "complete -c porttrace -n \047__porttrace_is " $2 "; and test (count (commandline -opc)) -eq 2\047 -a " $3
	count = split($4, kinds, " ")
	for (i = 1; i <= count; i++)
		print "complete -c porttrace -n \047__porttrace_sub " $2 " " $3 " " i + 2 "\047" \
			(kinds[i] == "file" ? " -F" : " -a " quoted(protocols))
}
$1 == "P" && $3 == "-" {
	print "complete -c porttrace -n \047__porttrace_is " $2 "\047 -a " \
		($4 == "command" ? quoted("(__fish_complete_subcommand --fcs-skip=2)") : quoted(ports))
}
END { print "complete -c porttrace -n \047__porttrace_is help\047 -a " quoted(substr(names, 2)) }
