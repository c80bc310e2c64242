# setup: touch x
# args: -B
.DEFAULT: ; touch $@
all: x
