v = b
ifeq ($(v),a)
$(info a)
else ifeq ($(v),b)
$(info b)
else ifeq ($(v),b)
$(info second b)
else
$(info other)
endif
all: ; @:
