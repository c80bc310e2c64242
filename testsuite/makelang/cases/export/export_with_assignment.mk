export a = 1
export b := 2
export c ?= 3
export d += 4
all: ; @echo $$a $$b $$c $$d
