# setup: printf 'for a; do case $a in -Wbad) exit 1;; esac; done\n' > fakecc
try-run = $(shell set -e; if ($(1)) >/dev/null 2>&1; then echo "$(2)"; else echo "$(3)"; fi)
CC = sh fakecc
cc-option = $(call try-run,$(CC) -Werror $(1),$(1),$(2))
cc-option-yn = $(call try-run,$(CC) $(1),y,n)
flags := $(call cc-option,-Wgood) $(call cc-option,-Wbad) $(call cc-option,-Wbad,-Wfallback)
flags += $(call cc-option-yn,-Wbad)$(call cc-option-yn,-Wgood)
$(info $(flags))
all: ; @:
