ifeq (a b,a \
  b)
$(info joined)
else
$(info not joined)
endif
all: ; @:
