# args: -n
.SILENT:
all: ; echo shown anyway
