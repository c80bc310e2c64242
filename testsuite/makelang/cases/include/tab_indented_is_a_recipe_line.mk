# file: a.mk|$(info a)
all:
	include a.mk
