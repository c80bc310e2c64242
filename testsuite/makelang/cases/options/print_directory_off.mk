# args: -w --no-print-directory
all: ; @echo in all
