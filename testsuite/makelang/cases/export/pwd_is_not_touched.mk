# setup: mkdir d; printf 'all: ; @echo $${PWD##*/}; pwd | sed s,.*/,,\n' > d/Makefile
all: ; @$(MAKE) --no-print-directory -C d
