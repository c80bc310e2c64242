MAKEFLAGS += -s --no-print-directory
all: ; echo silent
	echo [$(MAKEFLAGS)]
