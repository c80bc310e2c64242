.SILENT:
all: one ; echo all
one: ; echo one
