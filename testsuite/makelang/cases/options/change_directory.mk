# setup: mkdir -p d/e; echo 'all: ; @echo $(notdir $(CURDIR)); pwd | sed s,.*/,,' | tee d/case.mk > d/e/case.mk
# args: -C d
# args: -C d -C e
# args: -Cd/e --no-print-directory
