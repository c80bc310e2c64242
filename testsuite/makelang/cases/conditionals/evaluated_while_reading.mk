v = early
ifeq ($(v),early)
$(info value of the moment)
endif
v = late
all: ; @echo $(v)
