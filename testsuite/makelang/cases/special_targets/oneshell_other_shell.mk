.ONESHELL:
SHELL = /bin/cat
.SHELLFLAGS = case.mk
all:
	@not run
